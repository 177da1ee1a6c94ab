"""Archives, documents, Outlook's and S/MIME's wrappings: what they hold is read, and no bomb goes off."""

import random
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.message import made
from tests.message.mails import codes, mail, seen
from tests.message.test_attached import FROM, TEXT, attach, pdf
from vigie.message.formats import tnef
from vigie.message.formats.opened import Allowance
from vigie.message.parse import read
from vigie.message.readings import Ledger
from vigie.message.types import Layer, Message

SAID = "Votre carte Vitale expire, sinon résiliée"
URL = "https://fraude.example/x"
OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def targets(message: Message, *kinds: str) -> set[str]:
    return {link.target for link in message.links if not kinds or link.kind in kinds}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", made.document(SAID, URL)),
        ("a", made.document(SAID, URL)),
        ("a.zip", made.document(SAID, URL)),
        ("a.xlsx", made.workbook(SAID, f"HYPERLINK(&quot;{URL}&quot;,&quot;ici&quot;)")),
        ("a.pptx", made.slides(SAID, URL)),
        ("a.odt", made.open_document(SAID, URL)),
        ("a.rtf", made.rich(SAID, URL)),
        ("a.doc", made.rich(SAID, URL)),
    ],
)
def test_text_and_links_of_a_document(name, data):
    message = read(attach("application/octet-stream", data, name))
    assert SAID in seen(message, Layer.ATTACHMENT)
    assert [(link.target, link.kind, link.layer) for link in message.links] == [(URL, "document", Layer.ATTACHMENT)]
    (attachment,) = message.attachments
    assert attachment.opened
    assert not attachment.active
    assert message.defects == ()


def test_a_remote_template_and_macros():
    data = made.document("x", template=URL, more={"word/vbaProject.bin": b"x"})
    message = read(attach(OFFICE, data, "a.docx"))
    assert targets(message, "template") == {URL}
    assert message.attachments[0].active


def test_fields_cut_into_runs_and_codes_in_pictures():
    body = (
        '<w:document xmlns:w="w"><w:p><w:r><w:instrText>HYPER</w:instrText></w:r><w:r><w:instrText>LINK "https://f'
        'raude.example/a"</w:instrText></w:r></w:p></w:document>'
    )
    more = {
        "word/document.xml": body.encode(),
        "word/media/image1.png": made.saved(made.code("https://fraude.example/b")),
    }
    message = read(attach(OFFICE, made.document("x", more=more), "a.docx"))
    assert targets(message, "document") == {"https://fraude.example/a"}
    assert targets(message, "qr") == {"https://fraude.example/b"}


@pytest.mark.parametrize(
    ("inside", "data"),
    [
        ("facture.html", f"<p>{TEXT}</p>".encode()),
        ("facture.pdf", pdf()),
        ("facture.svg", f"<svg><text>{TEXT}</text></svg>".encode()),
        ("facture.docx", made.document("Votre carte Vitale expire", URL)),
        ("facture.zip", made.archive({"facture.html": f"<p>{TEXT}</p>".encode()})),
    ],
)
def test_what_is_in_an_archive_is_read_like_an_attachment(inside, data):
    message = read(attach("application/zip", made.archive({inside: data}), "facture.zip"))
    assert "carte Vitale" in seen(message, Layer.ATTACHMENT)
    assert "fraude.example" in {link.host for link in message.links}
    assert [attachment.filename for attachment in message.attachments][:2] == ["facture.zip", inside]


def test_a_mail_in_an_archive_is_somebody_elses():
    inner = f"From: a@fraude.example\r\nSubject: x\r\n\r\n{TEXT}".encode()
    message = read(attach("application/zip", made.archive({"x.eml": inner}), "x.zip"))
    assert {link.layer for link in message.links} == {Layer.ATTACHED_MESSAGE}


