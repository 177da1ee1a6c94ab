"""Every plausible decomposition of a body into parts: the leaves of all of them, and what made them differ.

An unambiguous body is split once, by hand, on bytes. Where MIME syntax lets clients disagree (threats C-01..C-09:
repeated or odd Content-Type, boundary or transfer encoding, text outside the parts) every candidate is followed.
Bounds X-02, X-03, X-05: 64 levels, 1,000 parts, 8 KiB a structured field.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from vigie.message.fields import Field, decode_charset, decode_words, lenient_base64, plain_text, scan, unfold
from vigie.message.types import Defect

DEPTH = 64
PARTS = 1_000
STRUCTURED_BYTES = 8_192
PARAMETERS = 128
TEXT_BYTES = 2 << 20
SPLIT_BYTES = 64 << 20
_CANDIDATES = 8
_SECTIONS = 900
_LAST_SECTIONS = 100


@dataclass(slots=True)
class Ledger:
    """What is left of the bounds of one message, and the defects found on the way."""

    parts: int = PARTS
    split_bytes: int = SPLIT_BYTES
    """Bytes that may still be split into parts: ambiguous boundaries on many levels multiply the work."""
    defects: dict[tuple[str, str], Defect] = field(default_factory=dict)

    def note(self, code: str, detail: str, *, structural: bool = False) -> None:
        """One defect, kept once however often it occurs."""
        if len(self.defects) < 200:
            self.defects.setdefault((code, detail), Defect(code, detail, structural))

    @property
    def ambiguous(self) -> bool:
        """Some defect so far lets clients show different things."""
        return any(defect.structural for defect in self.defects.values())


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part that is not a multipart. `readings` are its decoded bytes, one for each way to decode them, best first."""

    content_type: str
    charset: str
    filename: str
    disposition: str
    content_id: str
    readings: tuple[bytes, ...]
    joins: bool = False
    """format=flowed with DelSp=yes: lines that end in a blank go on without it (RFC 3676)."""
    stray: bool = False
    """Text outside the parts (preamble, epilogue): only some clients show it."""

    @property
    def data(self) -> bytes:
        """The reading that most clients make."""
        return self.readings[0]


@dataclass(frozen=True, slots=True)
class ContentType:
    """A Content-Type or Content-Disposition value. `clean` says that every parser reads it alike."""

    value: str
    parameters: dict[str, list[str]]
    clean: bool

    def get(self, name: str) -> str:
        """The first value of a parameter; "" if there is none."""
        return self.parameters.get(name, [""])[0]


def leaves(
    fields: Sequence[Field], body: bytes, ledger: Ledger, depth: int = 0, default: str = "text/plain"
) -> list[Leaf]:
    """The leaves of all decompositions of a part, in reading order; total, bounded by `ledger`."""
    if depth > DEPTH:
        ledger.note("mime-depth", f"parts nested deeper than {DEPTH}", structural=True)
        return [Leaf("text/plain", "", "", "", "", (body[:TEXT_BYTES],), stray=True)]
    if ledger.parts <= 0:
        ledger.note("mime-parts", f"more than {PARTS} parts", structural=True)
        return []
    ledger.parts -= 1
    ledger.split_bytes -= len(body)
    if ledger.split_bytes < 0:
        ledger.note("mime-too-large", "too many bytes in all the readings of the parts", structural=True)
        return []
    types = _types(fields, ledger, default)
    found: list[Leaf] = []
    plain_done = False
    for content_type in types:
        if content_type.value.startswith("multipart/"):
            found += _multipart(content_type, fields, body, ledger, depth)
        elif not plain_done:
            plain_done = True
            found.append(_leaf(content_type, fields, body, ledger))
    return found


def _types(fields: Sequence[Field], ledger: Ledger, default: str) -> list[ContentType]:
    """The content types that clients may take the part for: one in an unambiguous part."""
    values = [field.raw for field in fields if field.name == "content-type"]
    if not values:
        return [ContentType(default, {}, clean=True)]
    if len(values) > 1:
        ledger.note("duplicate-content-type", "a part with several Content-Type fields", structural=True)
    found: dict[str, ContentType] = {}
    for value in values[:_CANDIDATES]:
        parsed = structured(value, ledger)
        if "/" not in parsed.value:
            # RFC 2045 section 5.2: taken for text/plain, but some clients look for a boundary all the same
            ledger.note("content-type-malformed", parsed.value[:80], structural=bool(parsed.get("boundary")))
            parsed = ContentType(
                "multipart/mixed" if parsed.get("boundary") else "text/plain", parsed.parameters, clean=False
            )
        found.setdefault(repr((parsed.value, parsed.parameters)), parsed)
    return list(found.values())


