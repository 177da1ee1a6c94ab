"""The little CSS that decides whether a text is seen: display, size, place, colours. Linear, bounded, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

_SHEET_CHARS = 262_144
_RULES = 2_000
_STYLE_CHARS = 4_096
_REMEMBERED_CHARS = 512

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Style:
    """What one set of declarations says of the visibility of a text. `tiny` is None when no size is set."""

    hidden: bool = False
    tiny: bool | None = None
    ink: Colour | None = None
    sets_ink: bool = False
    paper: Colour | None = None
    sets_paper: bool = False
    kept: bool = False

    def __bool__(self) -> bool:
        return self != _NOTHING


_NOTHING = Style()


@dataclass(slots=True)
class Sheet:
    """The rules of the <style> elements that have simple selectors. `unsure`: others set backgrounds, so paper is unknown."""

    rules: dict[str, Style] = field(default_factory=dict)
    targets: list[tuple[str, str]] = field(default_factory=list)
    unsure: bool = False

    def of(self, tag: str, attributes: Mapping[str, str | None]) -> list[Style]:
        """The styles for an element, weakest selector first."""
        rules = self.rules
        found = [rules[tag]] if tag in rules else []
        given = attributes.get("class")
        if given:
            for name in given.lower().split()[:16]:
                found += [rules[key] for key in ("." + name, f"{tag}.{name}") if key in rules]
        given = attributes.get("id")
        if given and "#" + given.lower() in rules:
            found.append(rules["#" + given.lower()])
        return found


def without(source: str, opening: str, closing: str) -> str:
    """The source without comments, in one pass; an unclosed one stays."""
    if opening not in source:
        return source
    pieces, position = [], 0
    while (start := source.find(opening, position)) >= 0:
        end = source.find(closing, start + len(opening))
        if end < 0:
            break
        pieces.append(source[position:start])
        position = end + len(closing)
    pieces.append(source[position:])
    return " ".join(pieces)


_BRACE = re.compile(r"[{}]")
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?\Z")


def read_sheet(sources: Iterable[str]) -> Sheet:
    """The simple rules of some style sheets; what stands in @media and other blocks is left out: in doubt, visible."""
    sheet = Sheet()
    for source in sources:
        source = source[:_SHEET_CHARS]
        sheet.targets += [(url, "style") for url in _IMPORT.findall(source)[:16]]
        sheet.targets += [(url, "image") for url in targets(source)]
        text = without(source.lower().replace("<!--", "").replace("-->", ""), "/*", "*/")
        for selector, body in _rules(text):
            style = declarations(body)
            for name in selector.split(","):
                name = name.strip()
                if name == "*":
                    continue
                if name and _SIMPLE.match(name):
                    if style and len(sheet.rules) < _RULES:
                        sheet.rules[name] = style
                elif style.sets_paper:
                    sheet.unsure = True
    return sheet


def _rules(text: str) -> Iterator[tuple[str, str]]:
    """(selector, declarations) of the outermost rules."""
    depth, start, selector = 0, 0, ""
    for brace in _BRACE.finditer(text):
        if brace[0] == "{":
            if depth == 0:
                selector, start = text[start : brace.start()].rpartition(";")[2].strip(), brace.end()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                if not selector.startswith("@"):
                    yield selector, text[start : brace.start()]
                start = brace.end()


_URL = re.compile(r"url\(\s{0,5}[\"']?\s{0,5}([^\"'()\s]{1,8192})", re.IGNORECASE)
_IMPORT = re.compile(r"@import\s{1,5}(?:url\(\s{0,5})?[\"']?\s{0,5}([^\"'()\s;]{1,8192})", re.IGNORECASE)


def targets(style: str) -> list[str]:
    """The url() targets of some declarations, at most 64."""
    return _URL.findall(style)[:64]


_LENGTH = re.compile(r"(-?\d{0,6}\.?\d{1,6})\s*(px|pt|em|rem|ex|%|in|cm|mm|vw|vh)?\s*(?:!important)?\Z")
_FONT = re.compile(r"(?:\A|\s)(-?\d{0,6}\.?\d{1,6})(px|pt|em|rem|%)?(?:\s*/|\s|\Z)")


def declarations(text: str) -> Style:
    """What a style attribute says of visibility; its first 4,096 characters count."""
    return _remembered(text) if len(text) <= _REMEMBERED_CHARS else _read(text[:_STYLE_CHARS])


def _read(text: str) -> Style:
    found: dict[str, str] = {}
    for declaration in text.lower().split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip()] = value.replace("!important", "").strip()
    ink_given = found.get("color", "")
    paper_given = found.get("background-color") or found.get("background") or ""
    background = "url(" in paper_given or "gradient" in paper_given or "background-image" in found
    ink = colour(ink_given)
    return Style(
        hidden=_hides(found) or ink_given in ("transparent", "rgba(0,0,0,0)"),
        tiny=_tiny(found),
        ink=ink,
        sets_ink=bool(ink_given) and ink_given != "inherit",
        paper=None if background else colour(paper_given),
        sets_paper=background
        or (bool(paper_given) and paper_given not in ("transparent", "none", "inherit", "initial")),
        kept=found.get("white-space", "").startswith("pre"),
    )


_remembered = lru_cache(maxsize=2_048)(_read)


def _hides(found: Mapping[str, str]) -> bool:
    """Not displayed at all, of no size, outside the page, or wholly transparent."""
    if found.get("display") == "none" or found.get("visibility") in ("hidden", "collapse"):
        return True
    if (_number(found.get("opacity", "")) or 1.0) <= 0.05 and "opacity" in found:
        return True
    if found.get("opacity") in ("0", "0.0", ".0", "0%"):
        return True
    clipped = found.get("overflow", "").startswith(("hidden", "clip"))
    for name in ("height", "max-height", "width", "max-width"):
        size = _number(found.get(name, ""))
        if size is not None and size <= 1 and clipped:
            return True
    if found.get("position") in ("absolute", "fixed"):
        for name in ("left", "top", "right", "bottom"):
            place = _number(found.get(name, ""))
            if place is not None and place <= -500:
                return True
        if found.get("clip", "").replace(" ", "") in (
            "rect(0000)",
            "rect(0,0,0,0)",
            "rect(1px,1px,1px,1px)",
            "rect(0px,0px,0px,0px)",
        ):
            return True
    if found.get("clip-path", "").replace(" ", "") in ("inset(50%)", "inset(100%)", "circle(0)"):
        return True
    if "scale(0)" in found.get("transform", ""):
        return True
    indent = _number(found.get("text-indent", ""))
    return indent is not None and indent <= -500


def _tiny(found: Mapping[str, str]) -> bool | None:
    size = found.get("font-size")
    if size:
        number = _number(size)
        return None if number is None else number <= (0.1 if size.endswith(("em", "%")) else 1)
    shorthand = _FONT.search(found.get("font", ""))
    if shorthand and float(shorthand[1]) < 100:
        return float(shorthand[1]) <= 1 and shorthand[2] not in ("em", "rem")
    return None


def _number(value: str) -> float | None:
    match = _LENGTH.match(value)
    return float(match[1]) if match else None


_NAMED: dict[str, Colour] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "red": (255, 0, 0),
    "blue": (0, 0, 255),
    "green": (0, 128, 0),
    "yellow": (255, 255, 0),
    "navy": (0, 0, 128),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
}
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})")
_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})(?![0-9a-z])")


def colour(value: str) -> Colour | None:
    """Red, green and blue of a CSS or HTML colour; None when it is none that we know."""
    value = value.strip()[:100].lower()
    if value in _NAMED:
        return _NAMED[value]
    match = _RGB.match(value)
    if match:
        return min(255, int(match[1])), min(255, int(match[2])), min(255, int(match[3]))
    match = _HEX.match(value)
    if match:
        digits = match[1] if len(match[1]) == 6 else "".join(digit * 2 for digit in match[1])
        return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    return _NAMED.get(value.split(" ", 1)[0])
