"""C-01..C-18: what MIME syntax lets clients disagree about."""

from __future__ import annotations

import base64
import quopri
from functools import partial

from tests.evasions.evasion import Evasion, add, evasion
from tests.evasions.letters import Letter, header, mail, page, parts, plain

HTML = 'Content-Type: text/html; charset="utf-8"'
TEXT = 'Content-Type: text/plain; charset="utf-8"'
WELL = "Bonjour,\r\n\r\nMerci pour ces nouvelles, tout va bien ici.\r\n\r\nÀ bientôt\r\n"
BIT8 = "Content-Transfer-Encoding: 8bit"


def b64(text: str, *, width: int = 76) -> bytes:
    """The text in base64, in lines of that many characters."""
    data = base64.b64encode(text.encode())
    return b"\r\n".join(data[at : at + width] for at in range(0, len(data), width)) + b"\r\n"


def qp(text: str) -> bytes:
    """The text as quoted-printable."""
    return quopri.encodestring(text.replace("\r\n", "\n").encode()).replace(b"\n", b"\r\n")


def _base64(letter: Letter, *fields: str) -> bytes:
    return mail(letter, b64(page(letter)), HTML, *fields)


def _token(letter: Letter, field: str) -> bytes:
    return _base64(letter, field)


_ENCODINGS = {
    "duplicate-7bit-first": ("Content-Transfer-Encoding: 7bit", "Content-Transfer-Encoding: base64"),
    "duplicate-7bit-last": ("Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: 7bit"),
    "duplicate-qp-first": ("Content-Transfer-Encoding: quoted-printable", "Content-Transfer-Encoding: base64"),
}
_TOKENS = {
    "comment": "Content-Transfer-Encoding: base64 (as usual)",
    "comment-before": "Content-Transfer-Encoding: (7bit) base64",
    "quoted": 'Content-Transfer-Encoding: "base64"',
    "nul": "Content-Transfer-Encoding: base64\0",
    "upper-case": "CONTENT-TRANSFER-ENCODING: BASE64",
    "folded": "Content-Transfer-Encoding:\r\n base64",
    "semicolon": "Content-Transfer-Encoding: base64;",
    "encoded-word": "Content-Transfer-Encoding: =?utf-8?Q?base64?=",
    "blank-before-colon": "Content-Transfer-Encoding : base64",
    "two-words": "Content-Transfer-Encoding: 8bit base64",
    "x-prefix": "Content-Transfer-Encoding: x-base64",
}
for _slug, _fields in _ENCODINGS.items():
    add(
        Evasion(
            "C-01",
            _slug,
            partial(lambda letter, more: _base64(letter, *more), more=_fields),
            "Clients take another encoding.",
        )
    )
for _slug, _field in _TOKENS.items():
    add(
        Evasion(
            "C-02",
            _slug,
            partial(_token, field=_field),
            "Some clients decode it all the same.",
        )
    )


@evasion("C-03", "junk-in-base64")
def _junk(letter: Letter) -> bytes:
    """Characters that are not base64 are skipped by most clients."""
    data = b64(page(letter), width=60).replace(b"\r\n", b"!.\r\n-- *\r\n")
    return mail(letter, data, HTML, "Content-Transfer-Encoding: base64")


@evasion("C-03", "padding-in-the-middle")
def _padded(letter: Letter) -> bytes:
    """Two base64 texts one after the other: some clients stop at the first padding."""
    data = b64("<p>Bonjour.</p>!") + b64(page(letter))
    return mail(letter, data, HTML, "Content-Transfer-Encoding: base64")


@evasion("C-03", "one-byte-pieces")
def _pieces(letter: Letter) -> bytes:
    """Every few bytes padded by themselves."""
    text = page(letter).encode()
    data = b"".join(base64.b64encode(text[at : at + 7]) + b"\r\n" for at in range(0, len(text), 7))
    return mail(letter, data, HTML, "Content-Transfer-Encoding: base64")


@evasion("C-03", "not-base64-at-all")
def _unencoded(letter: Letter) -> bytes:
    """The text stands there as it is; clients that find no base64 show it."""
    return mail(letter, page(letter), HTML, "Content-Transfer-Encoding: base64")


@evasion("C-04", "every-byte-escaped")
def _escaped(letter: Letter) -> bytes:
    """Quoted-printable that escapes every byte, in small letters, with soft line breaks inside words."""
    text = "".join(f"={byte:02x}" for byte in page(letter).encode())
    data = "=\r\n".join(text[at : at + 60] for at in range(0, len(text), 60)).encode()
    return mail(letter, data, HTML, "Content-Transfer-Encoding: quoted-printable")


