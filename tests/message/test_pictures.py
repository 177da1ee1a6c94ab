"""QR codes in pictures: read wherever a client shows them, in the layer of what shows them, and within bounds."""

import base64
import io
import struct
import zlib

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.message.mails import codes, mail, seen
from tests.message.test_attached import FROM, attach
from vigie.message.formats import pictures
from vigie.message.parse import read
from vigie.message.types import Layer, Message

URL = "https://fraude.example/carte?d=1234"


def code(text: str = URL, *, size: int = 240, ground: int = 255) -> Image.Image:
    """A QR code amid white, as a grey picture."""
    small = Image.fromarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=1))
    picture = Image.new("L", (size + 60, size + 60), ground)
    picture.paste(small.resize((size, size), Image.Resampling.NEAREST), (30, 30))
    return picture


def saved(picture: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def related(html: str, data: bytes, *, cid: str = "qr@x", kind: str = "image/png") -> Message:
    coded = base64.encodebytes(data).decode()
    return read(
        mail(
            f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b\r\nContent-Type: {kind}\r\nContent-ID: <{cid}>\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{coded}--b--\r\n",
            header=FROM,
            kind="multipart/related; boundary=b",
        )
    )


def found(message: Message) -> list[tuple[str, str, Layer]]:
    return [(link.kind, link.target, link.layer) for link in message.links if link.kind != "image"]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "BMP"])
@pytest.mark.parametrize("label", ["image/png", "application/octet-stream"])
def test_a_code_in_an_attached_picture(kind, label):
    message = read(attach(label, saved(code(), kind), "image"))
    assert found(message) == [("qr", URL, Layer.ATTACHMENT)]
    assert [attachment.opened for attachment in message.attachments] == [True]
    assert message.defects == ()


def test_an_inline_picture_speaks_for_the_body():
    message = related('<p>Scannez :</p><img src="cid:qr%40x">', saved(code(), "PNG"))
    assert found(message) == [("qr", URL, Layer.OUTER)]


def test_a_picture_in_a_quotation_is_quoted():
    own = "<p>Bonjour, est-ce une fraude ? Merci de me le dire.</p><p>Le 3 mars 2025 à 10:12, X a écrit :</p>"
    html = f'{own}<blockquote>Scannez <img src="cid:a"></blockquote>'
    assert found(related(html, saved(code(), "PNG"), cid="a")) == [("qr", URL, Layer.QUOTED)]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
def test_a_picture_in_a_data_url(kind):
    data = base64.b64encode(saved(code(), kind)).decode()
    page = f'<p>Scannez :</p><img src="data:image/{kind.lower()};base64,{data}">'
    assert found(read(mail(page, kind="text/html"))) == [("qr", URL, Layer.OUTER)]


def test_a_page_in_a_data_url_is_read():
    page = "<a href=\"data:text/html,%3Cp%3EVotre carte Vitale%3C/p%3E%3Ca href='https://fraude.example/x'%3Eici%3C/a%3E\">voir</a>"
    message = read(mail(page, kind="text/html"))
    assert "carte Vitale" in seen(message)
    assert "fraude.example" in {link.host for link in message.links}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fraude.example/carte", [("qr", "http://fraude.example/carte")]),
        ("HTTPS://FRAUDE.EXAMPLE/CARTE", [("qr", "HTTPS://FRAUDE.EXAMPLE/CARTE")]),
        ("fraude.example:8080/x", [("qr", "http://fraude.example:8080/x")]),
        ("tel:+33199000101", [("tel", "tel:+33199000101")]),
        ("mailto:a@fraude.example", [("mailto", "mailto:a@fraude.example")]),
        ("Votre dossier : https://fraude.example/y", [("qr", "https://fraude.example/y")]),
        ("WIFI:S:Cabinet;T:WPA;P:secret;;", []),
    ],
)
def test_what_a_code_says(text, expected):
    message = read(attach("image/png", saved(code(text), "PNG"), "x.png"))
    assert [(kind, target) for kind, target, _ in found(message)] == expected


def test_the_words_of_a_code_are_read():
    message = read(
        attach("image/png", saved(code("Votre carte Vitale expire : appelez le 01 99 00 12 34"), "PNG"), "x.png")
    )
    assert "carte Vitale" in seen(message, Layer.ATTACHMENT)


def test_light_on_dark_and_transparent_pictures():
    dark = Image.eval(code(), lambda value: 255 - value)
    clear = Image.new("RGBA", dark.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=dark)
    pale = Image.new("RGBA", dark.size, (255, 255, 255, 0))
    pale.putalpha(dark)
    for picture in (dark, clear, pale, code().convert("1"), code().convert("P"), code().convert("CMYK")):
        kind = "JPEG" if picture.mode == "CMYK" else "PNG"
        assert [target for _, target, _ in found(read(attach("image/png", saved(picture, kind), "x.png")))] == [URL], (
            picture
        )


def test_a_code_in_a_later_frame():
    blank = Image.new("L", (300, 300), 255)
    data = saved(blank, "GIF", save_all=True, append_images=[blank.rotate(1), code()], duration=50)
    assert [target for _, target, _ in found(read(attach("image/gif", data, "x.gif")))] == [URL]


def test_a_code_in_a_large_scan():
    sheet = Image.new("L", (3000, 4000), 255)
    sheet.paste(code(size=500), (1200, 2500))
    for kind in ("PNG", "JPEG"):
        assert [target for _, target, _ in found(read(attach("image/png", saved(sheet, kind), "x.png")))] == [URL]


