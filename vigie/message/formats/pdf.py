"""Text, link targets and QR codes of PDF documents, within bounds of bytes and pages (threats C-38, C-40, X-14)."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import pypdf
from pypdf import Configuration, apply_configuration
from pypdf.generic import DictionaryObject

from vigie.message.formats import drawn, pictures, qr
from vigie.message.formats.opened import Allowance, Opened, extension
from vigie.message.layers import Line
from vigie.message.readings import Leaf
from vigie.message.text import Page, Target

PDF_BYTES = 8 << 20
PDF_PAGES = 20
_PDF_PAGE_BYTES = 1 << 20
_PDF_TEXT = 200_000
_PDF_LINKS = 1_024
_SHEET_PICTURES = 20
_SMALLEST = 21 * 21
"""Pixels of the smallest QR code."""
_CODINGS = frozenset(
    "/FlateDecode /Fl /DCTDecode /DCT /LZWDecode /RunLengthDecode /ASCII85Decode /ASCIIHexDecode".split()
)
"""Not decoded: JPEG 2000, JBIG2 and fax pictures, whose decoders are rarely used and often broken."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the document


def fits(leaf: Leaf) -> bool:
    """A PDF by its label, its name or its first bytes."""
    return leaf.content_type == "application/pdf" or extension(leaf.filename) == "pdf" or leaf.data.startswith(b"%PDF-")


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page with the text, the targets and the QR codes of all sheets; of a broken one the links in its bytes."""
    data, ledger = leaf.data, allowance.ledger
    page = Page()
    uris = dict.fromkeys(uri.decode("latin-1") for uri in _RAW_URI.findall(data[:PDF_BYTES])[:_PDF_LINKS])
    if len(data) > PDF_BYTES:
        ledger.note("pdf-too-large", f"a PDF of more than {PDF_BYTES} bytes")
    else:
        said: list[str] = []
        try:
            with apply_configuration(_BOUNDS):
                uris.update(dict.fromkeys(_read_pdf(data, page, allowance, said)))
        except Exception as error:  # noqa: BLE001 - a hostile PDF makes pypdf raise whatever there is; RecursionError too
            ledger.note("pdf-unreadable", type(error).__name__)
        codes = qr.page(said)
        page.targets += [replace(target, line=target.line + len(page.lines)) for target in codes.targets]
        page.lines += codes.lines
    page.targets += [Target(uri, "", "pdf", 0) for uri in uris]
    return Opened([page])


_RAW_URI = re.compile(rb"/URI\s{0,5}\(([^()\r\n]{4,2048})\)")
_BOUNDS = Configuration(
    zlib_maximum_output_length=30_000_000,
    lzw_maximum_output_length=30_000_000,
    run_length_maximum_output_length=30_000_000,
    stream_decoding_work_maximum_length=120_000_000,
    image_maximum_buffer_size=30_000_000,
    jbig2dec_binary=None,
)
"""pypdf's own limits, lower than it has them; and no program of this machine is started for a picture."""


def _read_pdf(data: bytes, page: Page, allowance: Allowance, said: list[str]) -> list[str]:
    ledger = allowance.ledger
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        ledger.note("pdf-encrypted", "a PDF that asks for a password")
        return []
    opening = reader.root_object.get("/OpenAction")
    uris = _action(opening.get_object()) if opening is not None else []
    left = _PDF_TEXT
    for number, sheet in enumerate(reader.pages):
        if number >= PDF_PAGES:
            ledger.note("pdf-pages", f"a PDF of more than {PDF_PAGES} pages")
            break
        uris += _annotations(sheet)
        contents = sheet.get_contents()
        if contents is not None and len(contents.get_data()) <= _PDF_PAGE_BYTES:
            if left > 0:
                text = sheet.extract_text()[:left]
                left -= len(text)
                clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
                page.lines += [Line(" ".join(line.split())) for line in clean.splitlines() if line.strip()]
            said += drawn.in_rectangles(_rectangles(contents.get_data()), allowance)
            _sheet_codes(sheet, allowance, said)
    return uris[:_PDF_LINKS]


_NUMBER = rb"(-?\d{0,9}\.?\d{1,9})"
_RECTANGLE = re.compile(rb"\s".join([_NUMBER] * 4) + rb"\sre\b")


def _rectangles(content: bytes) -> Iterator[tuple[float, float, float, float]]:
    """The rectangles of a sheet as its content has them, matrices left out: those of one code stand in one system."""
    for match in _RECTANGLE.finditer(content):
        x, y, width, height = map(float, match.groups())
        yield min(x, x + width), min(y, y + height), abs(width), abs(height)


def _annotations(sheet: pypdf.PageObject) -> list[str]:
    """Where the links and forms of a sheet lead."""
    uris: list[str] = []
    for annotation in (sheet.get("/Annots") or [])[:_PDF_LINKS]:
        entry = annotation.get_object()
        action = entry.get("/A") if isinstance(entry, DictionaryObject) else None
        uris += _action(action.get_object() if action is not None else None)
    return uris


def _action(action: object) -> list[str]:
    """Where one action leads: a URI, a file, or the place that a form is sent to (ISO 32000-1 section 12.6.4)."""
    if not isinstance(action, DictionaryObject):
        return []
    file = action.get("/F")
    if isinstance(file, DictionaryObject):
        file = file.get("/F")
    return [str(place) for place in (action.get("/URI"), file) if isinstance(place, str)]


def _sheet_codes(sheet: pypdf.PageObject, allowance: Allowance, said: list[str]) -> None:
    """The QR codes in the pictures of a sheet. One that cannot be decoded costs itself only."""
    for key in sheet.images.keys()[:_SHEET_PICTURES]:
        if allowance.pictures <= 0:
            return
        try:
            if not _fits_in(sheet, key, allowance):
                continue
            allowance.pictures -= 1
            picture = sheet.images[key].image
            said += pictures.codes(picture, allowance) if picture is not None else []
        except Exception as error:  # noqa: BLE001 - see above
            allowance.ledger.note("picture-unreadable", type(error).__name__)


def _fits_in(sheet: pypdf.PageObject, key: str | list[str], allowance: Allowance) -> bool:
    """The picture is of a size and coding that is decoded, by what the document says of it before any is decoded."""
    if isinstance(key, str) and key.startswith("~"):  # an inline picture, no larger than the sheet's content
        return True
    place: DictionaryObject = sheet
    for name in [key] if isinstance(key, str) else key:
        resources = cast("DictionaryObject", place["/Resources"].get_object())
        objects = cast("DictionaryObject", resources["/XObject"].get_object())
        place = cast("DictionaryObject", objects[name].get_object())
    filters = place.get("/Filter", [])
    coded = {str(name) for name in (filters if isinstance(filters, list) else [filters])}
    pixels = int(place.get("/Width", 0)) * int(place.get("/Height", 0))
    if pixels > min(pictures.PICTURE_PIXELS, allowance.pixels):
        allowance.ledger.note("picture-too-large", f"more than {pictures.PICTURE_PIXELS} pixels")
        return False
    allowance.pixels -= pixels
    return coded <= _CODINGS and pixels >= _SMALLEST