def test_a_program_in_an_archive_acts_whatever_stands_before_it():
    files = {f"{number}.png": b"x" for number in range(400)} | {"facture.pdf.exe": b"MZ"}
    message = read(attach("application/zip", made.archive(files), "x.zip"))
    assert "facture.pdf.exe" in {attachment.filename for attachment in message.attachments if attachment.active}
    assert message.structural_defects == ()


def test_an_archive_that_asks_for_a_password_is_named():
    message = read(attach("application/zip", made.locked(made.archive({"facture.html": b"<p>x</p>"})), "x.zip"))
    assert codes(message) == {"encrypted-archive"}
    assert message.structural_defects == ()
    assert [(a.filename, a.opened) for a in message.attachments] == [("x.zip", False), ("facture.html", False)]


def test_an_old_document_is_opaque_but_searched():
    data = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(500)
        + f"Votre carte Vitale expire {URL} ".encode("utf-16-le")
        + bytes(500)
    )
    message = read(attach("application/msword", data, "a.doc"))
    assert codes(message) == {"opaque-document"}
    assert targets(message) == {URL}
    assert not message.attachments[0].active
    macros = read(attach("application/msword", data + "_VBA_PROJECT".encode("utf-16-le"), "a.doc"))
    assert macros.attachments[0].active


def test_a_document_with_a_password_is_named():
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    assert codes(read(attach(OFFICE, data, "a.docx"))) == {"encrypted-document"}


PAGE = f"<html><body><p>{SAID}</p><a href='{URL}'>ici</a></body></html>"


@pytest.mark.parametrize(
    "data",
    [
        made.winmail(html=PAGE.encode("cp1252")),
        made.winmail(rtf=made.rich_html(PAGE)),
        made.winmail(rtf=made.rich(f"{SAID} {URL}")),
        made.winmail(text=f"{SAID} {URL}".encode("cp1252")),
    ],
    ids=["html", "rtf of html", "rtf", "text"],
)
def test_the_body_inside_outlooks_wrapping_is_the_body(data):
    message = read(attach("application/ms-tnef", data, "winmail.dat", body=""))
    assert SAID in seen(message)
    assert [(link.target, link.layer) for link in message.links] == [(URL, Layer.OUTER)]
    assert message.structural_defects == ()


def test_files_inside_outlooks_wrapping_are_attachments():
    data = made.winmail(text=b"Bonjour", files={"facture.html": f"<p>{TEXT}</p>".encode()})
    message = read(attach("application/octet-stream", data, "winmail.dat"))
    assert [attachment.filename for attachment in message.attachments] == ["winmail.dat", "facture.html"]
    assert "carte Vitale" in seen(message, Layer.ATTACHMENT)


def test_compressed_rich_text():
    """The two examples of MS-OXRTFCP section 4."""
    known = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert tnef.unpacked(known, Allowance(Ledger())) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert tnef.unpacked(crossing, Allowance(Ledger())) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


INNER = f"Content-Type: text/html; charset=utf-8\r\n\r\n{PAGE}".encode()


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("kind", ["application/pkcs7-mime; smime-type=signed-data", "application/x-pkcs7-mime"])
def test_an_opaque_signature_is_undone(kind, streamed):
    message = read(attach(kind, made.signed(INNER, streamed=streamed), "smime.p7m", body=""))
    assert SAID in seen(message)
    assert [(link.target, link.layer) for link in message.links] == [(URL, Layer.OUTER)]
    assert message.defects == ()


def test_signatures_in_signatures_end():
    data = INNER
    for _ in range(40):
        data = (
            b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            + made.signed(data)
        )
    assert "attached-depth" in codes(read(FROM.encode() + data))


def test_a_signed_file_is_an_attachment():
    message = read(attach("application/pkcs7-mime", made.signed(pdf()), "facture.pdf.p7m"))
    assert "carte Vitale" in seen(message, Layer.ATTACHMENT)
    assert [attachment.filename for attachment in message.attachments] == ["facture.pdf.p7m", "facture.pdf"]


