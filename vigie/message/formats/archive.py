"""The files in a ZIP archive, within bounds of count, bytes and ratio (threats C-15, X-12)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from vigie.message.formats.opened import Allowance, Opened, attached, extension
from vigie.message.readings import Leaf, Ledger

MEMBER_BYTES = 8 << 20
RATIO = 100
_SMALL = 1 << 20
"""Output below which any ratio is well: a page of spaces is no bomb."""
_DIRECTORY = b"PK\x01\x02"
_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What every system opens; LZMA would also let the archive say how much memory it takes."""
_ENCRYPTED = 1
_TELLING = frozenset(
    "htm html shtml xhtml xht svg hta eml pdf ics vcf url lnk exe js jse vbs wsf scr bat cmd ps1 msi docm xlsm iso img zip".split()
)
_PICTURES = frozenset("png jpg jpeg gif webp bmp ico ttf woff woff2 css".split())
ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError),
    *(KeyError, IndexError, NotImplementedError, OverflowError, AttributeError, TypeError),
)
"""What zipfile raises on broken archives."""


def fits(leaf: Leaf) -> bool:
    """A ZIP by its first bytes, or by its name with something in front (a program that unpacks itself)."""
    return leaf.data.startswith(_STARTS) or (extension(leaf.filename) == "zip" and _DIRECTORY in leaf.data)


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """Its files as attachments; of one that asks for a password only the name is known."""
    archive = directory(leaf.data, allowance.ledger)
    if archive is None:
        return Opened()
    locked = any(info.flag_bits & _ENCRYPTED for info in archive.infolist())
    return Opened(parts=list(_files(archive, allowance)), locked=locked)


def directory(data: bytes, ledger: Ledger) -> zipfile.ZipFile | None:
    """The archive, when its directory can be read and is not too long."""
    if data.count(_DIRECTORY) > 10_000:
        ledger.note("archive-members", "an archive of more than 10000 files")
        return None
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except ERRORS as error:
        ledger.note("archive-unreadable", type(error).__name__)
        return None


def _files(archive: zipfile.ZipFile, allowance: Allowance) -> Iterator[Leaf]:
    names = [info for info in archive.infolist() if not info.filename.endswith("/")]  # is_dir fails on an empty name
    for info in sorted(names, key=_rank):
        if allowance.members <= 0:
            allowance.ledger.note("archive-members", "more files in archives than are looked at")
            return
        allowance.members -= 1
        yield attached(info.filename, content(archive, info, allowance) or b"")


def _rank(info: zipfile.ZipInfo) -> int:
    """What acts or can be read comes first: a thousand pictures hide no page."""
    name = extension(info.filename)
    return 0 if name in _TELLING else 2 if name in _PICTURES else 1


def content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance) -> bytes | None:
    """The bytes of one file, counted as they come out; None (and a defect) where they are not read."""
    ledger = allowance.ledger
    if info.flag_bits & _ENCRYPTED:
        ledger.note("encrypted-archive", "an archive that asks for a password")
        return None
    if info.compress_type not in _METHODS:
        ledger.note("archive-unreadable", f"compression method {info.compress_type}")
        return None
    most = min(MEMBER_BYTES, max(_SMALL, RATIO * info.compress_size))
    try:
        with archive.open(info) as stream:
            data = stream.read(min(most, allowance.unpacked) + 1)
    except ERRORS as error:
        ledger.note("archive-unreadable", type(error).__name__)
        return None
    if len(data) > most:
        ledger.note(
            "archive-too-large", f"a file of more than {MEMBER_BYTES} bytes, or {RATIO} times what it is packed"
        )
        data = data[:most]
    return data if allowance.unpack(len(data)) else None
