"""Text and link targets of PDF documents, within bounds of bytes and pages (threats C-38, X-14)."""

from __future__ import annotations

import io
import logging
import re

import pypdf
from pypdf.generic import DictionaryObject

from vigie.message.formats.opened import Allowance, Opened, extension
from vigie.message.layers import Line
from vigie.message.readings import Leaf, Ledger
from vigie.message.text import Page, Target

PDF_BYTES = 8 << 20
PDF_PAGES = 20
_PDF_PAGE_BYTES = 1 << 20
_PDF_TEXT = 200_000
_PDF_LINKS = 1_024

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the document


def fits(leaf: Leaf) -> bool:
    """A PDF by its label, its name or its first bytes."""
    return leaf.content_type == "application/pdf" or extension(leaf.filename) == "pdf" or leaf.data.startswith(b"%PDF-")


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page with the text of all sheets; what cannot be read still gives the links that stand in its bytes."""
    return Opened([_pdf_page(leaf.data, allowance.ledger)])


_RAW_URI = re.compile(rb"/URI\s{0,5}\(([^()\r\n]{4,2048})\)")


def _pdf_page(data: bytes, ledger: Ledger) -> Page:
    """Text and link targets of a PDF; what pypdf cannot read is a defect, and its bytes are searched for plain links."""
    page = Page()
    uris = dict.fromkeys(uri.decode("latin-1") for uri in _RAW_URI.findall(data[:PDF_BYTES])[:_PDF_LINKS])
    if len(data) > PDF_BYTES:
        ledger.note("pdf-too-large", f"a PDF of more than {PDF_BYTES} bytes")
    else:
        try:
            uris.update(dict.fromkeys(_read_pdf(data, page, ledger)))
        except Exception as error:  # noqa: BLE001 - a hostile PDF makes pypdf raise whatever there is; RecursionError too
            ledger.note("pdf-unreadable", type(error).__name__)
    page.targets += [Target(uri, "", "pdf", 0) for uri in uris]
    return page


def _read_pdf(data: bytes, page: Page, ledger: Ledger) -> list[str]:
    reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        ledger.note("pdf-encrypted", "a PDF that asks for a password")
        return []
    uris: list[str] = []
    left = _PDF_TEXT
    for number, sheet in enumerate(reader.pages):
        if number >= PDF_PAGES:
            ledger.note("pdf-pages", f"a PDF of more than {PDF_PAGES} pages")
            break
        for annotation in (sheet.get("/Annots") or [])[:_PDF_LINKS]:
            entry = annotation.get_object()
            action = entry.get("/A") if isinstance(entry, DictionaryObject) else None
            action = action.get_object() if action is not None else None
            if isinstance(action, DictionaryObject):
                uris += [str(action[key]) for key in ("/URI", "/F") if isinstance(action.get(key), str)]
        contents = sheet.get_contents()
        if left > 0 and contents is not None and len(contents.get_data()) <= _PDF_PAGE_BYTES:
            text = sheet.extract_text()[:left]
            left -= len(text)
            clean = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
            page.lines += [Line(" ".join(line.split())) for line in clean.splitlines() if line.strip()]
    return uris[:_PDF_LINKS]
