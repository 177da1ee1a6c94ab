"""QR codes without a picture: drawn with characters, with the cells of a table, or with rectangles (threats C-41).

What looks like a drawing is made a small bitmap and read like a picture; a code carries its own check, so nothing else
is taken for one.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from math import isqrt

from selectolax.lexbor import LexborHTMLParser, LexborNode

from vigie.message.formats import qr
from vigie.message.formats.opened import Allowance
from vigie.message.style import Sheet, colour, declarations, read_sheet

Grid = list[bytes]
"""Rows of dots, 0 dark and 255 light."""
_DRAWINGS = 6
_CELLS = 40_000
_MIN_CELLS = 200
_CELL_CHARS = 160
_MIN_ROWS = 21
_LEAST_LINES = 10
_MOST_LINES = 200
_MOST_CHARS = 400
_LIGHT = " \u00a0\u2000\u2001\u2002\u2003\u2007\u2800\u3000.0_\u2591\u25a1\u25fb\u25fd\u25ab\u2b1c\u26aa"
_COLOURS = "\U0001f7e5\U0001f7e6\U0001f7e7\U0001f7e8\U0001f7e9\U0001f7ea\U0001f7eb"
_DARK = "\u2588\u25a0\u25fc\u25fe\u25aa\u2b1b\u26ab\u2592\u2593#@X1*%\u25cf" + _COLOURS
_QUADRANTS = {
    **dict.fromkeys(_LIGHT, 0b0000),
    **dict.fromkeys(_DARK, 0b1111),
    "▘": 0b1000,
    "▝": 0b0100,
    "▖": 0b0010,
    "▗": 0b0001,
    "▀": 0b1100,
    "▄": 0b0011,
    "▌": 0b1010,
    "▐": 0b0101,
    "▚": 0b1001,
    "▞": 0b0110,
    "▛": 0b1110,
    "▜": 0b1101,
    "▙": 0b1011,
    "▟": 0b0111,
    "'": 0b1100,
    '"': 0b1100,
}
"""Upper left, upper right, lower left, lower right quarter of each character."""
_WIDE = frozenset("\u2b1b\u2b1c\u3000\u26aa\u26ab\u25fd\u25fe" + _COLOURS)
_LINE = re.compile(f"[{re.escape(''.join(_QUADRANTS))}]{{10,{_MOST_CHARS}}}")
_TELLING = re.compile(f"[{re.escape(_DARK + '▀▄▌▐▘▝▖▗')}]")


@dataclass(frozen=True, slots=True)
class Drawing:
    """The texts of a drawn code, and where it stands: the number of its line, or of its first byte in HTML."""

    at: int
    said: list[str]


def in_text(text: str, allowance: Allowance) -> list[Drawing]:
    """The codes drawn with characters, `at` their first line."""
    found: list[Drawing] = []
    for start, lines in _runs(text):
        said = _first((_raster(lines, square=square) for square in (False, True)), allowance)
        if said:
            found.append(Drawing(start, said))
    return found


def _runs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines of nothing but drawing characters."""
    run: list[str] = []
    count = 0
    for number, line in enumerate([*text.split("\n"), ""]):
        line = line.rstrip("\r")
        if _LINE.fullmatch(line):
            run.append(line)
            continue
        if len(run) >= _LEAST_LINES and count < _DRAWINGS and any(map(_TELLING.search, run)):
            count += 1
            yield number - len(run), run[:_MOST_LINES]
        run = []


def _pixels(*, square: bool) -> tuple[dict[int, str], dict[int, str]]:
    """What the upper and the lower half of each character is as dots: it is twice as high as wide unless `square`."""
    halves: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for char, bits in _QUADRANTS.items():
        across = 2 if square or char in _WIDE else 1
        for half, (left, right) in zip(halves, ((0b1000, 0b0100), (0b0010, 0b0001)), strict=True):
            half[ord(char)] = "".join(("\0" if bits & side else "\xff") * across for side in (left, right))
    return halves


_HALVES = {square: _pixels(square=square) for square in (False, True)}


def _raster(lines: Sequence[str], *, square: bool) -> Grid:
    rows: Grid = []
    for line in lines:
        for half in _HALVES[square]:
            row = line.translate(half).encode("latin-1")
            rows += [row] if square else [row, row]
    return rows


