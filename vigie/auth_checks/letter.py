"""The message as a signature sees it: raw header fields, and a body whose lines end in CRLF."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from vigie.message.fields import HEADER_FIELDS
from vigie.message.types import Defect

Field = tuple[bytes, bytes]
"""Name as written, and everything after the colon up to and including the last CRLF."""

# The mbox separator that some stores leave on top; "From \x0b: x@y.example" is a From field to lenient clients (S-10).
ENVELOPE = re.compile(rb"From [^\x21-\x7e]*[\x21-\x39\x3b-\x7e]")
FIELD_LINE = re.compile(rb"([\x21-\x39\x3b-\x7e]+)([ \t]*):")

READER_VISIBLE = (
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "reply-to",
    "sender",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-base",
    "content-location",
    "mail-reply-to",
    "mail-followup-to",
    "thread-topic",
    "x-message-flag",
)
"""House, "Proof": what the reader sees, what decides how the body is shown to him (Thunderbird makes a <base> of Content-Base
and Content-Location, RFC 2110), and where his answer goes (Thunderbird obeys Mail-Reply-To). coverage.py judges them (S-19)."""
ONCE_ONLY = (
    "from",
    "to",
    "cc",
    "bcc",
    "subject",
    "date",
    "reply-to",
    "sender",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-base",
    "content-location",
)
"""RFC 5322 section 3.6 and RFC 2045: at most one of each (S-20)."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Header fields in file order and the body. `defects` are structural: clients may read this header differently."""

    fields: tuple[Field, ...]
    body: bytes
    defects: tuple[Defect, ...]
    counts: Counter[str]
    cut: bool = False
    """The body goes on beyond what was read."""

    def count(self, name: str) -> int:
        """How many fields of that lower-case name some reader could see, `From :` included (S-23)."""
        return self.counts[name]

    def value(self, name: str) -> bytes:
        """The topmost field of that name on one line, without the blanks around it; b"" where there is none."""
        found = next((value for field, value in self.fields if plain_name(field) == name), b"")
        return b" ".join(found.split())


def plain_name(name: bytes) -> str:
    """The field name as clients compare it: lower-case, without white space before the colon."""
    return name.decode("latin-1").strip().lower()


def read_letter(raw: bytes, *, cut: bool = False) -> Letter:
    """Splits the message as RFC 5322 does. Total: what does not fit is a defect. `cut`: `raw` is only its beginning."""
    head, body = _split(raw)
    fields: list[tuple[bytes, bytearray]] = []
    codes: dict[str, str] = {}
    for number, line in enumerate(_lines(head)):
        if line[:1] in {b" ", b"\t"}:
            if fields:
                fields[-1][1].extend(line + b"\r\n")
            else:
                codes["header-starts-folded"] = "the header begins with a continuation line"
            continue
        if len(fields) == HEADER_FIELDS:
            # five megabytes of tiny fields cost eight seconds; the reader of the message stops there, too
            codes["too-many-headers"] = f"more than {HEADER_FIELDS} fields"
            break
        match = FIELD_LINE.match(line)
        if match is None:
            if number or ENVELOPE.match(line) is None:
                codes["header-line-without-name"] = "a header line is no field"
            continue
        if match[2]:
            codes["space-before-colon"] = "white space stands before the colon of a header field"
        fields.append((match[1] + match[2], bytearray(line[match.end() :] + b"\r\n")))
    if b"\r" in head.replace(b"\r\n", b"") or b"\0" in head:
        codes["control-in-header"] = "a bare carriage return or a NUL stands in the header"
    counts = Counter(plain_name(name) for name, _ in fields)
    for name in ONCE_ONLY:
        if counts[name] > 1:
            codes[f"duplicate-{name}"] = f"the header field {name} comes more than once"
    defects = tuple(Defect(code, detail, structural=True) for code, detail in codes.items())
    return Letter(tuple((name, bytes(value)) for name, value in fields), body, defects, counts, cut)


def _split(raw: bytes) -> tuple[bytes, bytes]:
    """The header block without its last line end, and the body with CRLF line ends."""
    match = re.search(rb"(?:\A|\r?\n)\r?\n", raw)
    head, body = (raw, b"") if match is None else (raw[: match.start()], raw[match.end() :])
    # Not by a pattern: over millions of line ends it would need more memory than a message may use.
    return re.sub(rb"\r?\n\Z", b"", head), body.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _lines(head: bytes) -> Iterator[bytes]:
    """Without their line ends, one at a time: a header without end has millions (X-04)."""
    for line in io.BytesIO(head):
        yield line[:-2] if line.endswith(b"\r\n") else line.removesuffix(b"\n")