def png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is of that size, whatever its data are."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "code_"),
    [
        (png(60_000, 60_000, bytes(8_000_000)), "picture-too-large"),
        (png(2**31 - 1, 2**31 - 1), "picture-too-large"),
        (png(500, 500), "picture-unreadable"),
        (png(500, 500)[:40], "picture-unreadable"),
        (b"GIF89a" + bytes(30), "picture-unreadable"),
        (b"\xff\xd8\xff\xe0" + b"\xff" * 5000, "picture-unreadable"),
        (b"BM" + b"\xff" * 80, "picture-unreadable"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8 " + bytes(50), "picture-unreadable"),
        (saved(code(), "PNG") + bytes(pictures.PICTURE_BYTES), "picture-too-large"),
    ],
    ids=["pixels", "more pixels", "short", "cut", "gif", "jpeg", "bmp", "webp", "bytes"],
)
def test_what_cannot_be_decoded_is_a_defect(data, code_):
    message = read(attach("image/png", data, "x.png"))
    assert code_ in codes(message)
    assert message.structural_defects == ()


def test_of_many_pictures_the_first_are_read():
    head = "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    data = [base64.b64encode(saved(code(f"https://f{n}.example/", size=90), "PNG")).decode() for n in range(32)]
    parts = "".join(f"{head}{coded}\r\n" for coded in data)
    message = read(mail(f"{parts}--b--\r\n", header=FROM, kind="multipart/mixed; boundary=b"))
    assert len(found(message)) == 30
    assert "too-many-pictures" in codes(message)


@pytest.mark.parametrize("beside", [True, False])
def test_a_code_cut_into_two_pictures(beside):
    whole = code()
    middle = whole.width // 2
    first, second = (
        ((0, 0, middle, 300), (middle, 0, 300, 300)) if beside else ((0, 0, 300, middle), (0, middle, 300, 300))
    )
    urls = [base64.b64encode(saved(whole.crop(box), "PNG")).decode() for box in (first, second)]
    page = "".join(f'<img src="data:image/png;base64,{url}">' for url in urls)
    assert found(read(mail(page, kind="text/html"))) == [("qr", URL, Layer.OUTER)]


@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP", "BMP"]), st.data())
def test_whatever_the_bytes_there_is_a_message(kind, data):
    picture = bytearray(SAVED[kind])
    for _ in range(data.draw(st.integers(1, 12))):
        picture[data.draw(st.integers(0, len(picture) - 1))] = data.draw(st.integers(0, 255))
    read(attach("image/png", bytes(picture[: data.draw(st.integers(1, len(picture)))]), "x.png"))


SAVED = {kind: saved(code(size=60), kind) for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP")}


def barcode(kind: zxingcpp.BarcodeFormat, text: str) -> bytes:
    small = Image.fromarray(zxingcpp.create_barcode(text, kind).to_image(scale=5))
    picture = Image.new("L", (small.width + 80, small.height + 80), 255)
    picture.paste(small, (40, 40))
    return saved(picture, "PNG")


OTHERS = [zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.DataMatrix]


@pytest.mark.parametrize("kind", OTHERS)
def test_aztec_and_data_matrix_count_where_they_hold_an_address(kind):
    assert found(read(attach("image/png", barcode(kind, URL), "image"))) == [("qr", URL, Layer.ATTACHMENT)]


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize(
    "text", ["i0CVTQMWRT 20261204 2 CL", "%000000069001 3400930000120", "Votre carte Vitale expire"]
)
def test_the_code_of_a_ticket_or_a_parcel_says_nothing(kind, text):
    message = read(attach("image/png", barcode(kind, text), "image"))
    assert found(message) == []
    assert Layer.ATTACHMENT not in {block.layer for block in message.blocks}


def nested(depth: int) -> str:
    inner = "<a href='https://fraude.example/x'>ici</a>"
    for _ in range(depth):
        inner = f'<iframe src="data:text/html;base64,{base64.b64encode(inner.encode()).decode()}"></iframe>'
    return inner


@pytest.mark.parametrize(
    "head", ["data:text/html,", "da\nta:text/html,", "data:text/html;charset=utf-8;" + "a=b;" * 200 + ","]
)
def test_a_page_in_a_data_url_is_read_however_it_begins(head):
    message = read(mail(f'<a href="{head}%3Cp%3EVotre carte Vitale%3C/p%3E">voir</a>', kind="text/html; charset=utf-8"))
    assert "Votre carte Vitale" in seen(message)


def test_pages_in_data_urls_of_pages_are_read_to_a_depth():
    reached = read(mail(nested(5), kind="text/html; charset=utf-8"))
    assert ("anchor", "https://fraude.example/x", Layer.OUTER) in found(reached)
    deeper = read(mail(nested(9), kind="text/html; charset=utf-8"))
    assert "embedded-too-much" in codes(deeper)


def test_large_pages_in_data_urls_are_bounded():
    page = base64.b64encode(b"<p>" + b"x" * 1_500_000).decode()
    message = read(mail(f'<a href="data:text/html;base64,{page}">x</a>' * 8, kind="text/html; charset=utf-8"))
    assert {"embedded-too-much", "too-many-texts", "text-truncated"} & set(codes(message))
