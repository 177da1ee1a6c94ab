"""Ambiguous MIME: whatever some client may show is found, and the message is never plain (C-01..C-12, C-16)."""

import base64
import quopri

import pytest

from tests.message.mails import codes, mail, seen
from vigie.message.parse import read
from vigie.message.types import Layer

FRAUD = "Votre carte Vitale expire, https://fraude.example/x"
CLEAN = "Bonjour, voici le compte rendu."
B64 = base64.b64encode(FRAUD.encode()).decode()
QP = quopri.encodestring(FRAUD.replace("i", "=69").encode()).decode().replace("=3D69", "=69")
FROM = "From: Jean <jean@exemple.example>\r\n"


def part(kind: str, body: str, more: str = "") -> str:
    return f"Content-Type: {kind}\r\n{more}\r\n{body}\r\n"


def multipart(
    *parts: str, boundary: str = "b", kind: str = "mixed", declared: str = "", before: str = "", after: str = ""
) -> bytes:
    body = before + "".join(f"--{boundary}\r\n{part}" for part in parts) + f"--{boundary}--\r\n" + after
    return mail(body, header=FROM, kind=f"multipart/{kind}; {declared or 'boundary=' + boundary}")


PLAIN = part("text/plain", CLEAN)
EVIL = part("text/plain", FRAUD)
HTML = part("text/html", f"<p>{FRAUD}</p>")
CTE = "Content-Transfer-Encoding: "
AMBIGUOUS = {
    "C-01 two encodings": mail(B64, header=f"{FROM}{CTE}7bit\r\n{CTE}base64\r\n"),
    "C-01 the other way": mail(B64, header=f"{FROM}{CTE}base64\r\n{CTE}7bit\r\n"),
    "C-02 comment": mail(B64, header=f"{FROM}{CTE}base64 (x)\r\n"),
    "C-02 quoted": mail(B64, header=f'{FROM}{CTE}"base64"\r\n'),
    "C-02 NUL": mail(B64, header=f"{FROM}{CTE}base64\0\r\n"),
    "C-02 unknown": mail(B64, header=f"{FROM}{CTE}x-base64\r\n"),
    "C-03 behind the padding": mail(
        base64.b64encode(b"Bonjour.").decode() + "\r\n" + B64, header=f"{FROM}{CTE}base64\r\n"
    ),
    "C-03 text behind": mail(base64.b64encode(b"Bonjour.").decode() + "\r\n" + FRAUD, header=f"{FROM}{CTE}base64\r\n"),
    "C-05 two types": mail(f"--b\r\n{EVIL}--b--\r\n", header=f"{FROM}Content-Type: multipart/mixed; boundary=b\r\n"),
    "C-05 two boundaries": multipart(EVIL, boundary="b", declared='boundary="a"; boundary="b"'),
    "C-06 comment": multipart(EVIL, declared="boundary=b (x)"),
    "C-06 blank inside quotes": multipart(EVIL, declared='boundary="b "'),
    "C-06 other boundary": multipart(EVIL, declared="boundary=autre"),
    "C-06 none": multipart(EVIL, declared="charset=utf-8"),
    "C-06 empty": multipart(EVIL, declared='boundary=""'),
    "C-06 encoded word": multipart(EVIL, declared='boundary="=?utf-8?q?b?="'),
    "C-07 no empty line": (FROM + "Content-Type: text/plain\r\n" + FRAUD + "\r\n" + CLEAN + "\r\n").encode(),
    "C-07 CR in front": (FROM + "Content-Type: text/plain\r\r" + FRAUD + "\r\n\r\nfin").encode(),
    "C-08 preamble": multipart(PLAIN, before=FRAUD + "\r\n"),
    "C-08 epilogue": multipart(PLAIN, after=FRAUD + "\r\n"),
    "C-08 part behind the end": multipart(PLAIN, after=f"--b\r\n{EVIL}--b--\r\n"),
    "C-09 same boundary inside": multipart(part("multipart/mixed; boundary=b", f"--b\r\n{EVIL}--b--\r\n")),
    "a multipart in base64": mail(
        base64.b64encode(f"--b\r\n{EVIL}--b--\r\n".encode()).decode(),
        header=f"{FROM}{CTE}base64\r\n",
        kind="multipart/mixed; boundary=b",
    ),
    "C-16 utf-7": mail("Votre carte Vitale expire, https:+AC8ALw-fraude.example/x", kind="text/plain; charset=utf-7"),
    "part with two types": multipart(
        f"Content-Type: application/octet-stream\r\nContent-Type: text/html\r\n\r\n<p>{FRAUD}</p>\r\n"
    ),
    "part with two encodings": multipart(part("text/plain", B64, f"{CTE}7bit\r\n{CTE}base64\r\n")),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_every_reading_is_scanned_and_none_is_plain(name):
    message = read(AMBIGUOUS[name])
    if name != "C-09 same boundary inside":
        assert message.structural_defects
    assert "carte Vitale" in seen(message, *Layer)
    assert "fraude.example" in {link.host for link in message.links}


UNAMBIGUOUS = {
    "plain": mail(FRAUD),
    "no type": (FROM + "\r\n" + FRAUD).encode(),
    "bare LF": (FROM + "\r\n" + FRAUD).replace("\r\n", "\n").encode(),
    "base64": mail(B64, header=f"{FROM}{CTE}base64\r\n"),
    "base64 in lines": mail(
        "\r\n".join(B64[i : i + 10] for i in range(0, len(B64), 10)), header=f"{FROM}{CTE}BASE64\r\n"
    ),
    "quoted-printable": mail(QP, header=f"{FROM}{CTE}quoted-printable\r\n"),
    "8bit": mail(FRAUD, header=f"{FROM}{CTE} 8BIT \r\n"),
    "mixed": multipart(PLAIN, EVIL),
    "quoted boundary": multipart(PLAIN, EVIL, declared='boundary="b"'),
    "outlook boundary": multipart(
        EVIL, boundary="----=_NextPart_000_0001_01DB.9A2B", declared='boundary="----=_NextPart_000_0001_01DB.9A2B"'
    ),
    "apple boundary": multipart(EVIL, boundary="Apple-Mail=_1-2", declared='boundary="Apple-Mail=_1-2"'),
    "folded": multipart(EVIL, declared='\r\n\tboundary="b";\r\n\tcharset="utf-8"'),
    "type parameter": multipart(EVIL, kind="related", declared='type="text/html"; boundary="b"'),
    "rfc2231": multipart(EVIL, declared="boundary*0=b"),
    "usual preamble": multipart(EVIL, before="This is a multi-part message in MIME format.\r\n"),
    "blank epilogue": multipart(EVIL, after="\r\n\r\n"),
    "unclosed": multipart(EVIL).replace(b"--b--\r\n", b""),
    "nested": multipart(part('multipart/alternative; boundary="c"', f"--c\r\n{PLAIN}--c\r\n{HTML}--c--\r\n")),
    "nested with longer boundary": multipart(
        part('multipart/alternative; boundary="bb"', f"--bb\r\n{PLAIN}--bb\r\n{HTML}--bb--\r\n")
    ),
    "latin-1": mail(FRAUD, kind="text/plain; charset=iso-8859-1"),
    "unknown charset": mail(FRAUD, kind="text/plain; charset=x-rien"),
    "unicode_escape is no charset": mail(FRAUD, kind="text/plain; charset=unicode_escape"),
    "part without header": multipart("\r\n" + FRAUD + "\r\n"),
    "dashes in the text": mail(f"-- \r\n--\r\n--b\r\n{FRAUD}"),
    "html": mail(f"<p>{FRAUD}</p>", kind="text/html"),
}


@pytest.mark.parametrize("name", UNAMBIGUOUS)
def test_a_well_made_message_has_no_structural_defect(name):
    message = read(UNAMBIGUOUS[name])
    assert message.structural_defects == ()
    assert "carte Vitale" in seen(message)
    assert {(link.host, link.layer) for link in message.links} == {("fraude.example", Layer.OUTER)}


@pytest.mark.parametrize(
    ("charset", "data"),
    [
        ("utf-8", "é"),
        ("iso-8859-1", "é"),
        ("iso-8859-15", "é"),
        ("windows-1252", "é’"),
        ("us-ascii", "é"),
        ("", "é"),
        ("utf-16", "é"),
        ("koi8-r", "б"),
        ("gb2312", "汉"),
        ("iso-2022-jp", "日本"),
        ("ibm037", "é"),
        ("ibm500", "é"),
        ("hz-gb-2312", "汉"),
        ("iso-2022-kr", "한"),
    ],
)
def test_charsets(charset, data):
    codec = {"us-ascii": "utf-8", "": "utf-8", "ibm037": "cp037", "ibm500": "cp500", "hz-gb-2312": "hz"}.get(
        charset, charset
    )
    raw = f"{FROM}Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + data.encode(codec)
    assert seen(read(raw)) == data


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?q?am=C3=A9?= =?utf-8?q?li?=", "améli"),
        ("=?utf-8?b?w?= =?utf-8?b?6k=?=", "é"),
        ("=?utf-8?B?YW3D?=\r\n =?utf-8?B?qWxp?=", "améli"),
        ("=?utf-8*fr?q?am=C3=A9li?=", "améli"),
        ("=?iso-8859-1?q?am=E9li?= et =?utf-8?q?=C3=A9?=", "améli et é"),
        ("=?x-rien?q?ameli?=", "ameli"),
        ("=?utf-8?q?carte=20Vitale?=.", "carte Vitale."),
        ("Votre dossier", "Votre dossier"),
        ("=?utf-8?x?y?=", "=?utf-8?x?y?="),
    ],
)
def test_encoded_words(value, text):
    message = read(mail(header=f"{FROM}Subject: {value}\r\n"))
    assert message.subject == text


def test_both_alternatives_speak():
    message = read(multipart(PLAIN, HTML, kind="alternative"))
    assert CLEAN in seen(message)
    assert FRAUD in seen(message)
    assert [block.where for block in message.blocks] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (mail(B64, header=f"{FROM}{CTE}7bit\r\n{CTE}base64\r\n"), "body-readings"),
        (AMBIGUOUS["C-08 preamble"], "preamble"),
    ],
)
def test_the_defect_says_what_is_wrong(raw, code):
    assert code in codes(read(raw), structural=True)
