"""Small files of every format that is opened, made by hand: what they hold is what a test put in."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

import zxingcpp
from PIL import Image

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PNG_SIZE = 240


def code(text: str, *, size: int = _PNG_SIZE) -> Image.Image:
    """A QR code amid white, as a grey picture."""
    small = Image.fromarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=1))
    picture = Image.new("L", (size + 60, size + 60), 255)
    picture.paste(small.resize((size, size), Image.Resampling.NEAREST), (30, 30))
    return picture


def saved(picture: Image.Image, kind: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **more)
    return out.getvalue()


def modules(text: str) -> list[list[bool]]:
    """The dots of a QR code, dark is True, with the quiet zone that it comes with."""
    picture = Image.fromarray(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=1))
    grey = picture.tobytes()
    return [
        [value < 128 for value in grey[row * picture.width : (row + 1) * picture.width]]
        for row in range(picture.height)
    ]


def archive(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in files.items():
            target.writestr(zipfile.ZipInfo(name, (2026, 11, 2, 10, 0, 0)), data, method)
    return out.getvalue()


def locked(data: bytes) -> bytes:
    """The archive with the flag that its files are encrypted (they are not: nobody gets that far)."""
    changed = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + offset] |= 1
            at = changed.find(mark, at + 1)
    return bytes(changed)


def document(text: str, link: str = "", *, template: str = "", more: Mapping[str, bytes] | None = None) -> bytes:
    """A docx of one paragraph, with a hyperlink and a remote template."""
    relations = "".join(
        f'<Relationship Id="r{number}" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="External"/>'
        for number, (kind, target) in enumerate((("hyperlink", link), ("attachedTemplate", template)))
        if target
    )
    runs = "".join(f"<w:r><w:t>{word} </w:t></w:r>" for word in text.split())
    return archive(
        {
            "[Content_Types].xml": b'<?xml version="1.0"?><Types/>',
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body><w:p>{runs}</w:p></w:body></w:document>'.encode(),
            "word/_rels/document.xml.rels": f"<Relationships>{relations}</Relationships>".encode(),
            **(more or {}),
        }
    )


def workbook(text: str, formula: str = "") -> bytes:
    sheet = f"<worksheet><sheetData><row><c><f>{formula}</f><v>1</v></c></row></sheetData></worksheet>"
    return archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "xl/workbook.xml": b"<workbook/>",
            "xl/sharedStrings.xml": f"<sst><si><t>{text}</t></si></sst>".encode(),
            "xl/worksheets/sheet1.xml": sheet.encode(),
        }
    )


def slides(text: str, link: str) -> bytes:
    return archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "ppt/presentation.xml": b"<p:presentation xmlns:p='p'/>",
            "ppt/slides/slide1.xml": f"<p:sld xmlns:p='p' xmlns:a='a'><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>".encode(),
            "ppt/slides/_rels/slide1.xml.rels": (
                f'<Relationships><Relationship Id="r1" Type="{RELATIONS}/hyperlink" Target="{link}" TargetMode="External"/></Relationships>'
            ).encode(),
        }
    )


def open_document(text: str, link: str) -> bytes:
    content = (
        "<office:document-content xmlns:office='o' xmlns:text='t' xmlns:xlink='x'><office:body><office:text>"
        f"<text:p>{text} <text:a xlink:href='{link}'>ici</text:a></text:p></office:text></office:body></office:document-content>"
    )
    kind = {"mimetype": b"application/vnd.oasis.opendocument.text"}
    return archive(kind | {"content.xml": content.encode()}, zipfile.ZIP_STORED)


def rich(text: str, link: str = "") -> bytes:
    """RTF, with a field that leads to `link`."""
    said = "".join(char if ord(char) < 128 else f"\\'{char.encode('cp1252').hex()}" for char in text)
    field = f'{{\\field{{\\*\\fldinst{{HYPERLINK "{link}"}}}}{{\\fldrslt ici}}}}' if link else ""
    return f"{{\\rtf1\\ansi\\ansicpg1252{{\\fonttbl{{\\f0 Arial;}}}}\\f0 {said}\\par {field}}}".encode()


def rich_html(page: str) -> bytes:
    """RTF that wraps HTML, as Outlook writes it."""
    said = page.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}")
    said = "".join(char if ord(char) < 128 else f"\\'{char.encode('cp1252').hex()}" for char in said)
    head = "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1{\\fonttbl{\\f0 Arial;}}"
    return f"{head}{{\\*\\htmltag64 {said}}}\\htmlrtf \\par\\htmlrtf0 }}".encode()


def compressed(data: bytes) -> bytes:
    """Compressed RTF of literals alone (MS-OXRTFCP)."""
    from vigie.message.formats.tnef import _PREFIX

    out = bytearray()
    for start in range(0, len(data), 8):
        piece = data[start : start + 8]
        if len(piece) == 8:
            out += b"\0" + piece
        else:
            out += bytes((1 << len(piece),)) + piece
            break
    else:
        out += b"\1"
    end = (len(_PREFIX) + len(data)) % 4096
    out += struct.pack(">H", end << 4)
    return struct.pack("<II4sI", len(out) + 12, len(data), b"LZFu", 0) + bytes(out)


def _attribute(level: int, number: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _property(number: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<HHII", kind, number, 1, len(value)) + value + bytes(-len(value) % 4)


def winmail(
    *, html: bytes = b"", rtf: bytes = b"", text: bytes = b"", files: Mapping[str, bytes] | None = None
) -> bytes:
    """A TNEF stream with the bodies and files that are given."""
    out = struct.pack("<IH", 0x223E9F78, 1) + _attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
    if text:
        out += _attribute(1, 0x0002800C, text + b"\0")
    properties = [_property(0x1013, 0x102, html)] if html else []
    properties += [_property(0x1009, 0x102, compressed(rtf))] if rtf else []
    # a fixed one, a named one and one of several values in front: the reader has to get past them
    front = struct.pack("<HHI", 0x03, 0x3FDE, 1252)
    front += (
        struct.pack("<HH", 0x03, 0x8001)
        + bytes(16)
        + struct.pack("<III", 1, 4, 0)[:8]
        + b"a\0\0\0"
        + struct.pack("<I", 7)
    )
    front += struct.pack("<HHI", 0x1003, 0x1234, 2) + struct.pack("<II", 1, 2)
    out += _attribute(1, 0x00069003, struct.pack("<I", 3 + len(properties)) + front + b"".join(properties))
    for name, data in (files or {}).items():
        out += (
            _attribute(2, 0x00069002, bytes(14))
            + _attribute(2, 0x00018010, b"SHORT~1.BIN\0")
            + _attribute(2, 0x0006800F, data)
        )
        long_name = _property(0x3707, 0x1F, f"{name}\0".encode("utf-16-le"))
        out += _attribute(2, 0x00069005, struct.pack("<I", 1) + long_name)
    return out


def _der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    size = len(body)
    head = bytes((size,)) if size < 128 else b"\x84" + size.to_bytes(4, "big")
    return bytes((tag,)) + head + body


def _number(*arcs: int) -> bytes:
    out = bytearray((arcs[0] * 40 + arcs[1],))
    for arc in arcs[2:]:
        piece = [arc & 127]
        while arc := arc >> 7:
            piece.insert(0, arc & 127 | 128)
        out += bytes(piece)
    return _der(0x06, bytes(out))


PKCS7 = (1, 2, 840, 113549, 1, 7)


def signed(content: bytes, *, streamed: bool = False) -> bytes:
    """A CMS SignedData around the content, without any signer; `streamed` with lengths left open, as BER allows."""
    kind = _number(*PKCS7, 1)
    if streamed:
        pieces = b"".join(_der(0x04, content[start : start + 100]) for start in range(0, len(content), 100))
        inner = b"\x30\x80" + kind + b"\xa0\x80\x24\x80" + pieces + b"\0\0" * 3
        data = b"\x30\x80" + _der(0x02, b"\1") + _der(0x31) + inner + _der(0x31) + b"\0\0"
        return b"\x30\x80" + _number(*PKCS7, 2) + b"\xa0\x80" + data + b"\0\0" * 2
    inner = _der(0x30, kind, _der(0xA0, _der(0x04, content)))
    data = _der(
        0x30, _der(0x02, b"\1"), _der(0x31, _der(0x30, _number(2, 16, 840, 1, 101, 3, 4, 2, 1))), inner, _der(0x31)
    )
    return _der(0x30, _number(*PKCS7, 2), _der(0xA0, data))


def enveloped() -> bytes:
    return _der(0x30, _number(*PKCS7, 3), _der(0xA0, _der(0x30, _der(0x02, b"\0"), _der(0x31))))