def in_html(source: str, allowance: Allowance) -> list[Drawing]:
    """The codes drawn with characters, cells or the rectangles of an SVG in HTML, `at` the first character that belongs to one."""
    found = []
    start = _character_start(source)
    for text in _character_texts(source[max(0, start - _LEAD) : start + _DRAWN_CHARS]) if start >= 0 else ():
        found += [Drawing(start, drawing.said) for drawing in in_text(text, allowance)]
        if found:
            break
    marks = [match.start() for match in re.finditer(r"bgcolor|background|class=", source, re.IGNORECASE)]
    for mark, later in zip(marks, marks[_MIN_CELLS:], strict=False):
        if later - mark < _MIN_CELLS * _CELL_CHARS and len(marks) <= 2 * _CELLS:
            found += [Drawing(mark, said) for said in _cell_codes(source, allowance)]
            break
    svg = _SVG.search(source)
    if svg is not None:
        said = in_rectangles(_rectangles(source[svg.start() :]), allowance)
        found += [Drawing(svg.start(), said)] if said else []
    return found[:_DRAWINGS]


_SVG = re.compile(r"<svg\b", re.IGNORECASE)
_RECT = re.compile(r"<(?:\w{1,20}:)?rect\b([^<>]{1,1000})", re.IGNORECASE)
_LENGTH = re.compile(r"(?<![\w-])(x|y|width|height)\s{0,5}=\s{0,5}[\"']?\s{0,5}(-?\d{0,9}\.?\d{1,9})", re.IGNORECASE)
_MOVED = re.compile(r"M\s?(\d{1,6})[\s,](\d{1,6})\s?(?:h\s?(\d{1,3})\s?v\s?(\d{1,3})|H\s?(\d{1,6})\s?V\s?(\d{1,6}))")


def _rectangles(source: str) -> Iterator[tuple[float, float, float, float]]:
    """The rectangles of an SVG, also those that are drawn as paths."""
    for match in _RECT.finditer(source):
        sides = {name.lower(): float(value) for name, value in _LENGTH.findall(match[1])}
        yield sides.get("x", 0.0), sides.get("y", 0.0), sides.get("width", 0.0), sides.get("height", 0.0)
    for match in _MOVED.finditer(source):
        x, y = float(match[1]), float(match[2])
        across, down = (float(match[3]), float(match[4])) if match[3] else (float(match[5]) - x, float(match[6]) - y)
        yield x, y, across, down


_BLOCK_ENTITY = re.compile(r"&#(?:x25[89a-f][0-9a-f]|96\d\d|95\d\d|x2b1b|11035);?|&block;", re.IGNORECASE)
_BLOCK = re.compile(r"[\u2580-\u259f\u25a0-\u25ff\u2b1b\u2b1c\U0001f7e5-\U0001f7eb]")
_BREAK = re.compile(r"<br\b[^>]{0,200}>|</(?:div|p|tr|li|pre|td)\b[^>]{0,20}>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")
_TYPED = re.compile(r"(?:##|XX|@@|11){6}")
_MANY = 60
_DRAWN_CHARS = 400_000
_LEAD = 1_000
"""The blank dots in front of the first mark."""


def _character_start(source: str) -> int:
    """Where many block characters, or ASCII art set as it was typed, begin; -1 where there are none."""
    if "<pre" in source.lower() and (typed := _TYPED.search(source)):
        return typed.start()
    for pattern in (_BLOCK, _BLOCK_ENTITY):
        first = -1
        for count, match in enumerate(pattern.finditer(source)):
            first = match.start() if count == 0 else first
            if count >= _MANY:
                return first
    return -1


def _character_texts(source: str) -> Iterator[str]:
    """The text of a page with its spaces, its own line ends kept (pre) or not."""
    for body in (source, re.sub(r"[\r\n]+[ \t]*", "", source)):
        yield html.unescape(_MARKUP.sub("", _BREAK.sub("\n", body)))


def _cell_codes(source: str, allowance: Allowance) -> list[list[str]]:
    """The texts of the codes in tables, and in other elements of one background each."""
    tree = LexborHTMLParser(source)
    if tree.root is None:
        return []
    sheet = read_sheet(node.text() for node in tree.css("style"))
    found: list[list[str]] = []
    for grid in _grids(tree.root, sheet):
        said = _first([grid], allowance)
        if said:
            found.append(said)
        if len(found) >= _DRAWINGS:
            break
    return found