def test_what_is_encrypted_is_named():
    message = read(attach("application/pkcs7-mime; smime-type=enveloped-data", made.enveloped(), "smime.p7m"))
    assert "encrypted-content" in codes(message)
    assert message.structural_defects == ()


# -- hostile ---------------------------------------------------------------------------------------------------------


def bomb() -> bytes:
    """A gigabyte of zeros in a megabyte."""
    return made.archive({f"{number}.html": bytes(40 << 20) for number in range(3)})


def overlapping() -> bytes:
    """Five hundred directory entries that all name the same megabytes."""
    whole = made.archive({"a.html": bytes(9 << 20)})
    at = whole.find(b"PK\x01\x02")
    end = whole.find(b"PK\x05\x06")
    entry, tail = whole[at:end], bytearray(whole[end:])
    struct.pack_into("<HHI", tail, 8, 500, 500, 500 * len(entry))
    return whole[:at] + entry * 500 + bytes(tail)


def matryoshka() -> bytes:
    data = f"<p>{TEXT}</p>".encode()
    for _ in range(30):
        data = made.archive({"a.zip": data})
    return data


def xml_bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    body = f'<!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><w:document xmlns:w="w"><w:p><w:t>&e12;</w:t></w:p></w:document>'
    return made.document("x", more={"word/document.xml": body.encode()})


def deep_xml() -> bytes:
    return made.document("x", more={"word/document.xml": b"<w:p>" * 700_000})


