"""Attached text, HTML and SVG as a browser shows them (threats C-37)."""

from __future__ import annotations

import re

from vigie.message.fields import decode_charset
from vigie.message.formats import drawn, qr
from vigie.message.formats.opened import Allowance, Opened, extension
from vigie.message.readings import Leaf, Ledger
from vigie.message.text import TEXT_CHARS, html_page, plain_page

_HTML_TYPES = frozenset(("text/html", "image/svg+xml", "application/xhtml+xml"))
_HTML_EXTENSIONS = frozenset("htm html shtml xhtml xht xhtm svg hta asp aspx php".split())
_TEXT_EXTENSIONS = frozenset("txt text csv md log url ics ical vcs ifb vcf".split())


def fits(leaf: Leaf) -> bool:
    """Text by its label or its name, HTML by its first bytes too."""
    return (
        leaf.content_type.startswith("text/")
        or leaf.content_type in _HTML_TYPES
        or extension(leaf.filename) in _TEXT_EXTENSIONS | _HTML_EXTENSIONS
        or is_page(leaf.data)
    )


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page, read as HTML if any reader would."""
    text = decoded(leaf, allowance.ledger)
    if leaf.content_type in _HTML_TYPES or extension(leaf.filename) in _HTML_EXTENSIONS or is_page(leaf.data):
        page = html_page(text, opened=True)
        drawings = [] if page.coarse else drawn.in_html(text, allowance)
    else:
        page, drawings = plain_page(text), drawn.in_text(text, allowance)
    for drawing in drawings:
        qr.add(page, drawing.said, 0)
    return Opened([page])


_MARKUP = re.compile(
    rb"\s*(?:<!--.{0,400}?-->\s*|<\?xml[^<>]{0,200}\?>\s*){0,3}<(?:!doctype html|html|head|body|svg|p|div|table|center|a|meta|title|style"
    rb"|script|form|font|span|h[1-6]|br|img|iframe|base|link)[\s/>]",
    re.IGNORECASE | re.DOTALL,
)


def is_page(data: bytes) -> bool:
    """The bytes begin as a page, or a piece of one, whatever the label and the name say (C-19)."""
    return _MARKUP.match(data[:1024].removeprefix(b"\xef\xbb\xbf")) is not None


def decoded(leaf: Leaf, ledger: Ledger) -> str:
    """The text of an attachment, bounded."""
    data = leaf.data
    if len(data) > TEXT_CHARS:
        ledger.note("attachment-truncated", "an attachment longer than is scanned")
        data = data[:TEXT_CHARS]
    charset = leaf.charset
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        charset = "utf-16"
    return decode_charset(data.removeprefix(b"\xef\xbb\xbf"), charset)[0]