@evasion("C-04", "bad-escapes")
def _bad_escapes(letter: Letter) -> bytes:
    """Escapes that are none, blanks behind soft line breaks, and bare bytes above 127."""
    data = page(letter).replace("</p>", "=XY</p>").replace(" ", "=20").replace("=20", " = \r\n", 2).encode()
    return mail(letter, data, HTML, "Content-Transfer-Encoding: quoted-printable")


def _two_types(letter: Letter, first: str, second: str) -> bytes:
    body = (
        f"--a\r\n{TEXT}\r\n{BIT8}\r\n\r\n{WELL}\r\n--a--\r\n--b\r\n{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}\r\n--b--\r\n"
    )
    return mail(
        letter,
        body,
        f"Content-Type: multipart/mixed; boundary={first}",
        f"Content-Type: multipart/mixed; boundary={second}",
    )


@evasion("C-05", "two-content-types")
def _boundary_first(letter: Letter) -> bytes:
    """Two Content-Type fields, each with its own boundary: clients take the first or the last."""
    return _two_types(letter, "a", "b")


@evasion("C-05", "two-content-types-reversed")
def _boundary_last(letter: Letter) -> bytes:
    """The same, the other way round."""
    return _two_types(letter, "b", "a")


@evasion("C-05", "plain-or-html")
def _plain_or_html(letter: Letter) -> bytes:
    """Declared as plain text and as HTML."""
    return mail(letter, page(letter), TEXT, HTML, BIT8)


@evasion("C-05", "two-boundaries-in-one-field")
def _two_boundaries(letter: Letter) -> bytes:
    """One field with the parameter twice."""
    body = (
        f"--a\r\n{TEXT}\r\n{BIT8}\r\n\r\n{WELL}\r\n--a--\r\n--b\r\n{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}\r\n--b--\r\n"
    )
    return mail(letter, body, "Content-Type: multipart/mixed; boundary=a; boundary=b")


_BOUNDARIES = {
    "quote-open": ('boundary="x630', "x630"),
    "single-quotes": ("boundary='x630'", "'x630'"),
    "comment": ("boundary=x630(note)", "x630"),
    "blank-behind": ('boundary="x630 "', "x630"),
    "semicolon-inside": ('boundary="x6;30"', "x6;30"),
    "comma": ("boundary=x630,y", "x630,y"),
    "encoded-word": ("boundary==?us-ascii?Q?x630?=", "x630"),
    "rfc2231": ("boundary*=us-ascii''x630", "x630"),
    "rfc2231-pieces": ("boundary*0=x6; boundary*1=30", "x630"),
    "percent-in-rfc2231": ("boundary*=us-ascii''x%36%33%30", "x630"),
    "ninety-characters": ("boundary=" + "x" * 90, "x" * 90),
    "blank-before-equals": ("boundary = x630", "x630"),
    "upper-case-name": ("BOUNDARY=x630", "x630"),
    "no-boundary": ("charset=utf-8", "x630"),
    "another-boundary": ("boundary=y630", "x630"),
    "backslash": (r'boundary="x\630"', "x630"),
    "nul": ("boundary=x630\0y", "x630"),
    "empty": ('boundary=""', ""),
}


def _bounded(letter: Letter, parameter: str, mark: str) -> bytes:
    body = f"--{mark}\r\n{HTML}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + b64(page(letter))
    return mail(letter, body + f"--{mark}--\r\n".encode(), f"Content-Type: multipart/mixed; {parameter}")


for _slug, (_parameter, _mark) in _BOUNDARIES.items():
    add(
        Evasion(
            "C-06",
            _slug,
            partial(_bounded, parameter=_parameter, mark=_mark),
            "Clients find the parts by another boundary.",
        )
    )


@evasion("C-06", "boundary-line-with-blanks")
def _blank_boundary(letter: Letter) -> bytes:
    """Blanks behind the boundary line, and no closing one."""
    body = f"--x \t\r\n{HTML}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode() + b64(page(letter))
    return mail(letter, body, "Content-Type: multipart/mixed; boundary=x")


def _separated(letter: Letter, separator: bytes) -> bytes:
    whole = mail(letter, b64(page(letter)), HTML, "Content-Transfer-Encoding: base64")
    head, _, body = whole.partition(b"\r\n\r\n")
    return head + separator + body