def _grids(root: LexborNode, sheet: Sheet) -> Iterator[Grid]:
    """Rows of one width that follow each other, and elements with a square number of children."""
    rows: Grid = []
    tried = 0
    for parent in root.traverse(include_text=False):
        children = _children(parent)
        if len(children) < _MIN_ROWS and parent.tag != "tr":
            continue
        row = b"".join(_cell(child, sheet) for child in children)
        side = isqrt(len(row))
        if side >= _MIN_ROWS and side * side == len(row) and tried < _DRAWINGS:
            tried += 1
            yield [row[start : start + side] for start in range(0, len(row), side)]
        if rows and len(rows[0]) != len(row):
            if len(rows) >= _MIN_ROWS:
                yield rows
            rows = []
        if len(rows) < _MOST_CHARS and _MIN_ROWS <= len(row) <= _MOST_CHARS:
            rows.append(row)
    if len(rows) >= _MIN_ROWS:
        yield rows


def _children(parent: LexborNode) -> list[LexborNode]:
    found: list[LexborNode] = []
    child = parent.first_child
    while child is not None and len(found) < _CELLS:
        if not (child.tag or "-").startswith("-"):
            found.append(child)
        child = child.next
    return found


def _cell(node: LexborNode, sheet: Sheet) -> bytes:
    """Whether a cell is dark, once for each column that it takes."""
    attributes = node.attributes
    paper = colour(attributes.get("bgcolor") or "")
    styles = sheet.of(node.tag or "", attributes) if sheet.rules else []
    if attributes.get("style"):
        styles.append(declarations(attributes["style"] or ""))
    for style in styles:
        paper = style.paper if style.sets_paper else paper
    dark = paper is not None and 299 * paper[0] + 587 * paper[1] + 114 * paper[2] < 128_000
    span = attributes.get("colspan") or "1"
    return (b"\0" if dark else b"\xff") * (min(int(span), 200) if span.isdecimal() and len(span) < 5 else 1)


def in_rectangles(found: Iterable[tuple[float, float, float, float]], allowance: Allowance) -> list[str]:
    """The texts of a code drawn with rectangles (left, top, width, height) of one height, runs of dots being one or many."""
    given = [
        one
        for one in islice(found, _CELLS)
        if 0 < one[2] < _FAR and 0 < one[3] < _FAR and max(map(abs, one[:2])) < _FAR
    ]
    if len(given) < _MIN_RECTANGLES:
        return []
    unit = Counter(round(one[3], 3) for one in given).most_common(1)[0][0]
    dots = [one for one in given if unit > 0 and abs(one[3] - unit) < unit / 20]
    left, top = min(one[0] for one in dots), min(one[1] for one in dots)
    width, height = (round((max(one[axis] for one in dots) - (left, top)[axis]) / unit) + 1 for axis in (0, 1))
    if not _MIN_ROWS <= height <= _MOST_LINES or not _MIN_ROWS // 2 <= width <= _MOST_LINES:
        return []
    rows = [bytearray(b"\xff" * _MOST_LINES) for _ in range(height)]
    for x, y, across, _ in dots:
        column, run = round((x - left) / unit), min(round(across / unit), _MOST_LINES)
        rows[round((y - top) / unit)][column : column + run] = bytes(max(0, min(run, _MOST_LINES - column)))
    return _first([[bytes(row) for row in rows], [bytes(row) for row in reversed(rows)]], allowance)


_FAR = 1e6
_MIN_RECTANGLES = 60
_SCALE = 3
_INVERTED = bytes(range(255, -1, -1))
_SIDE = 700
_QUIET = 12


def _first(grids: Iterable[Grid], allowance: Allowance) -> list[str]:
    """The texts in the first grid that holds a code, dark on light or light on dark."""
    for grid in grids:
        width = max(map(len, grid))
        scale = max(1, min(_SCALE, _SIDE // max(width, len(grid))))
        wide = {0: "\0" * scale, 255: "\xff" * scale}
        whole = [row.ljust(width, b"\xff").decode("latin-1").translate(wide).encode("latin-1") for row in grid]
        for lines in (whole, [row.translate(_INVERTED) for row in whole]):
            bitmap = _framed(lines, scale)
            if len(bitmap[0]) > allowance.dots:
                allowance.ledger.note("too-many-drawings", "more drawings of characters or cells than are looked at")
                return []
            allowance.dots -= len(bitmap[0])
            said = qr.texts(*bitmap)
            if said:
                return said
    return []


def _framed(lines: list[bytes], scale: int) -> tuple[bytes, int, int]:
    """The picture with light around it."""
    width = len(lines[0])
    side = b"\xff" * _QUIET
    edge = b"\xff" * (width + 2 * _QUIET) * _QUIET
    body = b"".join((side + line + side) * scale for line in lines)
    return edge + body + edge, width + 2 * _QUIET, len(lines) * scale + 2 * _QUIET
