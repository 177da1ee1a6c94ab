"""What attachments say and where they lead, opened within bounds and never run (threats C-37, C-38, C-43, X-14)."""

from __future__ import annotations

import hashlib

from vigie.message.formats import archive, cards, office, ole, pages, pdf, pictures, rtf, smime, tnef
from vigie.message.formats.opened import Allowance, Opened, Opener, extension
from vigie.message.readings import Leaf
from vigie.message.types import Attachment

OPENERS: tuple[Opener, ...] = (pictures, pdf, office, archive, tnef, smime, ole, rtf, cards, pages)
"""The first one that an attachment fits opens it."""
_NAME_CHARS = 255

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
_MESSAGE_EXTENSIONS = frozenset("eml mht mhtml".split())


def is_message(leaf: Leaf) -> bool:
    """The part is a whole mail."""
    return leaf.content_type in ("message/rfc822", "message/global") or extension(leaf.filename) in _MESSAGE_EXTENSIONS


def describe(leaf: Leaf, *, opened: bool, active: bool = False) -> Attachment:
    """The attachment as it is listed."""
    return Attachment(
        filename=leaf.filename[:_NAME_CHARS],
        content_type=leaf.content_type[:_NAME_CHARS],
        size=len(leaf.data),
        sha256=hashlib.sha256(leaf.data).hexdigest(),
        active=active
        or leaf.content_type in _ACTIVE_TYPES
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
    return pages.fits(leaf)


def open_attachment(leaf: Leaf, allowance: Allowance) -> Opened:
    """What the attachment holds, as the first opener that it fits reads it, or as a page whatever its name; empty for the others."""
    for opener in OPENERS if leaf.data else ():
        if opener.fits(leaf):
            opened = opener.opened(leaf, allowance)
            misnamed = opener is not pages and _is_blank(opened) and pages.is_page(leaf.data)
            return pages.opened(leaf, allowance) if misnamed else opened  # avis.html\0.pdf
    return Opened()


def _is_blank(opened: Opened) -> bool:
    return not opened.parts and not any(page.lines or page.targets or page.hidden for page in opened.pages)
