"""Hostile bytes: parse always answers, within its bounds (X-01..X-15). Nothing here is timed: a bomb that is not
defused takes minutes and the run does not end."""

import json
import random
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.effort import often
from tests.message.mails import REST, codes, mail, seen
from vigie.message.parse import parse, read
from vigie.message.types import Layer, Message

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*/message.eml"))
FROM = b"From: a@exemple.example\r\n"


def check(raw: bytes) -> Message:
    """The invariants of every message; `read` has no net, so a fault shows."""
    message = read(raw)
    assert message.raw == raw
    values = asdict(message)
    del values["raw"], values["headers"]
    text = json.dumps(values, default=str, ensure_ascii=False)
    text.encode()  # no lone surrogate
    assert "\\u0000" not in text
    assert (
        message.author_readings == len({a.addr.casefold() for a in message.authors if a.domain})
        or message.author_readings == 0
    )
    if message.author_readings != 1:
        assert message.structural_defects
    for link in message.links:
        link.host.encode()
    return message


@given(st.binary(max_size=3_000))
def test_any_bytes(raw):
    check(raw)


LINES = [
    *(
        "From: a@b.example",
        "From : <x@y.example>",
        " From: q",
        "From",
        " : z@y.example",
        "Subject: =?utf-8?q?=E9?=",
        "",
        " ",
        "\t",
        "\r",
    ),
    *(
        "Content-Type: multipart/mixed; boundary=b",
        "Content-Type: text/html",
        "Content-Type: message/rfc822",
        "--b",
        "--b--",
        "--",
    ),
    *(
        "Content-Transfer-Encoding: base64",
        "Content-Transfer-Encoding: quoted-printable",
        "YWJj",
        "=E9=",
        "=?",
        "<a href=http://x.example>",
    ),
    *(
        "> cite",
        "Le 3 mars, X a écrit :",
        "-----Message d'origine-----",
        "De : x",
        "Envoyé : y",
        "Objet : z",
        "http://a.example/\\@b.example",
    ),
    *(
        "Content-Disposition: attachment; filename*0*=utf-8''a; filename*1=b.html",
        "\0",
        "Received: from [1.2.3.4] by x; Mon, 99",
        "<base href=//x>",
    ),
]


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(LINES), max_size=40), st.sampled_from(["\r\n", "\n", "\r"]))
def test_shuffled_lines(lines, end):
    check(end.join(lines).encode())


@pytest.mark.parametrize("seed", range(often(2, 4)))
def test_mutated_mails(seed):
    dice = random.Random(seed)
    for raw in [mail(), *(path.read_bytes() for path in SAMPLES)]:
        data = bytearray(raw)
        for _ in range(dice.randrange(1, 12)):
            at = dice.randrange(len(data))
            match dice.randrange(5):
                case 0:
                    data[at] = dice.randrange(256)
                case 1:
                    del data[at : at + dice.randrange(1, 40)]
                case 2:
                    data[at:at] = dice.choice(
                        [
                            b"\0",
                            b"\r",
                            b"\n",
                            b"\r\n\r\n",
                            b"\xff",
                            b"--",
                            b"=?",
                            b"<",
                            b'"',
                            b";",
                            b":",
                            b"From: z@z.example\r\n",
                        ]
                    )
                case 3:
                    other = dice.randrange(len(data))
                    data[at:at] = data[other : other + 60]
                case _:
                    del data[at:]
            data = data or bytearray(b"x")
        check(bytes(data))


def nested(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(depth))
    return FROM + head + b"Content-Type: text/plain\r\n\r\nfin\r\n"