HOSTILE = {
    "bomb": (bomb(), "archive-too-large"),
    "overlapping": (overlapping(), "archive-too-large"),
    "nested": (matryoshka(), "attached-depth"),
    "many": (made.archive({f"{n}.html": b"" for n in range(2_000)}), "archive-members"),
    "more": (b"PK\x03\x04" + b"PK\x01\x02" * 20_000, "archive-members"),
    "no directory": (b"PK\x03\x04" + bytes(1000), "archive-unreadable"),
    "no name": (made.archive({"": b"x", "a.html": b"<p>x</p>"}), None),
    "lzma": (made.archive({"a.html": b"x"}, zipfile.ZIP_LZMA), "archive-unreadable"),
    "entities": (xml_bomb(), "document-unreadable"),
    "deep xml": (deep_xml(), "document-unreadable"),
    "no xml": (made.document("x", more={"word/document.xml": b"\xff\xfe\0"}), "document-unreadable"),
    "deep rtf": (b"{\\rtf1" + b"{" * 500_000 + b"x", None),
    "open rtf": (b"{\\rtf1 " + b"\\u-1?\\'" * 100_000, None),
    "tnef of itself": (made.winmail(files={"a.dat": made.winmail(text=b"x")}), None),
    "short tnef": (made.winmail(html=b"<p>x</p>")[:90], None),
    "tnef lies": (
        struct.pack("<IH", 0x223E9F78, 1) + struct.pack("<BII", 1, 0x69003, 8) + b"\xff" * 10,
        "tnef-unreadable",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_bounded(name):
    data, code = HOSTILE[name]
    message = read(attach("application/octet-stream", data, "x.bin"))
    assert code is None or code in codes(message)
    assert message.structural_defects == ()


@pytest.mark.parametrize(
    "data",
    [b"", b"\x30", b"\x30\x80" * 5_000, b"\x30\x84\xff\xff\xff\xff", b"\x3f" * 50, b"\x30\x80" + b"\4\1x" * 90_000],
)
def test_hostile_signatures_are_bounded(data):
    assert read(attach("application/pkcs7-mime", data, "smime.p7m")).structural_defects == ()


def test_compressed_rich_text_stops():
    flood = struct.pack("<II4sI", 1 << 20, 0xFFFFFFFF, b"LZFu", 0) + b"\xff" + (b"\x00\x0f" * 8 + b"\xff") * 60_000
    assert len(tnef.unpacked(flood, Allowance(Ledger()))) <= 2 << 20


MADE = {
    "a.docx": made.document(SAID, URL),
    "a.odt": made.open_document(SAID, URL),
    "a.zip": made.archive({"a.html": PAGE.encode()}),
    "a.rtf": made.rich(SAID, URL),
    "winmail.dat": made.winmail(html=b"<p>x", rtf=made.rich_html(PAGE), files={"a.txt": b"x"}),
    "smime.p7m": made.signed(INNER, streamed=True),
    "a.pdf": pdf(),
    "a.ics": b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nURL:https://fraude.example/\r\nEND:VEVENT\r\n",
}


@settings(max_examples=150)
@given(st.sampled_from(sorted(MADE)), st.randoms(use_true_random=False), st.integers(0, 3))
def test_whatever_the_bytes_there_is_a_message(name, chance, cuts):
    data = bytearray(MADE[name])
    for _ in range(chance.randint(0, 12)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    for _ in range(cuts):
        at = chance.randrange(len(data))
        del data[at : at + chance.randint(0, 30)]
    read(attach("application/octet-stream", bytes(data), name))


@given(st.binary(max_size=300), st.sampled_from(sorted(MADE)))
def test_random_bytes_under_every_name(data, name):
    read(attach("application/octet-stream", MADE[name][:8] + data, name))


def test_the_same_file_gives_the_same_message():
    chance = random.Random(1)
    for data in MADE.values():
        raw = attach("application/octet-stream", data, f"{chance.random()}")
        assert read(raw) == read(raw)


def test_ordinary_mail_has_nothing_to_open():
    assert read(mail()).defects == ()


@pytest.mark.parametrize("mode", ["L", "RGB", "1"])
def test_a_code_on_a_pdf_sheet(mode: str) -> None:
    page = Image.new("L", (1240, 1754), 255)
    page.paste(made.code(URL), (500, 900))
    message = read(attach("application/pdf", made.saved(page.convert(mode), "PDF"), "a.pdf"))
    assert [(link.kind, link.target) for link in message.links] == ([("qr", URL)] if mode != "1" else [])


INVITATION = """BEGIN:VCALENDAR
BEGIN:VEVENT
DTSTART:20261123T090000Z
ORGANIZER;CN="Ameli, service":mailto:a@fraude.example
SUMMARY;LANGUAGE=fr:Votre carte Vitale\\, dernier rappel
URL;VALUE=URI:https://fraude.example/url
ATTACH:https://fraude.example/attach
ATTACH;FMTTYPE=text/html;ENCODING=BASE64;VALUE=BINARY:PGEgaHJlZj0iaHR0cHM6Ly9mcmF1ZGUuZXhhbXBsZS9ib3giPm
 ljaTwvYT48aHRtbD4=
X-ALT-DESC;FMTTYPE=text/html:<html><p>Elle expire\\, <a href="https://fraude.example/alt">ici</a></p></html>
CONFERENCE;VALUE=URI;LABEL="a:b":https://fraude.example/visio
END:VEVENT
END:VCALENDAR
"""


def test_what_an_invitation_says() -> None:
    message = read(attach("text/calendar", INVITATION.encode(), "invite.ics"))
    said = seen(message, Layer.ATTACHMENT)
    assert said.startswith("Ameli, service mailto:a@fraude.example\nVotre carte Vitale, dernier rappel")
    assert "Elle expire, ici" in said
    assert "DTSTART" not in said
    places = {
        link.target.removeprefix("https://fraude.example/") for link in message.links if link.host == "fraude.example"
    }
    assert {"url", "attach", "alt", "visio"} <= places


def test_what_a_card_says() -> None:
    card = f"BEGIN:VCARD\r\nFN:Ameli\r\nitem1.URL:{URL}\r\nNOTE:Appelez\\nvite\r\nEND:VCARD\r\n"
    message = read(attach("text/vcard", card.encode(), "a.vcf"))
    assert seen(message, Layer.ATTACHMENT) == "Ameli\nAppelez\nvite"
    assert targets(message) == {URL}
