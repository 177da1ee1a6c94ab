"""The header block as it stands in the bytes: every field that some mail client could read in it.

The standard library and mail-parser stop at, skip or merge what is malformed here (threats S-09..S-11, S-61), so the
fields are scanned by hand; the scan is linear in the size of the block and never raises.
"""

from __future__ import annotations

import binascii
import re
import string
from dataclasses import dataclass
from functools import lru_cache

from vigie.message.types import Defect

HEADER_BYTES = 1 << 20
HEADER_FIELDS = 2_000
ENCODED_WORDS = 256  # X-07, a field
_NAME_BYTES = 998  # RFC 5322 section 2.1.1

ONCE_ONLY = frozenset(
    {
        *("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references"),
        *("content-type", "content-transfer-encoding", "mime-version"),
    }
)
"""Fields that may occur once (RFC 5322 section 3.6, RFC 2045 section 3)."""
_MATTERS = ONCE_ONLY | {
    *("bcc", "resent-from", "resent-sender", "mail-reply-to", "mail-followup-to"),
    *("content-disposition", "content-location", "content-base", "thread-topic", "x-message-flag"),
}
_FOLDED_FIELD = re.compile(rb"[ \t]+(?:" + "|".join(sorted(_MATTERS)).encode() + rb")[ \t]*:", re.IGNORECASE)
_NAME_LISTS = ("dkim-signature", "arc-message-signature", "domainkey-signature")
"""Their lists of signed fields look like fields when they are folded (RFC 6376 section 3.5, h=)."""


@dataclass(frozen=True, slots=True)
class Field:
    """One header field. `raw` is the field body as it stands, folding included, without its last line end."""

    name: str
    raw: bytes
    index: int
    plain: bool = True
    """Every parser sees a field of that name here (RFC 5322 section 2.2)."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What stands before the body, and the body. `strays` are fields that only some other reading of the bytes gives."""

    fields: tuple[Field, ...]
    strays: tuple[Field, ...]
    body: bytes
    other_bodies: tuple[bytes, ...]
    defects: tuple[Defect, ...]


_BLANK_LINE = re.compile(rb"(?:\A|\n)\r*\n")
# not "From \x0b: x@y.example", which a lenient client reads as a From field (S-10)
_ENVELOPE = re.compile(rb">?From (?![^\x21-\x7e\r\n]*:)[^\r\n]*\r*\n")
_BARE_CR = re.compile(rb"\r(?!\r*\n)")
# What some language's "split into lines" takes for a line end: VT, FF, the information separators, NEL, U+2028, U+2029
_SOFT_BREAK = re.compile(rb"\r(?!\r*\n)|[\x0b\x0c\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]")
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]")
_NOT_PRINTABLE = re.compile(rb"[^\x21-\x7e]+")
_FOLDED_FROM = re.compile(rb"[ \t]+From[ \t]*:[^@]{0,998}@", re.IGNORECASE)


def scan(raw: bytes) -> Scan:
    """The fields and the body of `raw`; total. A message that starts with an mbox envelope line is read without it."""
    start = 0
    envelope = _ENVELOPE.match(raw)
    if envelope:
        start = envelope.end()
    defects: list[Defect] = []
    end = _BLANK_LINE.search(raw, start, start + HEADER_BYTES)
    if end:
        block, body = raw[start : end.start() + 1], raw[end.end() :]
    elif len(raw) - start > HEADER_BYTES:
        defects.append(Defect("header-too-large", f"no empty line within {HEADER_BYTES} bytes", structural=True))
        block, body = raw[start : start + HEADER_BYTES], raw[start + HEADER_BYTES :]
    else:
        block, body = raw[start:], b""
    fields, folded, others = _fields(block, defects)
    strays = tuple(folded)
    if b"\r" in block and _BARE_CR.search(block):
        # S-61: some parsers, the standard library's among them, end a line at a lone CR
        defects.append(Defect("bare-cr", "a CR without LF in the header", structural=True))
    if _CONTROL.search(block):
        defects.append(Defect("header-control", "a control character in the header", structural=True))
    if _SOFT_BREAK.search(block):
        second = _SOFT_BREAK.sub(b"\n", block)
        cut = _BLANK_LINE.search(second)
        known = {(field.name, field.raw) for field in fields}
        found, more, _ = _fields(second[: cut.start() + 1] if cut else second, [])
        strays += tuple(field for field in (*found, *more) if (field.name, field.raw) not in known)
        if cut:
            others.append(second[cut.end() :] + b"\n" + body)
    if b"\0" in block:
        defects.append(Defect("nul", "a NUL byte in the header", structural=True))
    if body and b"\r\n" in block and re.search(rb"[^\r]\n", block):
        defects.append(Defect("mixed-line-ends", "CRLF and bare LF in one header"))
    return Scan(tuple(fields), strays, body, tuple(others), tuple(defects))


def _fields(block: bytes, defects: list[Defect]) -> tuple[list[Field], list[Field], list[bytes]]:
    """The fields of a header block, those behind a blank, and what a parser takes for the body that stops at a broken line."""
    reader = _Reader(block)
    reader.run()
    defects += reader.defects.values()
    return reader.fields, reader.folded, reader.others


