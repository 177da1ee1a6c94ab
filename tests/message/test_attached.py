"""What attachments say: opened within bounds, listed with what they are."""

import base64
import hashlib
import io

import pypdf
import pytest
from pypdf.annotations import Link as PdfLink
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tests.message.mails import codes, mail, seen
from vigie.message.parse import read
from vigie.message.types import Layer

FROM = "From: Jean <jean@exemple.example>\r\n"
TEXT = "Votre carte Vitale expire, https://fraude.example/x"


def attach(kind: str, data: bytes, name: str = "", body: str = "Voir la pièce jointe.") -> bytes:
    disposition = f'Content-Disposition: attachment; filename="{name}"\r\n' if name else ""
    coded = base64.encodebytes(data).decode()
    return mail(
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n--b\r\nContent-Type: {kind}\r\n{disposition}"
        f"Content-Transfer-Encoding: base64\r\n\r\n{coded}--b--\r\n",
        header=FROM,
        kind="multipart/mixed; boundary=b",
    )


def pdf(text: str = TEXT, uri: str = "https://fraude.example/pdf", password: str = "") -> bytes:
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(600, 800)
    font = DictionaryObject(
        {
            NameObject(f"/{k}"): NameObject(f"/{v}")
            for k, v in (("Type", "Font"), ("Subtype", "Type1"), ("BaseFont", "Helvetica"))
        }
    )
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F"): font})})
    stream = DecodedStreamObject()
    stream.set_data(b"BT /F 12 Tf 50 700 Td (" + text.encode("latin-1") + b") Tj ET")
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_annotation(0, PdfLink(rect=(0, 0, 9, 9), url=uri))
    if password:
        writer.encrypt(password)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        ("text/html", "facture.html", f"<p>{TEXT}</p>".encode()),
        ("application/octet-stream", "facture.html", f"<p>{TEXT}</p>".encode()),
        ("application/octet-stream", "facture", f"<!DOCTYPE html><p>{TEXT}</p>".encode()),
        ("application/octet-stream", "facture.htm. ", f"<p>{TEXT}</p>".encode()),
        ("image/svg+xml", "logo.svg", f"<svg xmlns='x'><text>{TEXT}</text></svg>".encode()),
        ("text/plain", "note.txt", TEXT.encode()),
        (
            "text/calendar",
            "rdv.ics",
            b"BEGIN:VEVENT\r\nDESCRIPTION:Votre carte Vi\r\n tale expire\\, https://fraude.example/x\r\nEND:VEVENT\r\n",
        ),
        ("text/vcard", "x.vcf", f"BEGIN:VCARD\r\nNOTE:{TEXT}\r\nEND:VCARD".encode()),
        ("text/csv", "x.csv", TEXT.encode()),
        ("application/pdf", "x.pdf", pdf()),
        ("application/octet-stream", "x.pdf", pdf()),
        ("text/html", "utf16.html", f"<p>{TEXT}</p>".encode("utf-16")),
    ],
)
def test_text_and_links_of_an_attachment(kind, name, data):
    message = read(attach(kind, data, name))
    assert "carte Vitale" in seen(message, Layer.ATTACHMENT)
    assert "carte Vitale" not in seen(message)
    (link, *_) = [link for link in message.links if link.host == "fraude.example"]
    assert link.layer is Layer.ATTACHMENT
    assert link.where == f"attachment:{name}"
    (attachment,) = message.attachments
    assert (attachment.filename, attachment.size, attachment.sha256) == (
        name,
        len(data),
        hashlib.sha256(data).hexdigest(),
    )
    assert attachment.opened
    assert message.structural_defects == ()


def test_a_pdf_gives_its_link_targets():
    message = read(attach("application/pdf", pdf(), "x.pdf"))
    assert ("pdf", "https://fraude.example/pdf") in {(link.kind, link.target) for link in message.links}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (pdf(password="secret"), "pdf-encrypted"),
        (pdf()[:300], "pdf-unreadable"),
        (b"%PDF-1.7\n" + b"<<" * 5000, "pdf-unreadable"),
        (b"%PDF-1.7\n1 0 obj\n" + b"[" * 50_000 + b"\ntrailer <</Root 1 0 R>>", "pdf-unreadable"),
    ],
)
def test_a_broken_pdf_is_a_defect(data, code):
    message = read(attach("application/pdf", data, "x.pdf"))
    assert code in codes(message)
    assert message.structural_defects == ()


