"""What somebody who sends a genuine signed mail again may add or alter without a reader seeing anything of his (S-19)."""

from __future__ import annotations

import base64
import quopri
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import SIGNED, evidence, sign
from tests.effort import often
from vigie.auth_checks.coverage import HARMLESS, uncovered
from vigie.auth_checks.letter import READER_VISIBLE, read_letter
from vigie.auth_checks.types import Status
from vigie.message.parse import parse
from vigie.message.types import Layer

LEFT_OUT = {"sender", "content-transfer-encoding", "content-disposition", "bcc", "thread-topic"}
CAREFUL = [name for name in SIGNED if name.lower() not in LEFT_OUT]

# A form let somebody write his name into a genuine letter: HTML is escaped, an equals sign is not.
ECHO = "=3Ca href=3D'https=3A=2F=2Fvoleur=2Eexample'=3ECliquez=3C/a=3E"
HTML = f'<html><body><p style="margin:0">Bonjour {ECHO},</p><p>Vous avez un message.</p></body></html>\r\n'


def letter(body: bytes, *, kind: str = "text/html", encoding: str | None = None) -> bytes:
    """A signed mail of the fund's whose signature leaves out what many large senders leave out."""
    head = [
        "From: Votre caisse <lettre@info.caisse.example>",
        "To: claire@dest.example",
        "Subject: Information de paiement",
        "Date: Fri, 20 Nov 2026 09:59:00 +0000",
        "MIME-Version: 1.0",
        f"Content-Type: {kind}; charset=utf-8",
        *([f"Content-Transfer-Encoding: {encoding}"] if encoding else []),
    ]
    raw = "\r\n".join(head).encode() + b"\r\n\r\n" + body
    present = [name for name in CAREFUL if f"\r\n{name.lower()}:".encode() in b"\r\n" + raw.lower()]
    return sign(raw, headers=present)


def targets(raw: bytes) -> set[str]:
    return {link.target for link in parse(raw).links if link.layer is not Layer.HIDDEN}


def test_what_a_changed_encoding_would_do():
    """The attack that keeps the field among those that matter: escaped text becomes a link."""
    genuine = letter(HTML.encode(), encoding="8bit")
    assert evidence(genuine).complete
    assert not targets(genuine)
    attacked = genuine.replace(b"Content-Transfer-Encoding: 8bit", b"Content-Transfer-Encoding: quoted-printable")
    assert "https://voleur.example" in targets(attacked)
    found = evidence(attacked)
    assert found.dkim[0].status is Status.PASS
    assert not found.complete
    assert found.dkim[0].uncovered == ("the header field content-transfer-encoding is not signed",)