class _Reader:
    """One pass over the lines of a header block."""

    def __init__(self, block: bytes) -> None:
        self.fields: list[Field] = []
        self.folded: list[Field] = []
        """From fields that stand behind a blank, and so inside another field."""
        self.others: list[bytes] = []
        self.defects: dict[str, Defect] = {}
        self._block = block
        self._name = ""
        self._plain = True
        self._value: list[bytes] = []
        self._broken = b""
        """The line before, when it was no field."""
        self._broken_lines = 0

    def run(self) -> None:
        """Reads all lines; stops at `HEADER_FIELDS`."""
        offset = 0
        for line in self._block.split(b"\n"):
            first = offset == 0
            if line[:1] in (b" ", b"\t") and not first:
                self._continue(line, offset)
            elif line:
                if len(self.fields) + self._broken_lines >= HEADER_FIELDS:
                    self._note("too-many-headers", f"more than {HEADER_FIELDS} fields", structural=True)
                    return
                self._close()
                self._start(line, offset, first=first)
            offset += len(line) + 1
        self._close()

    def _note(self, code: str, detail: str, *, structural: bool) -> None:
        self.defects.setdefault(code, Defect(code, detail, structural))

    def _close(self) -> None:
        if self._name:
            value = b"\n".join(self._value)
            self.fields.append(Field(self._name, value.removesuffix(b"\r"), len(self.fields), self._plain))
        self._name, self._value, self._broken, self._plain = "", [], b"", True

    def _continue(self, line: bytes, offset: int) -> None:
        """A line that starts with a blank: more of the field before."""
        text = line.strip()
        if self._broken and text.startswith(b":"):
            # S-11: the field name is folded, the colon stands on the next line
            self._note("header-folded-name", "a field name and its colon on two lines", structural=True)
            name = _name(self._broken[:_NAME_BYTES])[0]
            self._close()
            self._name, self._value, self._plain = name, [text[1:]], False
        elif text:
            self._value.append(line)
            # S-09: the border's own fields stand on top, and the sender's first line becomes the end of the last of them
            if _FOLDED_FIELD.match(line) and not self._name.endswith(_NAME_LISTS):
                self._note("header-leading-space", "a header field behind a blank", structural=True)
            if _FOLDED_FROM.match(line):
                self._note("header-leading-space", "a header field behind a blank", structural=True)
                self.folded.append(
                    Field("from", line.partition(b":")[2].removesuffix(b"\r"), len(self.fields), plain=False)
                )
        else:
            # C-07: some clients take a line of blanks for the end of the header
            self._note("header-blank-continuation", "a line of blanks only inside the header", structural=True)
            self._value.append(line)
            if offset + len(line) + 1 < len(self._block):
                self._other(offset)

    def _start(self, line: bytes, offset: int, *, first: bool) -> None:
        """The first line of a field."""
        behind = first and line[:1] in (b" ", b"\t")
        if behind:
            # S-09: many clients skip the blank, most servers do not see the field
            self._note("header-leading-space", "the first line of the header starts with a blank", structural=True)
            line = line.lstrip(b" \t")
        head, colon, rest = line.partition(b":")
        if not colon:
            self._broken = head
            self._broken_lines += 1
            if not head.startswith(b">From "):
                self._note("header-no-colon", "a header line that is no field", structural=True)
                self._other(offset)
            return
        name, spaced, odd = _name(head[:_NAME_BYTES])
        self._name, self._value = name, [rest]
        self._plain = not (spaced or odd or behind or self.others)
        if spaced:
            # S-10: obsolete syntax that some parsers skip and others read
            self._note("header-space-colon", "a blank between field name and colon", structural=name in _MATTERS)
        if odd:
            self._note("header-odd-name", "a field name with invisible or non-ASCII bytes", structural=name in _MATTERS)

    def _other(self, offset: int) -> None:
        if not self.others:
            self.others.append(self._block[offset:])


@lru_cache(maxsize=1_024)
def _name(head: bytes) -> tuple[str, bool, bool]:
    """The field name as a lenient client reads it ("?" if nothing stays), "a blank behind it", "odd bytes in it"."""
    name = _NOT_PRINTABLE.sub(b"", head).decode("ascii").lower() or "?"
    bare = head.strip()
    return name, head != head.rstrip(b" \t"), bool(_NOT_PRINTABLE.search(bare))


def unfold(raw: bytes) -> bytes:
    """The field body on one line, without blanks at its ends (RFC 5322 section 2.2.3)."""
    if b"\n" in raw:
        return b" ".join(line.strip() for line in raw.split(b"\n")).strip()
    return raw.strip()


def header_text(raw: bytes) -> str:
    """The field body unfolded and with encoded words decoded (RFC 2047); total, without NUL and lone surrogates."""
    text = plain_text(unfold(raw))
    return decode_words(text) if "=?" in text else text