def test_the_bytes_of_a_broken_pdf_are_searched_for_links():
    data = b"%PDF-1.4 /URI (https://fraude.example/y) broken"
    assert [link.target for link in read(attach("application/pdf", data, "x.pdf")).links] == [
        "https://fraude.example/y"
    ]


@pytest.mark.parametrize(
    ("kind", "name", "active"),
    [
        ("text/html", "a.html", True),
        ("image/svg+xml", "a.svg", True),
        ("application/octet-stream", "a.pdf.exe", True),
        ("application/octet-stream", "a.js", True),
        ("application/octet-stream", "a.hta", True),
        ("application/octet-stream", "a.lnk", True),
        ("application/octet-stream", "a.iso", True),
        ("application/vnd.ms-word", "a.docm", True),
        ("application/octet-stream", "a.EXE. ", True),
        ("image/png", "a.png", False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a.docx", False),
        ("application/zip", "a.zip", False),
        ("text/plain", "a.txt", False),
    ],
)
def test_what_acts_when_it_is_opened(kind, name, active):
    (attachment,) = read(attach(kind, b"donnees", name)).attachments
    assert attachment.active is active


@pytest.mark.parametrize("data", [b"MZ\x90\0", b"<script>x</script>", b"\x7fELFx", b"L\x00\x00\x00\x01"])
def test_an_active_file_under_a_false_label(data):
    (attachment,) = read(attach("image/png", data, "photo.png")).attachments
    assert attachment.active


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="a b.html"', "a b.html"),
        ("attachment; filename*=utf-8''re%C3%A7u.html", "reçu.html"),
        ("attachment; filename*0=re; filename*1=cu.html", "recu.html"),
        ("attachment; filename*1=cu.html; filename*0=re", "recu.html"),
        ("attachment; filename=recu.html", "recu.html"),
        ('attachment; filename="=?utf-8?q?re=C3=A7u.html?="', "reçu.html"),
    ],
)
def test_file_names(disposition, name):
    raw = mail("<p>x</p>", header=f"{FROM}Content-Disposition: {disposition}\r\n", kind="text/html")
    assert [attachment.filename for attachment in read(raw).attachments] == [name]


INNER = f"From: Ameli <x@fraude.example>\r\nSubject: Votre dossier\r\nContent-Type: text/html\r\n\r\n<p>{TEXT} <a href='https://fraude.example/y'>ici</a></p>".encode()


@pytest.mark.parametrize(
    ("kind", "name"),
    [("message/rfc822", ""), ("message/rfc822", "suspect.eml"), ("application/octet-stream", "suspect.eml")],
)
def test_an_attached_message_is_somebody_elses_words(kind, name):
    raw = attach(kind, INNER, name, body="Est-ce une fraude ?")
    message = read(raw)
    assert seen(message) == "Est-ce une fraude ?"
    assert {link.layer for link in message.links} == {Layer.ATTACHED_MESSAGE}
    blocks = [(block.where, block.text) for block in message.texts(Layer.ATTACHED_MESSAGE)]
    assert ("subject", "Votre dossier") in blocks
    assert any("carte Vitale" in text for _, text in blocks)
    assert message.authors[0].addr == "jean@exemple.example"


def test_messages_in_messages_end():
    raw = INNER
    for _ in range(30):
        raw = b"From: a@exemple.example\r\nContent-Type: message/rfc822\r\n\r\n" + raw
    assert "attached-depth" in codes(read(raw), structural=True)


def test_an_inline_picture_is_listed():
    message = read(attach("image/png", b"\x89PNG", "logo.png"))
    assert [(a.filename, a.opened, a.active) for a in message.attachments] == [("logo.png", False, False)]


def test_scripts_of_an_attached_page_give_their_targets():
    page = b"<html><body onload=\"location='https://fraude.example/a'\"><script>fetch('https://fraude.example/b')</script></body></html>"
    links = read(attach("text/html", page, "x.html")).links
    assert {(link.kind, link.target) for link in links} == {
        ("script", "https://fraude.example/a"),
        ("script", "https://fraude.example/b"),
    }


@pytest.mark.parametrize(
    "kind",
    ["message/partial; id=x; number=1", "message/external-body", "application/ms-tnef", "application/pkcs7-mime"],
)
def test_what_cannot_be_read_is_said(kind):
    assert "unread-content" in codes(read(attach(kind, b"donnees")))
