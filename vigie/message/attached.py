"""What attachments say and where they lead, opened within bounds and never run (threats C-37, C-38, C-43, X-14)."""

from __future__ import annotations

import hashlib
import io
import logging
import re
from collections.abc import Iterator

import pypdf
from pypdf.generic import DictionaryObject

from vigie.message.fields import decode_charset
from vigie.message.layers import Line
from vigie.message.readings import Leaf, Ledger
from vigie.message.text import TEXT_CHARS, Page, Target, html_page, plain_page
from vigie.message.types import Attachment

PDF_BYTES = 8 << 20
PDF_PAGES = 20
_PDF_PAGE_BYTES = 1 << 20
_PDF_TEXT = 200_000
_PDF_LINKS = 1_024
_NAME_CHARS = 255

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the document

_EXTENSION = re.compile(r"\.([A-Za-z0-9]{1,10})[\s.]*\Z")
_ACTIVE_EXTENSIONS = frozenset(
    (
        "ade adp apk app appref-ms appx asp aspx bat cab cer chm cmd com cpl crt dll docm dotm exe gadget hlp hta htm html img inf"
        " ins iqy iso isp jar jnlp js jse library-ms lnk mht mhtml msc msi msix msp mst one ps1 ps1xml pif potm ppam ppsm pptm py"
        " pyz rdp reg scf scr sct search-ms settingcontent-ms shtml sldm slk svg svgz swf url vb vbe vbs vhd vhdx wsc wsf wsh xhtml"
        " xhtm xht xlam xll xlsm xltm xml xsl xslt"
    ).split()
)
_ACTIVE_TYPES = frozenset(
    (
        "text/html text/xml image/svg+xml application/xhtml+xml application/javascript application/x-javascript text/javascript"
        " application/hta application/x-msdownload application/x-msdos-program application/vnd.microsoft.portable-executable"
        " application/x-sh application/java-archive application/x-iso9660-image application/x-ms-shortcut application/x-mspublisher"
        " application/x-shockwave-flash multipart/related message/external-body"
    ).split()
)
_HTML_EXTENSIONS = frozenset("htm html shtml xhtml xht xhtm svg hta asp aspx php".split())
_TEXT_EXTENSIONS = frozenset("txt text csv md ics ical vcs ifb vcf log url".split())
_MESSAGE_EXTENSIONS = frozenset("eml mht mhtml".split())


def extension(name: str) -> str:
    """The last extension as a careless system takes it: trailing dots and blanks dropped, lower-case (C-19)."""
    match = _EXTENSION.search(name)
    return match[1].lower() if match else ""


def is_message(leaf: Leaf) -> bool:
    """The part is a whole mail."""
    return leaf.content_type in ("message/rfc822", "message/global") or extension(leaf.filename) in _MESSAGE_EXTENSIONS


def describe(leaf: Leaf, *, opened: bool) -> Attachment:
    """The attachment as it is listed."""
    return Attachment(
        filename=leaf.filename[:_NAME_CHARS],
        content_type=leaf.content_type[:_NAME_CHARS],
        size=len(leaf.data),
        sha256=hashlib.sha256(leaf.data).hexdigest(),
        active=leaf.content_type in _ACTIVE_TYPES
        or extension(leaf.filename) in _ACTIVE_EXTENSIONS
        or _is_script(leaf.data),
        opened=opened,
    )


def _is_script(data: bytes) -> bool:
    """The bytes begin as a program, a shortcut or an HTML page, whatever the label says."""
    if data[:2] == b"MZ" or data[:4] in (b"\x7fELF", b"L\x00\x00\x00"):
        return True
    return (
        data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype html", b"<script", b"<svg"))
    )


def is_text(leaf: Leaf) -> bool:
    """The attachment is opened as text or HTML."""
    return (
        leaf.content_type.startswith("text/")
        or extension(leaf.filename) in _TEXT_EXTENSIONS | _HTML_EXTENSIONS
        or _is_page(leaf.data)
    )


def open_pages(leaf: Leaf, ledger: Ledger) -> Iterator[Page]:
    """The pages of an attachment that can be read as text; none for the others."""
    name = extension(leaf.filename)
    kind = leaf.content_type
    if kind == "application/pdf" or name == "pdf" or leaf.data.startswith(b"%PDF-"):
        yield _pdf_page(leaf.data, ledger)
    elif (
        kind in ("text/html", "image/svg+xml", "application/xhtml+xml")
        or name in _HTML_EXTENSIONS
        or _is_page(leaf.data)
    ):
        yield html_page(_text(leaf, ledger), opened=True)
    elif kind in ("text/calendar", "text/vcard", "text/x-vcard", "text/directory") or name in (
        "ics",
        "vcf",
        "vcs",
        "ical",
        "ifb",
    ):
        yield plain_page(_card(_text(leaf, ledger)))
    elif kind.startswith("text/") or name in _TEXT_EXTENSIONS:
        yield plain_page(_text(leaf, ledger))


def _is_page(data: bytes) -> bool:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<html", b"<!doctype html", b"<svg"))


def _text(leaf: Leaf, ledger: Ledger) -> str:
    data = leaf.data
    if len(data) > TEXT_CHARS:
        ledger.note("attachment-truncated", "an attachment longer than is scanned")
        data = data[:TEXT_CHARS]
    charset = leaf.charset
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    return decode_charset(data.removeprefix(b"\xef\xbb\xbf"), charset)[0]


_CARD_FOLD = re.compile(r"\r?\n[ \t]")
_CARD_ESCAPE = re.compile(r"\\([,;\\])")


def _card(text: str) -> str:
    """The lines of an iCalendar or vCard unfolded and unescaped (RFC 5545 sections 3.1 and 3.3.11)."""
    text = _CARD_FOLD.sub("", text).replace("\\n", "\n").replace("\\N", "\n")
    return _CARD_ESCAPE.sub(r"\1", text)


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
