"""Attached text, HTML and SVG as a browser shows them (threats C-37)."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
        or _is_page(leaf.data)
    )


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page, read as HTML if any reader would."""
    text = decoded(leaf, allowance.ledger)
    if leaf.content_type in _HTML_TYPES or extension(leaf.filename) in _HTML_EXTENSIONS or _is_page(leaf.data):
        page = html_page(text, opened=True)
        drawings = [] if page.coarse else drawn.in_html(text, allowance)
        if "<svg" in text.lower():
            drawings.append(drawn.Drawing(0, drawn.in_rectangles(_rectangles(text), allowance)))
    else:
        page, drawings = plain_page(text), drawn.in_text(text, allowance)
    for drawing in drawings:
        qr.add(page, drawing.said, 0)
    return Opened([page])


_RECT = re.compile(r"<(?:\w{1,20}:)?rect\b([^<>]{1,1000})", re.IGNORECASE)
_SIDE = re.compile(r"(?<![\w-])(x|y|width|height)\s{0,5}=\s{0,5}[\"']?\s{0,5}(-?\d{0,9}\.?\d{1,9})", re.IGNORECASE)
_MOVED = re.compile(r"M\s?(\d{1,6})[\s,](\d{1,6})\s?(?:h\s?(\d{1,3})\s?v\s?(\d{1,3})|H\s?(\d{1,6})\s?V\s?(\d{1,6}))")


def _rectangles(source: str) -> Iterator[tuple[float, float, float, float]]:
    """The rectangles of an SVG, also those that are drawn as paths."""
    for match in _RECT.finditer(source):
        sides = {name.lower(): float(value) for name, value in _SIDE.findall(match[1])}
        yield sides.get("x", 0.0), sides.get("y", 0.0), sides.get("width", 0.0), sides.get("height", 0.0)
    for match in _MOVED.finditer(source):
        x, y = float(match[1]), float(match[2])
        across, down = (float(match[3]), float(match[4])) if match[3] else (float(match[5]) - x, float(match[6]) - y)
        yield x, y, across, down


def _is_page(data: bytes) -> bool:
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<html", b"<!doctype html", b"<svg"))


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
