"""The body and the files in Outlook's own wrapping, winmail.dat (threats C-13; MS-OXTNEF, MS-OXRTFCP)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from vigie.message.formats import rtf
from vigie.message.formats.opened import Allowance, Opened, attached
from vigie.message.readings import Leaf
from vigie.message.text import TEXT_CHARS, Page

_START = struct.pack("<I", 0x223E9F78)
_ATTRIBUTES = 4_096
_PROPERTIES = 2_048
_VALUES = 1_024
_NESTING = 3
_P_BODY, _P_HTML, _P_RTF, _P_DATA, _P_NAME, _P_LONG_NAME, _P_MIME = (
    0x1000,
    0x1013,
    0x1009,
    0x3701,
    0x3704,
    0x3707,
    0x370E,
)
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_COUNTED = frozenset((0x0D, 0x1E, 0x1F, 0x102))


@dataclass(slots=True)
class _File:
    name: str = ""
    data: bytes = b""
    kind: str = ""


@dataclass(slots=True)
class _Wrapped:
    texts: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Content type, charset, bytes."""
    rich: list[rtf.RichText] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)


def fits(leaf: Leaf) -> bool:
    """By its first bytes, whatever the label."""
    return leaf.data.startswith(_START)


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """The bodies, which clients show as the message's own, and the files in it."""
    wrapped = _Wrapped()
    try:
        _read(leaf.data, wrapped, allowance, 0)
    except (struct.error, IndexError, ValueError) as error:
        allowance.ledger.note("tnef-unreadable", type(error).__name__)
    parts = [
        Leaf(kind, charset, "", "", "", (data,)) for kind, charset, data in wrapped.texts if data.strip(b"\0 \r\n")
    ]
    pages: list[Page] = []
    for said in wrapped.rich:
        if said.html:
            parts.append(Leaf("text/html", "utf-8", "", "", "", (said.html.encode(),)))
        elif said.text.strip():
            parts.append(Leaf("text/plain", "utf-8", "", "", "", (said.text.encode(),)))
        if said.targets:
            pages.append(Page(targets=said.targets))
    parts += [attached(file.name, file.data, file.kind or "application/octet-stream") for file in wrapped.files[:100]]
    return Opened(pages, parts, active=any(said.active for said in wrapped.rich), is_body=True)


def _read(data: bytes, wrapped: _Wrapped, allowance: Allowance, depth: int) -> None:
    """Every attribute of a TNEF stream (MS-OXTNEF section 2.1.1); those of an attachment follow its rendering data."""
    if not allowance.unpack(len(data)):
        return
    position = 6
    for _ in range(_ATTRIBUTES):
        if position + 9 > len(data):
            return
        _, number, size = struct.unpack_from("<BII", data, position)
        value = data[position + 9 : position + 9 + size]
        position += 9 + size + 2
        match number & 0xFFFF:
            case 0x9002:  # attAttachRenddata
                wrapped.files.append(_File())
            case 0x8010 if wrapped.files:  # attAttachTitle
                wrapped.files[-1].name = wrapped.files[-1].name or value.rstrip(b"\0").decode("cp1252", "replace")
            case 0x800F if wrapped.files:  # attAttachData
                wrapped.files[-1].data = value
            case 0x9005 if wrapped.files:  # attAttachment
                _file(value, wrapped, allowance, depth)
            case 0x800C:  # attBody
                wrapped.texts.append(("text/plain", "cp1252", value.rstrip(b"\0")))
            case 0x9003:  # attMsgProps
                _body(value, wrapped, allowance)


def _body(value: bytes, wrapped: _Wrapped, allowance: Allowance) -> None:
    for number, kind, content in _properties(value):
        if number == _P_BODY:
            wrapped.texts.append(("text/plain", "utf-8", _text(kind, content).encode("utf-8", "replace")))
        elif number == _P_HTML:
            charset, text = (
                ("utf-8", _text(kind, content).encode("utf-8", "replace")) if kind == 0x1F else ("", content)
            )
            wrapped.texts.append(("text/html", charset, text))
        elif number == _P_RTF:
            wrapped.rich.append(rtf.read(unpacked(content, allowance)))


