"""Bombs in attachments (X-12, X-13, X-14), through real judging processes with the limits that are shipped: none costs the verdict."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, StreamObject

from tests.message import made
from tests.message.test_formats import HOSTILE
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.judge.workers import WorkerPool
from vigie.rules.types import Label

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FRAUD = "Votre carte Vitale expire, renouvelez-la : https://fraude.example/vitale\r\n\r\nL'Assurance Maladie\r\n"


def mail(*files: bytes, text: str = FRAUD, name: str = "x.bin") -> bytes:
    head = (
        "From: Assurance Maladie <a@fraude.example>\r\nSubject: Carte Vitale\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text
    )
    parts = [
        f"\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename={name}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{base64.encodebytes(data).decode()}"
        for data in files
    ]
    return (head + "".join(parts) + "\r\n--b--\r\n").encode()


def large_pictures() -> bytes:
    """Twenty-five million pixels each, in four channels."""
    one = made.saved(Image.new("RGBA", (5_000, 5_000), (1, 2, 3, 128)), compress_level=1)
    return mail(one, one, one, name="a.png")


def finders() -> bytes:
    """Pictures full of what a code begins with."""
    tile = Image.new("L", (9, 9), 255)
    tile.paste(0, (1, 1, 8, 8))
    tile.paste(255, (2, 2, 7, 7))
    tile.paste(0, (3, 3, 6, 6))
    sheet = Image.new("L", (1_206, 1_206), 255)
    for x in range(0, 1_206, 9):
        for y in range(0, 1_206, 9):
            sheet.paste(tile, (x, y))
    return mail(*[made.saved(sheet.convert("1"))] * 8, name="a.png")


def many_frames() -> bytes:
    blank = Image.new("P", (2_000, 2_000), 255)
    return mail(
        made.saved(blank, "GIF", save_all=True, append_images=[blank.rotate(n) for n in range(1, 5)]), name="a.gif"
    )


def drawings() -> bytes:
    return mail(text=FRAUD + (("█ " * 200 + "\n") * 200 + "x\n") * 5)


def sheet(writer: pypdf.PdfWriter, content: bytes, objects: dict[str, StreamObject]) -> None:
    page = writer.add_blank_page(600, 800)
    known = {NameObject(f"/{name}"): writer._add_object(thing) for name, thing in objects.items()}
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): DictionaryObject(known)})
    stream = DecodedStreamObject()
    stream.set_data(content)
    page[NameObject("/Contents")] = writer._add_object(stream)


def stream(kind: str, data: bytes, **entries: int) -> DecodedStreamObject:
    made_of = DecodedStreamObject()
    made_of.set_data(data)
    made_of[NameObject("/Type")] = NameObject("/XObject")
    made_of[NameObject("/Subtype")] = NameObject(f"/{kind}")
    for key, value in entries.items():
        made_of[NameObject(f"/{key}")] = NumberObject(value)
    return made_of


def pdf(build: Callable[[pypdf.PdfWriter], None]) -> bytes:
    writer = pypdf.PdfWriter()
    build(writer)
    out = io.BytesIO()
    writer.write(out)
    return mail(out.getvalue(), name="a.pdf")


def pdf_pictures(writer: pypdf.PdfWriter) -> None:
    """Sheets whose pictures unpack to twenty megabytes each."""
    for _ in range(6):
        picture = stream("Image", bytes(20_000_000), Width=4_000, Height=5_000, BitsPerComponent=8)
        picture[NameObject("/ColorSpace")] = NameObject("/DeviceGray")
        sheet(writer, b"/P Do", {"P": picture.flate_encode(1)})


def pdf_forms(writer: pypdf.PdfWriter) -> None:
    """A form that shows another one ten times, ten levels deep."""
    inner = stream("Form", b"BT /F 9 Tf (x) Tj ET")
    for _ in range(10):
        outer = stream("Form", b"/X Do " * 10)
        known = DictionaryObject({NameObject("/X"): writer._add_object(inner)})
        outer[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): known})
        inner = outer
    sheet(writer, b"/X Do", {"X": inner})


def pdf_loop(writer: pypdf.PdfWriter) -> None:
    """Pages that are their own parents, and a form in itself."""
    form = stream("Form", b"/X Do")
    place = writer._add_object(form)
    form[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/X"): place})}
    )
    sheet(writer, b"/X Do", {"X": form})
    pages = writer._root_object["/Pages"]
    pages[NameObject("/Kids")] = ArrayObject([*pages["/Kids"], pages.indirect_reference])  # type: ignore[index]  # untyped tree


def lzfu() -> bytes:
    flood = struct.pack("<II4sI", 1 << 20, 0xFFFFFFFF, b"LZFu", 0) + (b"\xff" + b"\x00\x0f" * 8) * 60_000
    value = struct.pack("<I", 40) + struct.pack("<HHII", 0x102, 0x1009, 1, len(flood)) + flood
    attribute = struct.pack("<BII", 1, 0x69003, len(value)) + value + b"\0\0"
    return mail(struct.pack("<IH", 0x223E9F78, 1) + attribute * 5, name="winmail.dat")


BOMBS: dict[str, Callable[[], bytes]] = {
    "large pictures": large_pictures,
    "finders": finders,
    "frames": many_frames,
    "drawings": drawings,
    "pictures in a PDF": lambda: pdf(pdf_pictures),
    "forms in a PDF": lambda: pdf(pdf_forms),
    "a PDF in itself": lambda: pdf(pdf_loop),
    "compressed RTF": lzfu,
    "everything": lambda: mail(*(data for data, _ in HOSTILE.values())),
}


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorkerPool]:
    """Limits of processor time and memory as they are shipped; more wall clock, since the tests share their machine."""
    zone: Path = tmp_path_factory.mktemp("zone") / "zone.toml"
    zone.write_text("[txt]\n", encoding="utf-8")
    with WorkerPool(JudgeSettings(limits=LimitSettings(workers=1, wall_s=100)), zone=zone) as shared:
        yield shared


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_neither_the_process_nor_the_verdict(pool: WorkerPool, name: str) -> None:
    case = pool.submit(BOMBS[name](), received=None, key=name, now=NOON).result()
    assert case.error is None
    assert case.verdict.label is Label.IMPERSONATION