BODIES = {
    "8bit": HTML.encode(),
    "quoted-printable": quopri.encodestring(HTML.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "base64": base64.encodebytes(HTML.encode()).replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("written", BODIES)
@pytest.mark.parametrize(
    "claimed", ["8bit", "7bit", "binary", "BASE64", "quoted-printable", "x-uuencode", "base64 (x)", "8bit;", None]
)
def test_no_other_encoding_shows_a_link_of_the_attackers(written: str, claimed: str | None):
    """Every encoding over every genuine body: complete only where nothing is read that the sender had not written."""
    genuine = letter(BODIES[written], encoding=written)
    assert evidence(genuine).complete
    line = b"" if claimed is None else b"Content-Transfer-Encoding: " + claimed.encode() + b"\r\n"
    attacked = genuine.replace(b"Content-Transfer-Encoding: " + written.encode() + b"\r\n", line)
    assert not (evidence(attacked).complete and "https://voleur.example" in targets(attacked))


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_the_encoding_of_a_multipart_is_that_of_its_parts(encoding: str):
    """Decoded twice, what the first part says is another thing."""
    part = b"--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    inner = part + b"Bonjour =3D3Ca href=3D3D'https=3D3A//voleur.example'=3D3Ex\r\n--b--\r\n"
    raw = letter(inner, kind="multipart/mixed; boundary=b")
    assert evidence(raw).complete
    assert not evidence(f"Content-Transfer-Encoding: {encoding}\r\n".encode() + raw).complete
    assert evidence(b"Content-Transfer-Encoding: 7bit\r\n" + raw).complete


LINE = b"Bonjour =C3=A9 et merci, un message vous attend dans votre compte=\r\n"
CERTAIN = [
    ("8bit", "text/html", b"<a href=3D", True, "says what its absence says"),
    ("BINARY", "multipart/mixed", b"--b", True, "says what its absence says"),
    ("base64", "text/html", b"QUJD\r\nQUI=\r\n", True, "nothing but base64"),
    ("base64", "text/html", b"Bonjour QUJD\r\n", False, "a name that is base64, in a sentence"),
    ("base64", "text/html", b"QUJD\r\n" + b"A" * 80 + b"\r\n", False, "a longer line than any encoder writes"),
    ("base64", "multipart/mixed; boundary=b", b"QUJD\r\n", False, "the parts would be decoded twice"),
    ("quoted-printable", "text/html", LINE * 3, True, "nothing but quoted-printable"),
    ("quoted-printable", "Message/rfc822", LINE * 3, False, "the parts would be decoded twice"),
    ("quoted-printable", "text/html", LINE + b'<a href="x">=3D\r\n', False, "an attribute"),
    ("quoted-printable", "text/html", LINE + "é".encode(), False, "an octet that it never holds"),
    ("quoted-printable", "text/html", LINE + b"=c3=a9", False, "lower case"),
    ("quoted-printable", "text/html", LINE + b"x" * 80 + b"=3D\r\n", False, "a longer line than any encoder writes"),
    ("x-uuencode", "text/plain", b"begin 644 a\r\n", False, "unknown"),
    ("8bit (base64)", "text/plain", b"QUJD\r\n", False, "a comment"),
    ("", "text/plain", b"QUJD\r\n", False, "empty"),
]


@pytest.mark.parametrize(
    ("encoding", "kind", "body", "certain", "why"), CERTAIN, ids=[row[4] + row[0] for row in CERTAIN]
)
def test_where_an_unsigned_encoding_is_certain(encoding: str, kind: str, body: bytes, certain: bool, why: str):
    raw = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body
    found = uncovered(("content-type",), read_letter(raw))
    assert (found == ()) == certain, why
    assert uncovered(("content-type", "content-transfer-encoding"), read_letter(raw)) == ()


SHOWN = [
    (b'Sender: "Rappelez le 01 99 00 12 34" <x@voleur.example>', "text beside the author in Outlook"),
    (b"Sender: x@voleur.example (rappelez le 01 99 00 12 34)", "a comment"),
    (b"Sender: =?utf-8?q?Rappelez?= <x@voleur.example>", "an encoded word"),
    (b"Sender: Rappelez <x@voleur.example>", "a word that is not the address's"),
    (b"Sender: x@voleur.example, y@voleur.example", "two"),
    (b"Bcc: Rappelez <x@voleur.example>", "a row of its own"),
    (b"Cc: Rappelez <x@voleur.example>", "a row of its own"),
    (b"Reply-To: x@voleur.example", "the answer"),
    (b"Mail-Reply-To: x@voleur.example", "the answer, Thunderbird"),
    (b"Mail-Followup-To: x@voleur.example", "the answer to all, Thunderbird"),
    (b'Content-Disposition: attachment; filename="Rappelez.html"', "a name for the body"),
    (b'Content-Disposition: inline; filename="Rappelez.html"', "a name for the body"),
    (b"Content-Base: https://voleur.example/", "where relative links lead, Thunderbird"),
    (b"Content-Location: https://voleur.example/", "where relative links lead, Thunderbird"),
    (b"Thread-Topic: Rappelez le 01 99 00 12 34", "the title of the conversation, Outlook"),
    (b"X-Message-Flag: Rappelez le 01 99 00 12 34", "the bar above the text, Outlook"),
]


@pytest.mark.parametrize(("field", "where"), SHOWN, ids=[f"{row[0].decode()[:24]}-{row[1]}" for row in SHOWN])
def test_an_added_field_that_a_reader_sees(field: bytes, where: str):
    raw = letter(HTML.encode(), encoding="8bit")
    found = evidence(field + b"\r\n" + raw)
    assert found.dkim[0].status is Status.PASS
    assert not found.complete, where


UNSEEN = [
    b"Sender: cpts-bounces@liste.example",
    b"Sender: <cpts-bounces+claire=dest.example@liste.example>",
    b'Sender: "cpts" <cpts-bounces@liste.example>',
    b"Sender: Cpts <cpts-bounces@liste.example>",
    b"Bcc:",
    b"Content-Disposition: inline",
    b"Thread-Topic: Information de paiement",
    b"Thread-Index: AdABC",
    b"Message-ID: <2@voleur.example>",
    b"In-Reply-To: <2@voleur.example>",
    b"References: <2@voleur.example>",
    b"Content-Language: fr",
    b"Importance: high",
    b"X-Mailer: voleur",
    b"List-Id: <cpts.liste.example>",
    b"Resent-From: claire@dest.example",
    b"Received: from a.example by b.example; Fri, 20 Nov 2026 10:00:00 +0000",
]


@pytest.mark.parametrize("field", UNSEEN, ids=[row.decode()[:30] for row in UNSEEN])
def test_an_added_field_that_shows_nothing_of_its_adders(field: bytes):
    """What lists, forwarders and Exchange add must not make a genuine mail unproven (decision table, row 2)."""
    assert evidence(field + b"\r\n" + letter(HTML.encode(), encoding="8bit")).complete


@settings(max_examples=often(60, 150), deadline=None)
@given(st.sampled_from(sorted(HARMLESS)), st.binary(max_size=40))
def test_where_a_field_is_harmless_it_shows_no_free_text(name: str, value: bytes):
    flat = re.sub(rb"[\r\n]", b" ", value)
    added = name.encode() + b": " + flat + b"\r\n" + letter(HTML.encode())
    if not uncovered(("from", "to", "subject", "date", "mime-version", "content-type"), read_letter(added)):
        words = flat.strip().split()
        assert len(words) < 2 or name == "thread-topic", (name, value)


def test_every_exception_is_about_a_field_that_counts():
    assert set(HARMLESS) <= set(READER_VISIBLE)


def test_a_huge_body_of_encoded_text_is_not_looked_through():
    body = (b"QUJD" * 19 + b"\r\n") * 30_000
    assert not evidence(letter(body, encoding="base64")).complete
    assert evidence(letter(body[: 78 * 1_000], encoding="base64")).complete