_SEPARATORS = {
    "three-bytes": b"\r\n\r\r\n",
    "bare-line-feeds": b"\n\n",
    "bare-carriage-returns": b"\r\r",
    "line-of-blanks": b"\r\n \r\n",
    "line-of-tabs-then-empty": b"\r\n\t\r\n\r\n",
}
for _slug, _separator in _SEPARATORS.items():
    add(Evasion("C-07", _slug, partial(_separated, separator=_separator), "Clients end the header at another line."))


@evasion("C-07", "header-behind-the-blank-line")
def _late_header(letter: Letter) -> bytes:
    """The fields that matter stand behind the blank line: some clients go on reading the header."""
    head = header(letter) + b"\r\n"
    return head + f"MIME-Version: 1.0\r\n{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}".encode()


@evasion("C-08", "preamble")
def _preamble(letter: Letter) -> bytes:
    """Text before the first part; clients without MIME show it."""
    body = f"{plain(letter)}\r\n--x\r\n{TEXT}\r\n\r\n \r\n--x--\r\n"
    return mail(letter, body, "Content-Type: multipart/mixed; boundary=x")


@evasion("C-08", "epilogue")
def _epilogue(letter: Letter) -> bytes:
    """Text behind the last part."""
    body = f"--x\r\n{TEXT}\r\n\r\n \r\n--x--\r\n{plain(letter)}\r\n"
    return mail(letter, body, "Content-Type: multipart/mixed; boundary=x")


@evasion("C-09", "inner-with-the-same-boundary")
def _same_boundary(letter: Letter) -> bytes:
    """The inner multipart has the boundary of the outer one."""
    inner = f"Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}\r\n--x--\r\n"
    body = f"--x\r\n{TEXT}\r\n\r\n \r\n--x\r\n{inner}--x--\r\n"
    return mail(letter, body, "Content-Type: multipart/mixed; boundary=x")


@evasion("C-09", "inner-boundary-missing")
def _missing_inner(letter: Letter) -> bytes:
    """An inner multipart whose boundary occurs nowhere."""
    inner = f"Content-Type: multipart/alternative; boundary=nowhere\r\n\r\n{plain(letter)}\r\n"
    return mail(letter, f"--x\r\n{inner}--x--\r\n", "Content-Type: multipart/mixed; boundary=x")


@evasion("C-09", "thirty-levels")
def _deep(letter: Letter) -> bytes:
    """The text lies thirty multiparts deep."""
    body, kind = page(letter), f"{HTML}\r\n{BIT8}"
    for level in range(30):
        body = f"--d{level}d\r\n{kind}\r\n\r\n{body}\r\n--d{level}d--\r\n"
        kind = f"Content-Type: multipart/mixed; boundary=d{level}d"
    return mail(letter, body, kind)


@evasion("C-10", "fraud-in-html-only")
def _html_only(letter: Letter) -> bytes:
    """A harmless alternative for whoever reads plain text."""
    return parts(letter, "alternative", ((f"{TEXT}\n{BIT8}", WELL), (f"{HTML}\n{BIT8}", page(letter))))


@evasion("C-10", "fraud-in-plain-only")
def _plain_only(letter: Letter) -> bytes:
    """The other way round."""
    html = "<p>" + WELL.replace("\r\n\r\n", "</p><p>") + "</p>"
    return parts(letter, "alternative", ((f"{TEXT}\n{BIT8}", plain(letter)), (f"{HTML}\n{BIT8}", html)))


@evasion("C-10", "html-before-plain")
def _wrong_order(letter: Letter) -> bytes:
    """The alternatives in the wrong order: the last one is to be shown, many clients show HTML."""
    return parts(letter, "alternative", ((f"{HTML}\n{BIT8}", page(letter)), (f"{TEXT}\n{BIT8}", WELL)))


_KINDS = (
    "text/x-unknown",
    "text/enriched",
    "text/richtext",
    "text/markdown",
    "text/xhtml",
    "application/xhtml+xml",
    "text",
)
for _kind in _KINDS:
    add(
        Evasion(
            "C-11",
            "as-" + _kind.replace("/", "-").replace("+", "-"),
            partial(lambda letter, kind: mail(letter, page(letter), kind=kind), kind=_kind),
            "A type that no reader manages is shown as text all the same.",
        )
    )


