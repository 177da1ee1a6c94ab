"""The message inside an opaque S/MIME signature; what is encrypted is named (threats C-14; RFC 8551, RFC 5652).

Nothing is verified and nothing believed: a client that shows the content shows this.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from vigie.message.fields import lenient_base64
from vigie.message.formats.opened import Allowance, Opened, attached, extension
from vigie.message.readings import Leaf, leaves, scan_part

_TYPES = frozenset(("application/pkcs7-mime", "application/x-pkcs7-mime", "application/cms"))
_NODES = 20_000
_DEPTH = 12
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_SIGNED, _ENVELOPED, _ENCRYPTED = _PKCS7 + b"\x02", _PKCS7 + b"\x03", _PKCS7 + b"\x06"
_SMIME = bytes.fromhex("2a864886f70d010910" + "01")
_COMPRESSED, _AUTH_ENVELOPED = _SMIME + b"\x09", _SMIME + b"\x17"
_HEADER = re.compile(rb"\s{0,4}[A-Za-z][\w-]{0,60}[ \t]{0,4}:[^\r\n]{0,998}\r?\n")
_SEQUENCE, _SET, _OBJECT, _OCTETS, _EXPLICIT = 0x30, 0x31, 0x06, 0x04, 0xA0


def fits(leaf: Leaf) -> bool:
    """By its label or its name; a detached signature (.p7s) holds nothing to read."""
    return leaf.content_type in _TYPES or extension(leaf.filename) in ("p7m", "p7c", "p7z")


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """The signed content, as the message's own where it is MIME, as a file where it is not."""
    ledger = allowance.ledger
    data = leaf.data
    if data[:1] != b"\x30":  # PEM, or base64 inside base64
        data = lenient_base64(re.sub(rb"-----[^-\r\n]{0,80}-----", b"", data[: 8 << 20]))
    try:
        kind, content = _content(data, allowance)
    except (IndexError, ValueError, zlib.error):
        ledger.note("smime-unreadable", "an S/MIME part that cannot be read")
        return Opened()
    if kind in (_ENVELOPED, _ENCRYPTED, _AUTH_ENVELOPED):
        ledger.note("encrypted-content", "a body encrypted for its recipient: nothing in it was examined")
        return Opened()
    if not content:
        return Opened()
    if not allowance.unpack(len(content)):
        return Opened()
    if kind == _COMPRESSED and fits(Leaf("", "", leaf.filename, "", "", (content,))) and content[:1] == b"\x30":
        return Opened(parts=[Leaf("application/pkcs7-mime", "", leaf.filename, "", "", (content,))], is_body=True)
    if not _HEADER.match(content):
        name = re.sub(r"\.p7[mcz][. ]*\Z", "", leaf.filename, flags=re.IGNORECASE)
        return Opened(parts=[attached(name, content)])
    fields, body = scan_part(content, ledger)
    return Opened(parts=leaves(fields, body, ledger, depth=1), is_body=True)


def _content(data: bytes, allowance: Allowance) -> tuple[bytes, bytes]:
    """The type of a ContentInfo, and the bytes of its encapsulated content (RFC 5652 sections 3 and 5.1)."""
    outer = _children(data, *_only(data, 0, len(data), _SEQUENCE))
    kind = _first(data, outer, _OBJECT)
    if kind not in (_SIGNED, _COMPRESSED):
        return kind, b""
    inside = next((place for place in outer if place[0] == _EXPLICIT), None)
    if inside is None:
        return kind, b""
    fields = _children(data, *_only(data, inside[1], inside[2], _SEQUENCE))
    encapsulated = next((place for place in fields if place[0] == _SEQUENCE and _holds_type(data, place)), None)
    if encapsulated is None:
        raise ValueError("no content")
    explicit = next((place for place in _children(data, *encapsulated[1:]) if place[0] == _EXPLICIT), None)
    content = b"" if explicit is None else b"".join(_octets(data, explicit[1], explicit[2], 0))
    if kind == _COMPRESSED:
        content = zlib.decompressobj().decompress(content, min(8 << 20, allowance.unpacked))
    return kind, content


def _holds_type(data: bytes, place: tuple[int, int, int]) -> bool:
    """A sequence that begins with a content type of PKCS 7 or CMS, and not with an algorithm of compression."""
    children = _children(data, *place[1:])
    return bool(children) and children[0][0] == _OBJECT and not _first(data, children, _OBJECT).endswith(b"\x03\x08")


def _first(data: bytes, places: list[tuple[int, int, int]], tag: int) -> bytes:
    return next((data[start:end] for found, start, end in places if found == tag), b"")


def _only(data: bytes, start: int, end: int, tag: int) -> tuple[int, int]:
    found, first, last, _ = _element(data, start, end, 0)
    if found != tag:
        raise ValueError(found)
    return first, last


def _children(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """Tag, start and end of the content of each element in a constructed one."""
    found: list[tuple[int, int, int]] = []
    position = start
    while position < end and len(found) < _NODES:
        tag, first, last, position = _element(data, position, end, 0)
        if tag == 0:
            break
        found.append((tag, first, last))
    return found


def _octets(data: bytes, start: int, end: int, depth: int) -> Iterator[bytes]:
    """An octet string, also one that is cut into many (BER constructed, as streaming writers make it)."""
    for tag, first, last in _children(data, start, end):
        if tag == _OCTETS:
            yield data[first:last]
        elif tag == _OCTETS | 0x20 and depth < _DEPTH:
            yield from _octets(data, first, last, depth + 1)


def _element(data: bytes, position: int, end: int, depth: int) -> tuple[int, int, int, int]:
    """Tag, start and end of the content, and the place behind (X.690 section 8.1); IndexError, ValueError where it is none."""
    tag, length = data[position], data[position + 1]
    start = position + 2
    if tag & 31 == 31:
        raise ValueError("a long tag")
    if length == 0x80:
        if depth > _DEPTH:
            raise ValueError("too deep")
        place = start
        for _ in range(_NODES):
            if data[place : place + 2] == b"\0\0":
                return tag, start, place, place + 2
            place = _element(data, place, end, depth + 1)[3]
        raise ValueError("no end")
    if length > 0x80:
        count = length & 0x7F
        if count > 6:
            raise ValueError("a length of more than six bytes")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > end:
        length = end - start  # cut off: what is there is read
    if length < 0:
        raise ValueError("beyond the end")
    return tag, start, start + length, start + length