def plain_text(data: bytes) -> str:
    """Bytes of no declared charset as text: ASCII, else UTF-8, else Windows-1252."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return text.replace("\0", "") if "\0" in text else text  # shown by no client


_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?]*)\?=")


def decode_words(text: str) -> str:
    """Encoded words decoded wherever they stand; a character split across adjacent words is put together (C-17)."""
    out: list[str] = []
    run: list[str] = []
    kind = ("", "")
    last = 0

    def flush() -> None:
        if run:
            charset, encoding = kind
            out.append(decode_charset(_word_bytes(encoding, "".join(run)), charset)[0])
            run.clear()

    for count, word in enumerate(_WORD.finditer(text)):
        if count >= ENCODED_WORDS:
            break
        between = text[last : word.start()]
        this = (word[1].lower(), word[2].lower())
        adjacent = bool(run) and not between.strip()  # RFC 2047 section 6.2: the blank between two words is not shown
        if not adjacent or this != kind:
            flush()
        if not adjacent:
            out.append(between)
        kind = this
        run.append(word[3])
        last = word.end()
    flush()
    out.append(text[last:])
    return "".join(out)


def _word_bytes(encoding: str, content: str) -> bytes:
    data = content.encode("utf-8", "replace")
    if encoding == "q":
        return binascii.a2b_qp(data.replace(b"_", b" "), header=False)
    return lenient_base64(data)


_NO_BASE64 = bytes(set(range(256)) - set(string.ascii_letters.encode() + string.digits.encode() + b"+/="))
_BETWEEN_PADDING = re.compile(rb"[^=]+")


def lenient_base64(data: bytes) -> bytes:
    """Base64 as the most lenient client decodes it: foreign bytes skipped, started anew after padding (C-03)."""
    out = bytearray()
    for found in _BETWEEN_PADDING.finditer(data.translate(None, _NO_BASE64)):
        piece = found[0]  # one at a time: there can be millions of them
        if len(piece) % 4 == 1:
            piece = piece[:-1]
        if piece:
            out += binascii.a2b_base64(piece + b"=" * (-len(piece) % 4))
    return bytes(out)


_CODECS = {
    **dict.fromkeys(("utf-8", "utf8", "unicode-1-1-utf-8"), "utf-8"),
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin1", "latin-1", "iso_8859-1", "cp1252", "windows-1252"), "cp1252"),
    **{f"{prefix}{n}": f"iso8859-{n}" for n in (*range(2, 12), *range(13, 17)) for prefix in ("iso-8859-", "iso8859-")},
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-9": "cp1254",
    **{f"{prefix}{n}": f"cp{n}" for n in range(1250, 1259) if n != 1252 for prefix in ("windows-", "cp", "x-cp")},
    **dict.fromkeys(("gb2312", "gbk", "gb18030", "x-gbk"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "cp949"), "cp949"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "cp932", "windows-31j"), "cp932"),
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_2",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macintosh": "mac_roman",
    "ibm850": "cp850",
    "cp850": "cp850",
    "cp437": "cp437",
    "tis-620": "cp874",
    "windows-874": "cp874",
    # Outlook decodes these by its system's code pages; the bytes say nothing to who does not
    **dict.fromkeys(("ibm037", "cp037"), "cp037"),
    **dict.fromkeys(("ibm500", "cp500"), "cp500"),
    **dict.fromkeys(("ibm1026", "cp1026"), "cp1026"),
    **dict.fromkeys(("ibm01140", "ibm1140", "cp1140", "cp01140"), "cp1140"),
    **dict.fromkeys(("hz-gb-2312", "hz"), "hz"),
    **dict.fromkeys(("iso-2022-kr", "csiso2022kr"), "iso2022_kr"),
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-7": "utf-7",
}
"""Charset labels that are decoded as declared (C-16): a label never reaches the codec registry, which knows more than text."""

_NO_CHARSET = frozenset({"", "us-ascii", "ascii", "utf8mb4", "unknown-8bit", "x-unknown", "default", "_autodetect_all"})


def decode_charset(data: bytes, label: str) -> tuple[str, bool]:
    """The text, and whether the label was one that clients decode alike (an unknown one matters only beyond ASCII)."""
    label = label.strip(" \t\"'\0").lower()
    codec = _CODECS.get(label)
    if codec is None:
        return plain_text(data), label in _NO_CHARSET or data.isascii()
    if codec == "utf-8":
        return plain_text(data) if b"\0" in data else data.decode("utf-8", "replace"), True
    if codec.startswith("utf-16"):
        codec = _order(data, codec)
    try:
        text = data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        text = plain_text(data)
    if codec.startswith("utf-16") or codec == "utf-7":  # these two can give lone surrogates
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", ""), codec != "utf-7"


def _order(data: bytes, codec: str) -> str:
    """The UTF-16 by which the bytes are a text: by their mark, else by where the zeros of Latin letters stand.

    RFC 2781 section 4.3 takes what has no mark for big-endian, the WHATWG standard for little-endian: clients differ.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    first, second = data[:_SAMPLE:2].count(0), data[1:_SAMPLE:2].count(0)
    if first == second:
        return "utf-16-le" if codec == "utf-16" else codec
    return "utf-16-be" if first > second else "utf-16-le"


_SAMPLE = 65_536