MEG = 1 << 20
BOMBS = {
    "mime depth": (nested(10_000), "mime-depth"),
    "mime depth, one boundary": (FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 10_000, None),
    "messages in messages": (FROM + b"Content-Type: message/rfc822\r\n\r\n" * 10_000, "attached-depth"),
    "parts": (
        FROM + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
        "mime-parts",
    ),
    "headers": (FROM + b"X-A: b\r\n" * 100_000 + b"\r\nx", "too-many-headers"),
    "header names": (b"".join(b"X-%d: b\r\n" % n for n in range(100_000)), "too-many-headers"),
    "header block": (FROM + b"X: " + b"a" * (2 * MEG) + b"\r\n\r\nx", "header-too-large"),
    "folded header": (FROM + b"X: a\r\n" + b" b\r\n" * 200_000 + b"\r\nx", None),
    "lines that are no fields": (FROM + b"x\r\n" * 300_000 + b"\r\nx", "header-no-colon"),
    "; in Content-Type": (FROM + b"Content-Type: text/plain" + b";" * MEG + b"\r\n\r\nx", "header-too-large"),
    "; in a shorter Content-Type": (
        FROM + b"Content-Type: text/plain" + b";" * 900_000 + b"\r\n\r\nx",
        "mime-field-too-long",
    ),
    "parameters": (FROM + b"Content-Type: text/plain; " + b"a=b; " * 1_500 + b"\r\n\r\nx", "mime-parameters"),
    "rfc2231": (
        FROM
        + b"Content-Disposition: attachment"
        + b"".join(b"; filename*%d=x" % n for n in range(20_000))
        + b"\r\n\r\nx",
        "mime-field-too-long",
    ),
    "blanks in Content-Type": (
        FROM + b"Content-Type: text/plain;" + b" " * 900_000 + b"x\r\n\r\nx",
        "mime-field-too-long",
    ),
    "addresses": (FROM + b"To: " + b"a@b.example, " * 70_000 + b"\r\n\r\nx", None),
    "authors": (b"From: " + b"a@b.example, " * 70_000 + b"\r\n\r\nx", "from-too-long"),
    "comments in From": (b"From: " + b"(" * 900_000 + b"a@b.example\r\n\r\nx", "from-too-long"),
    "quotes in From": (b"From: " + b'"\\' * 4_000 + b" <a@b.example>\r\n\r\nx", None),
    "angles in From": (b"From: " + b"<" * 8_000 + b"a@b.example\r\n\r\nx", None),
    "at signs in From": (b"From: " + b"a@" * 4_000 + b"\r\n\r\nx", None),
    "From fields": (b"From: a@b.example\r\n" * 100_000 + b"\r\nx", "several-from"),
    "encoded words": (FROM + b"Subject: " + b"=?utf-8?q?a?= " * 60_000 + b"\r\n\r\nx", None),
    "encoded words in From": (b"From: " + b"=?utf-8?q?a?=" * 600 + b" <a@b.example>\r\n\r\nx", None),
    "received": (b"Received: from a (b [192.0.2.1]) by c; x\r\n" * 20_000 + FROM + b"\r\nx", "too-many-headers"),
    "received comments": (b"Received: from " + b"(" * 500_000 + b" by c\r\n" + FROM + b"\r\nx", None),
    "dates": (FROM + b"Date: " + b"1 " * 400_000 + b"\r\n\r\nx", None),
    "bare CR": (FROM + b"X: " + b"a\rFrom: b@c.example" * 20_000 + b"\r\n\r\nx", "bare-cr"),
    "base64 words": (FROM + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"YQ==" * 500_000, "base64-after-padding"),
    "base64 junk": (FROM + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"Y.Q " * 500_000, "base64-malformed"),
    "base64 blanks": (FROM + b"Content-Transfer-Encoding: base64\r\n\r\n" + b" " * 2 * MEG + b"!", None),
    "boundary lines": (
        FROM + b"Content-Type: multipart/mixed; boundary=\r\n\r\n" + b"".join(b"--x%d\r\n" % n for n in range(200_000)),
        "boundary-ambiguous",
    ),
    "texts": (
        FROM
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + (b"--b\r\n\r\n" + b"x y " * (MEG // 4) + b"\r\n") * 12,
        "too-many-texts",
    ),
    "ambiguous on every level": (
        b"".join(
            b"Content-Type: multipart/mixed; boundary=x%d; boundary=y%d\r\n\r\n--x%d\r\n\r\n--y%d\r\n" % (n, n, n, n)
            for n in range(60)
        )
        + b"x" * MEG,
        None,
    ),
    "dashes": (FROM + b"Content-Type: multipart/mixed; boundary=-\r\n\r\n" + b"-" * 2 * MEG, None),
    "links": (mail("http://a.example/x " * 100_000), None),
    "other links": (mail("\n".join(f"http://a{n}.example/x" for n in range(40_000))), "too-many-links"),
    "long link": (mail("http://a.example/" + "x" * MEG), None),
    "dots": (mail("a." * 1_000_000), None),
    "www": (mail("www." * 500_000), None),
    "slashes": (mail("http:" + "/" * MEG), None),
    "@": (mail("a.fr@" * 400_000), None),
    "nested urls": (mail("http://a.example/?u=" * 50_000), None),
    "percent": (mail("http://a.example/" + "%25" * 2_000), None),
    "quotes": (mail("> " * 1_000_000), None),
    "quoted lines": (mail("> x\n" * 500_000), None),
    "attributions": (mail("Le 3 mars x a écrit :\n" * 50_000), None),
    "heads": (mail("De : x\n" * 100_000), None),
    "copied heads": (
        mail("a" * 100 + "\n" + "De : x@y.example\n" * 100_000, header="From: a@y.example\r\nSubject: TR: y\r\n"),
        None,
    ),
    "head and gaps": (mail("De : x\n" + "\n" * 200_000 + "Objet : y"), None),
    "long line": (mail("x" * 3 * MEG), "text-truncated"),
    "divs": (mail("<div>" * 200_000, kind="text/html"), "html-depth"),
    "formatting": (
        mail("".join(f"<b a={n}>" for n in range(20_000)) + "<p>x" * 20_000, kind="text/html"),
        "html-depth",
    ),
    "tables": (mail("<table><tr><td>" * 60_000, kind="text/html"), "html-depth"),
    "spans closed": (mail("<span>x</span>" * 100_000, kind="text/html"), None),
    "html links": (
        mail("".join(f"<a href=http://a{n}.example>x</a>" for n in range(100_000)), kind="text/html"),
        "too-many-links",
    ),
    "attributes": (mail("<a " + "href=x " * 200_000 + ">", kind="text/html"), None),
    "attributes of one": (
        mail("<a " + " ".join(f"x{n}=1" for n in range(100_000)) + ">", kind="text/html"),
        "html-depth",
    ),
    "attributes without blanks": (
        mail("<a " + "".join(f"x{n}='1'" for n in range(100_000)) + ">", kind="text/html"),
        "html-depth",
    ),
    "attributes of the body": (
        mail("".join(f"<body x{n}></body>" for n in range(60_000)), kind="text/html"),
        "html-depth",
    ),
    "attributes of a picture": (
        mail("<p><svg " + " ".join(f"x{n}=1" for n in range(100_000)) + ">", kind="image/svg+xml"),
        None,
    ),
    "quotes of attributes": (mail("<a '" * 200_000, kind="text/html"), None),
    "<": (mail("<" * 2 * MEG, kind="text/html"), None),
    "one host": (mail("a.fr " * 180_000), None),
    "broken header lines": (
        mail("".join(f"--b{n}\n" for n in range(100_000)), kind='multipart/mixed; boundary="z"'),
        "boundary-ambiguous",
    ),
    "open comments": (mail("<!--" * 400_000, kind="text/html"), None),
    "conditional comments": (mail("<!--[if mso]>" + "<style" * 200_000 + "<![endif]-->", kind="text/html"), None),
    "css": (mail("<style>" + "/*" * 200_000 + "</style>", kind="text/html"), None),
    "css braces": (mail("<style>" + "a{" * 100_000 + "</style>", kind="text/html"), None),
    "css rules": (
        mail("<style>" + "".join(f".a{n}{{display:none}}" for n in range(20_000)) + "</style>", kind="text/html"),
        None,
    ),
    "css commas": (mail("<style>" + "a," * 100_000 + "b{color:red}</style>", kind="text/html"), None),
    "styles": (mail("<p style='" + "a:b;" * 200_000 + "'>x", kind="text/html"), None),
    "entities": (mail("&amp;" * 300_000, kind="text/html"), None),
    "utf-7": (mail("+" * MEG, kind="text/plain; charset=utf-7"), None),
    "NUL": (b"\0" * MEG, None),
    "empty": (b"", "no-author"),
    "newlines": (b"\n" * MEG, None),
    "blanks": (b" " * 2 * MEG, None),
    "colons": (b":" * 2 * MEG, None),
}


@cache
def bombed(name: str) -> Message:
    """What is read of that bomb, checked."""
    return check(BOMBS[name][0])


LURE = "<p>Votre carte Vitale expire : <a href='https://fraude.example/x'>cliquez</a></p>"
PART = "--b\r\nContent-Type: text/{}\r\n\r\n{}\r\n"
PADDED = {
    "blank parts": mail(PART.format("plain", "") * 990 + PART.format("html", LURE) + "--b--\r\n", kind="multipart/mixed; boundary=b"),
    "parts": mail(
        "".join(PART.format("plain", f"x{n}") for n in range(1_200)) + PART.format("html", LURE) + "--b--\r\n",
        kind="multipart/mixed; boundary=b",
    ),
    "attachments": mail(
        "".join(f"--b\r\nContent-Disposition: attachment; filename=a{n}.txt\r\n\r\nx\r\n" for n in range(300))
        + PART.format("html", LURE)
        + "--b--\r\n",
        kind="multipart/mixed; boundary=b",
    ),
    "comment": mail("<!--" + "x" * 3 * MEG + "-->" + LURE, kind="text/html"),
    "style": mail("<style>/*" + "x" * 3 * MEG + "*/</style>" + LURE, kind="text/html"),
    "blanks": mail(" " * 3 * MEG + "\nVotre carte Vitale expire : https://fraude.example/x"),
    "text": mail("bonjour, bonjour, bonjour\n" * 120_000 + "Votre carte Vitale expire : https://fraude.example/x"),
    "lines": mail("a<br>" * 60_000 + LURE + "a<br>" * 2_000, kind="text/html"),
    "empty links": mail("".join(f"<a href='https://www.ameli.fr/{n}'></a>" for n in range(9_000)) + LURE, kind="text/html"),
    "official links": mail(
        "".join(f"<a href='https://a{n % 30}.ameli.fr/{n}'>lien</a>" for n in range(2_000)) + LURE, kind="text/html"
    ),
}  # fmt: skip


def test_the_readings_of_a_long_text_add_only_what_is_new():
    """X-03: boundaries in doubt multiply the readings, not the work of whoever reads them."""
    lines = "".join(f"--b{n}\n" for n in range(50_000)) + "Votre carte Vitale expire\n"
    message = read(mail(lines, kind='multipart/mixed; boundary="z"'))
    assert "carte Vitale" in seen(message, *Layer)
    assert sum(len(block.text) for block in message.blocks) < 2 * len(lines)


@pytest.mark.parametrize("name", PADDED)
def test_padding_hides_nothing(name):
    """X-03, X-09, X-15: what stands behind a bound is read before the padding that was to push it there."""
    message = read(PADDED[name])
    assert "carte Vitale" in seen(message)
    assert "fraude.example" in {link.host for link in message.links if link.layer is Layer.OUTER}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end(name):
    """X-02, X-03, X-04, X-05, X-06, X-07, X-08, X-09, X-11, X-15."""
    code, message = BOMBS[name][1], bombed(name)
    assert code is None or code in codes(message)
    assert len(message.links) <= 1_024
    assert len(message.hops) <= 200


def test_what_is_left_unread_is_never_plain():
    for name in ("mime depth", "parts", "headers", "header block", "other links", "long line", "divs"):
        assert bombed(name).structural_defects, name


def test_a_fault_of_ours_is_a_defect(monkeypatch):
    monkeypatch.setattr("vigie.message.parse.read_hops", lambda _: 1 / 0)
    message = parse(mail(header=f"From: a@b.example\r\n{REST}"))
    assert codes(message, structural=True) == {"unreadable"}


def test_a_plain_mail():
    message = parse(mail("Bonjour Léa.\r\n"))
    assert message.subject == "Bonjour"
    assert message.message_id == "1@exemple.example"
    assert message.date is not None
    assert message.date.isoformat() == "2025-03-03T09:00:00+00:00"
    assert message.header_values("to") == ("lea@exemple.example",)
    assert [(header.name, header.index) for header in message.headers][:2] == [("from", 0), ("to", 1)]
    assert message.headers[0].raw == b" Jean Dupont <jean@exemple.example>"
    assert message.defects == ()
