"""Attached text, HTML and SVG as a browser shows them (threats C-37)."""

from __future__ import annotations

import re
from itertools import islice

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
    named = leaf.content_type in _HTML_TYPES or extension(leaf.filename) in _HTML_EXTENSIONS
    if named or is_page(leaf.data) or _XHTML in leaf.data[:_XHTML_BYTES]:
        text = _with_entities(text)
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


_XHTML = b"http://www.w3.org/1999/xhtml"
"""The namespace by which a browser makes a page of any XML."""
_XHTML_BYTES = 65_536
_ENTITY = re.compile(r"<!ENTITY\s{1,9}([\w.-]{1,60})\s{1,9}(?:\"([^\"]{0,500})\"|'([^']{0,500})')\s{0,9}>")
_REFERENCE = re.compile(r"&([\w.-]{1,60});")
_ENTITIES = 1_000
_ENTITY_DEPTH = 4


def _with_entities(text: str) -> str:
    """What an XML page (XHTML, SVG) declares itself, put in as a browser does it; within bounds (X-12)."""
    if "<!ENTITY" not in text:
        return text
    said = {name: one or two for name, one, two in islice(_ENTITY.findall(text), _ENTITIES)}
    for _ in range(_ENTITY_DEPTH):
        grown = len(text) + sum(len(said.get(name, "")) for name in _REFERENCE.findall(text))
        if grown > TEXT_CHARS:
            break
        longer = _REFERENCE.sub(lambda found: said.get(found[1], found[0]), text)
        if longer == text:
            break
        text = longer
    return text


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