def _file(value: bytes, wrapped: _Wrapped, allowance: Allowance, depth: int) -> None:
    """The properties of one attachment; a whole message in it is TNEF again."""
    file = wrapped.files[-1]
    for number, kind, content in _properties(value):
        if number in (_P_NAME, _P_LONG_NAME):
            file.name = _text(kind, content) or file.name
        elif number == _P_MIME:
            file.kind = _text(kind, content).lower()
        elif number == _P_DATA:
            file.data = content[16:] if kind == 0x0D else content  # an object is preceded by its interface's GUID
    if file.data.startswith(_START) and depth < _NESTING:
        wrapped.files.pop()
        inner = _Wrapped()
        _read(file.data, inner, allowance, depth + 1)
        for content_type, charset, text in inner.texts:
            head = f"Content-Type: {content_type}; charset={charset or 'utf-8'}\r\n\r\n".encode()
            wrapped.files.append(_File(file.name, head + text, "message/rfc822"))
        for said in inner.rich:
            form, words = ("html", said.html) if said.html else ("plain", said.text)
            head = f"Content-Type: text/{form}; charset=utf-8\r\n\r\n".encode()
            wrapped.files.append(_File(file.name, head + words.encode(), "message/rfc822"))
        wrapped.files += inner.files


def _text(kind: int, content: bytes) -> str:
    return content.decode("utf-16-le" if kind == 0x1F else "cp1252", "replace").rstrip("\0")


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Number, type and first value of each MAPI property (MS-OXTNEF section 2.1.3.4)."""
    (count,) = struct.unpack_from("<I", data)
    position = 4
    for _ in range(min(count, _PROPERTIES)):
        if position + 4 > len(data):
            return
        kind, number = struct.unpack_from("<HH", data, position)
        position += 4
        if number & 0x8000:
            position = _past_name(data, position)
        several, kind = kind & 0x1000, kind & 0x0FFF
        values = 1
        if several or kind in _COUNTED:
            (values,) = struct.unpack_from("<I", data, position)
            position += 4
        for index in range(min(values, _VALUES)):
            size = _FIXED.get(kind)
            if size is None:
                if kind not in _COUNTED:
                    return
                (size,) = struct.unpack_from("<I", data, position)
                position += 4
            if index == 0:
                yield number, kind, data[position : position + size]
            position += size + -size % 4
        if values > _VALUES:
            return


def _past_name(data: bytes, position: int) -> int:
    """A named property: GUID, then a number or a name."""
    named, size = struct.unpack_from("<II", data, position + 16)
    return position + 24 + (size + -size % 4 if named else 0)


_PREFIX = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
    b"Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def unpacked(data: bytes, allowance: Allowance) -> bytes:
    """Compressed RTF as RTF (MS-OXRTFCP section 3.1.4.2), two million bytes at most."""
    if len(data) < 16:
        return b""
    size, magic = struct.unpack_from("<I4s", data, 4)
    if magic == b"MELA":
        return data[16 : 16 + min(size, TEXT_CHARS)]
    window = bytearray(_PREFIX.ljust(4_096, b"\0"))
    write = len(_PREFIX)
    out = bytearray()
    position, most = 16, min(size, TEXT_CHARS)
    while position < len(data) and len(out) < most:
        flags = data[position]
        position += 1
        for bit in range(8):
            if flags >> bit & 1:
                if position + 2 > len(data):
                    break
                pair = data[position] << 8 | data[position + 1]
                position += 2
                start = pair >> 4
                if start == write:
                    allowance.unpack(len(out))
                    return bytes(out)
                for step in range((pair & 15) + 2):
                    byte = window[(start + step) % 4_096]
                    out.append(byte)
                    window[write] = byte
                    write = (write + 1) % 4_096
            elif position < len(data):
                out.append(data[position])
                window[write] = data[position]
                write = (write + 1) % 4_096
                position += 1
    allowance.unpack(len(out))
    return bytes(out[:most])