_PARAMETER = re.compile(r';\s*([^\s=;"]*)\s*(?:=\s*("(?:[^"\\]|\\.)*"?|[^;]*))?', re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)")


def structured(raw: bytes, ledger: Ledger) -> ContentType:
    """A Content-Type or Content-Disposition value with its parameters (RFC 2045 section 5.1, RFC 2231)."""
    if len(raw) > STRUCTURED_BYTES:
        ledger.note("mime-field-too-long", f"a MIME field of more than {STRUCTURED_BYTES} bytes", structural=True)
        raw = raw[:STRUCTURED_BYTES]
    text = plain_text(unfold(raw))
    head = text.split(";", 1)[0]
    clean = b"\0" not in raw and text.isprintable() | ("\t" in text)
    if "(" in head:
        head, clean = _COMMENT.sub("", head), False
    value = head.strip().lower()
    parameters: dict[str, list[str]] = {}
    pieces: dict[str, list[tuple[int, str, bool]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(text, len(text.split(";", 1)[0]))):
        if count >= PARAMETERS:
            ledger.note("mime-parameters", f"more than {PARAMETERS} parameters", structural=True)
            break
        name, given = match[1].lower(), (match[2] or "").strip()
        quoted = given.startswith('"')
        content = re.sub(r"\\(.)", r"\1", given[1:].removesuffix('"')) if quoted else given
        base, star, section = name.partition("*")
        if star:
            extended = section.endswith("*") or section == ""
            number = section.rstrip("*")
            pieces.setdefault(base, []).append(
                (int(number) if number.isdecimal() and len(number) < 4 else 0, content, extended)
            )
            continue
        if "=?" in content:
            clean &= name != "boundary"
            content = decode_words(content)
        elif not quoted and "(" in content:
            clean = False
            content = _COMMENT.sub("", content).strip()
        parameters.setdefault(name, []).append(content)
    for base, parts in pieces.items():
        parameters.setdefault(base, []).insert(0, _joined(parts))
    return ContentType(value, parameters, clean)


def _joined(parts: list[tuple[int, str, bool]]) -> str:
    """The value of an RFC 2231 parameter in pieces, in the order of their numbers."""
    parts.sort(key=lambda part: part[0])
    charset = ""
    data = b""
    for position, (_, content, extended) in enumerate(parts):
        if extended and position == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        raw = content.encode("utf-8", "replace")
        data += unquote_to_bytes(raw) if extended else raw
    return decode_charset(data, charset)[0]


_HARMLESS_BOUNDARY = re.compile(
    r"[\x21\x23-\x3a\x3c-\x5b\x5d-\x7e](?:[\x20\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]*[\x21\x23-\x3a\x3c-\x5b\x5d-\x7e])?"
)
_BOUNDARY_LINE = re.compile(rb"^--([^\s-][^\r\n]{0,200}?|-{1,40}[^\s-][^\r\n]{0,200}?)(?:--)?[ \t]*\r?$", re.MULTILINE)


def _multipart(
    content_type: ContentType, fields: Sequence[Field], body: bytes, ledger: Ledger, depth: int
) -> list[Leaf]:
    boundaries = _boundaries(content_type, body, ledger)
    encodings = {unfold(field.raw).lower() for field in fields if field.name == "content-transfer-encoding"}
    if encodings - {b"7bit", b"8bit", b"binary", b""}:
        # RFC 2045 section 6.4 forbids it: some clients decode the whole multipart first
        ledger.note("multipart-encoded", "a multipart with a transfer encoding", structural=True)
        body = _decodings(fields, body, ledger)[0] + b"\r\n" + body
    digest = "message/rfc822" if content_type.value == "multipart/digest" else "text/plain"
    found: list[Leaf] = []
    for boundary in boundaries:
        sections = _split(body, boundary, ledger)
        if not sections:
            continue
        for section in sections:
            part = scan_part(section, ledger)
            found += leaves(part[0], part[1], ledger, depth + 1, digest)
    if not found:
        ledger.note("boundary-missing", "a multipart whose boundary does not occur", structural=bool(body.strip()))
        found.append(Leaf("text/plain", "", "", "", "", (body[:TEXT_BYTES],), stray=True))
    outside = _outside(body, boundaries, ledger)
    return [*found, *outside]


def scan_part(section: bytes, ledger: Ledger) -> tuple[Sequence[Field], bytes]:
    """Fields and body of a part; a part may start with an empty line (RFC 2046 section 5.1)."""
    if section.startswith((b"\n", b"\r\n")):
        return (), section.split(b"\n", 1)[1]
    part = scan(section)
    names = [field.name for field in part.fields]
    for name in ("content-transfer-encoding", "content-type"):
        if names.count(name) > 1:
            ledger.note(f"duplicate-{name}", f"a part with several {name} fields", structural=True)
    for defect in part.defects:
        ledger.note(f"part-{defect.code}", defect.detail, structural=defect.structural)
    return part.fields, part.body if part.body or not part.defects else section


def _boundaries(content_type: ContentType, body: bytes, ledger: Ledger) -> list[bytes]:
    """The boundary strings by which clients may split: the declared one, and those that occur as lines if in doubt."""
    declared = content_type.parameters.get("boundary", [])
    plain = (
        len(declared) == 1
        and content_type.clean
        and len(declared[0]) <= 200
        and _HARMLESS_BOUNDARY.fullmatch(declared[0])
    )
    candidates = [value.encode("utf-8", "replace") for value in declared if value]
    if plain and _occurs(body, candidates[0]):
        return candidates
    ledger.note("boundary-ambiguous", "a boundary that clients may read differently", structural=True)
    candidates += [value.strip() for value in candidates]
    seen = _BOUNDARY_LINE.findall(body[: 4 * TEXT_BYTES])
    candidates += list(dict.fromkeys(seen))[:_CANDIDATES]
    return [value for value in dict.fromkeys(candidates) if value and _occurs(body, value)][:_CANDIDATES]


def _occurs(body: bytes, boundary: bytes) -> bool:
    return body.startswith(b"--" + boundary) or b"\n--" + boundary in body


def _delimiters(body: bytes, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Start, end and "is it the closing one" of every delimiter line (RFC 2046 section 5.1.1)."""
    mark = b"--" + boundary
    position = 0
    while (position := body.find(mark, position)) >= 0:
        end = body.find(b"\n", position)
        end = len(body) if end < 0 else end + 1
        if position == 0 or body[position - 1 : position] == b"\n":
            rest = body[position + len(mark) : end].strip(b" \t\r\n")
            if rest in (b"", b"--"):
                yield position, end, rest == b"--"
        position = end if end > position else position + 1


def _split(body: bytes, boundary: bytes, ledger: Ledger) -> list[bytes]:
    """The sections between delimiter lines, also those that stand after the closing one.

    Padding stands in front of what it hides: of too many the last ones are read too. Of the others not even the place is kept (X-03).
    """
    first: list[tuple[int, int]] = []
    last: deque[tuple[int, int]] = deque(maxlen=_LAST_SECTIONS)
    count = 0
    start = -1
    closed = False
    for position, end, closing in _delimiters(body, boundary):
        if start >= 0:
            count += 1
            (first if count <= _SECTIONS - _LAST_SECTIONS else last).append((start, position))
        if closed and not closing:
            ledger.note("parts-after-end", "parts after the closing boundary", structural=True)
        closed |= closing
        start = -1 if closing else end
    sections = [_without_line_end(body[begin:end]) for begin, end in (*first, *last)]
    if start >= 0:
        count += 1
        sections.append(body[start:])
        if not closed:
            ledger.note("boundary-unclosed", "a multipart without its closing boundary")
    if count > _SECTIONS:
        ledger.note("mime-parts", f"more than {_SECTIONS} parts", structural=True)
    return sections


def _without_line_end(section: bytes) -> bytes:
    return section[:-2] if section.endswith(b"\r\n") else section.removesuffix(b"\n")


_OUTSIDE_BYTES = 300
_TELLING = re.compile(rb"https?:|www\.|<a\s|<html|content-type\s*:|\S@\S+\.\w", re.IGNORECASE)


def _outside(body: bytes, boundaries: list[bytes], ledger: Ledger) -> Iterator[Leaf]:
    """Preamble and epilogue as leaves: few clients show them, but a redefined boundary makes them the body (S-21, C-08)."""
    if len(boundaries) != 1:
        return
    marks = _delimiters(body, boundaries[0])
    first = next(marks, None)
    if first is None:
        return
    last = deque(marks, maxlen=1)  # of two million not more than one is kept
    _, end, closing = last[0] if last else first
    before = body[: first[0]]
    after = body[end:] if closing else b""
    for name, text in (("preamble", before), ("epilogue", after)):
        text = text.strip()
        if not text:
            continue
        telling = len(text) > _OUTSIDE_BYTES or bool(_TELLING.search(text))
        if telling:
            ledger.note(name, f"text in the {name} of a multipart", structural=True)
            yield Leaf("text/plain", "", "", "", "", (text[:TEXT_BYTES],), stray=True)


def _leaf(content_type: ContentType, fields: Sequence[Field], body: bytes, ledger: Ledger) -> Leaf:
    disposition, filename, content_id = "", "", ""
    for field_ in fields:
        if field_.name == "content-disposition" and not disposition:
            parsed = structured(field_.raw, ledger)
            disposition = parsed.value
            filename = parsed.get("filename")
        elif field_.name == "content-id":
            content_id = plain_text(unfold(field_.raw[:STRUCTURED_BYTES])).strip("<>")
    charsets = content_type.parameters.get("charset", [])
    if len(charsets) > 1 and len({value.lower() for value in charsets}) > 1:
        ledger.note("duplicate-charset", "a part with several charsets", structural=True)
    return Leaf(
        content_type=content_type.value,
        charset=charsets[0] if charsets else "",
        filename=(filename or content_type.get("name")).replace("\0", ""),
        disposition=disposition,
        content_id=content_id,
        readings=_decodings(fields, body, ledger),
        joins=_said(content_type, "format") == "flowed" and _said(content_type, "delsp") == "yes",
    )


def _said(content_type: ContentType, name: str) -> str:
    return content_type.get(name).strip().lower()


_IDENTITY = frozenset({b"", b"7bit", b"8bit", b"binary", b"7-bit", b"8-bit"})


def _decodings(fields: Sequence[Field], body: bytes, ledger: Ledger) -> tuple[bytes, ...]:
    """The decoded content, once for each way in which clients may decode it (C-01..C-04)."""
    values = [unfold(field.raw).lower() for field in fields if field.name == "content-transfer-encoding"]
    value = values[0] if values else b""
    if len(values) <= 1 and value in _IDENTITY:
        return (body,)
    if len(values) <= 1 and value == b"quoted-printable":
        return (binascii.a2b_qp(body),)
    if len(values) <= 1 and value == b"base64":
        return _base64(body, ledger)
    ledger.note("transfer-encoding-odd", ", ".join(plain_text(v[:40]) for v in values[:4]), structural=True)
    found = [body, binascii.a2b_qp(body), lenient_base64(body)]
    wanted = b" ".join(values)
    if b"base64" in wanted:
        found.insert(0, found.pop())
    elif b"quoted" in wanted:
        found[0], found[1] = found[1], found[0]
    return tuple(dict.fromkeys(found))


def _base64(body: bytes, ledger: Ledger) -> tuple[bytes, ...]:
    try:
        return (base64.b64decode(b"".join(body.split()), validate=True),)
    except (binascii.Error, ValueError):
        pass
    text = body.rstrip()
    lenient = lenient_base64(body)
    first, padding, rest = text.partition(b"=")
    if padding and rest.strip(b"=\r\n \t"):
        # C-03: some decoders stop at the padding, others start anew behind it, others show the rest as text
        ledger.note("base64-after-padding", "content behind the end of a base64 body", structural=True)
        tail = rest.lstrip(b"=\r\n \t")
        return tuple(dict.fromkeys((lenient_base64(first), lenient, lenient_base64(first) + b"\n" + tail)))
    ledger.note(
        "base64-malformed",
        "a base64 body with other bytes in it",
        structural=bool(re.search(rb"[^\w+/=\s]|\s\w+\s\w+\s", text)),
    )
    return tuple(dict.fromkeys((lenient, body)))