@evasion("C-12", "message-partial")
def _partial(letter: Letter) -> bytes:
    """The only piece of a message/partial: Outlook Express and its heirs put it together."""
    inner = f"Subject: .\r\n{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}"
    return mail(letter, inner, 'Content-Type: message/partial; id="p630@x.example"; number=1; total=1')


@evasion("C-12", "inline-message")
def _inline_message(letter: Letter) -> bytes:
    """The whole text in a message/rfc822 that is shown in line, and nothing of one's own beside it."""
    inner = f"From: {letter.address}\r\nSubject: .\r\nMIME-Version: 1.0\r\n{HTML}\r\n{BIT8}\r\n\r\n{page(letter)}"
    return mail(letter, inner, "Content-Type: message/rfc822", "Content-Disposition: inline")


_CHARSETS = {
    "utf-7": ("utf-7", lambda text: text.encode("utf-7")),
    "utf-16": ("utf-16", lambda text: text.encode("utf-16")),
    "utf-16-without-mark": ("utf-16", lambda text: text.encode("utf-16-le")),
    "utf-16be": ("utf-16be", lambda text: text.encode("utf-16-be")),
    "utf-32": ("utf-32", lambda text: text.encode("utf-32")),
    "iso-2022-jp": ("iso-2022-jp", lambda text: text.encode("iso-2022-jp", "xmlcharrefreplace")),
    "ebcdic": ("cp037", lambda text: text.encode("cp037", "xmlcharrefreplace")),
    "cp1252": ("windows-1252", lambda text: text.encode("cp1252")),
    "wrongly-ascii": ("us-ascii", str.encode),
    "latin-1-for-utf-8": ("iso-8859-1", str.encode),
    "utf-8-for-latin-1": ("utf-8", lambda text: text.encode("cp1252")),
    "unknown": ("x-vigie-none", str.encode),
    "python-only": ("unicode_escape", lambda text: text.encode("unicode_escape")),
    "two-names": ("utf-8;charset=utf-16", str.encode),
    "hz-gb": ("hz-gb-2312", lambda text: text.encode("hz", "xmlcharrefreplace")),
}
for _slug, (_label, _coder) in _CHARSETS.items():
    add(
        Evasion(
            "C-16",
            _slug,
            partial(
                lambda letter, label, coder: mail(
                    letter,
                    b"\r\n".join(
                        base64.encodebytes(coder(page(letter).replace('<meta charset="utf-8">', ""))).split(b"\n")
                    ),
                    f"Content-Type: text/html; charset={label}",
                    "Content-Transfer-Encoding: base64",
                ),
                label=_label,
                coder=_coder,
            ),
            "The text is read in another charset than clients read it in.",
        )
    )


def _subject(letter: Letter, value: str) -> bytes:
    return mail(letter, plain(letter), head=header(letter, subject=value))


@evasion("C-17", "letters-cut-between-words")
def _cut_letters(letter: Letter) -> bytes:
    """An encoded word ends in the middle of a letter, against RFC 2047 section 5."""
    data = letter.subject.encode()
    words = [f"=?utf-8?B?{base64.b64encode(data[at : at + 8]).decode()}?=" for at in range(0, len(data), 8)]
    return _subject(letter, "\r\n ".join(words))


@evasion("C-17", "encoded-word-inside-a-word")
def _inside_word(letter: Letter) -> bytes:
    """Encoded words without blanks around them, with a language suffix."""
    data = "".join(f"={byte:02X}" for byte in letter.subject.encode())
    return _subject(letter, f"=?utf-8*fr?q?{data}?=")


@evasion("C-17", "encoded-twice")
def _twice(letter: Letter) -> bytes:
    """An encoded word in an encoded word."""
    inner = f"=?utf-8?B?{base64.b64encode(letter.subject.encode()).decode()}?="
    return _subject(letter, f"=?utf-8?Q?{inner.replace('=', '=3D').replace('?', '=3F')}?=")


@evasion("C-17", "raw-utf-8")
def _raw(letter: Letter) -> bytes:
    """The subject in bare UTF-8."""
    return _subject(letter, letter.subject)


@evasion("C-18", "html-by-its-name")
def _named(letter: Letter) -> bytes:
    """The whole page under a name in pieces of RFC 2231, as application/octet-stream, and no other text."""
    name = "inline; filename*0*=utf-8''le; filename*1=ttre.ht; filename*2=ml"
    return mail(letter, page(letter), "Content-Type: application/octet-stream", f"Content-Disposition: {name}", BIT8)
