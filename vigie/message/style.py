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
    """What one set of declarations says of the visibility of a text. `tiny` is None when no size is set.

    `hidden`: nothing inside can be seen. `veiled`: neither can it, unless an element inside says otherwise; None: not said.
    `displayed`: it is said how to display it. `backward`: its letters run from right to left.
    """

    hidden: bool = False
    veiled: bool | None = None
    displayed: bool = False
    inline: bool = False
    backward: bool = False
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
    revealing: set[str] = field(default_factory=set)
    """Tags, classes and ids of rules that are not read (@media, other selectors, !important) and may show what others hide."""
    contents: list[str] = field(default_factory=list)
    """Texts that the sheet itself puts into the page."""

    def may_reveal(self, tag: str, attributes: Mapping[str, str | None]) -> bool:
        """Some rule may show the element, whatever another says."""
        if not self.revealing:
            return False
        names = {tag, "*", "#" + (attributes.get("id") or "").lower()}
        names.update("." + name for name in (attributes.get("class") or "").lower().split()[:16])
        return not self.revealing.isdisjoint(names)

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
        sheet.contents += [text for text in _texts_of(source) if len(sheet.contents) < _CONTENTS]
        text = without(source.lower().replace("<!--", "").replace("-->", ""), "/*", "*/")
        for selector, body in _rules(text):
            if selector.startswith("@"):
                for _, (inner, inside) in zip(range(_RULES), _rules(body), strict=False):
                    _reveal(sheet, inner, inside)
                continue
            style = declarations(body)
            if "!important" in body:
                _reveal(sheet, selector, body)
            for name in selector.split(","):
                name = name.strip()
                if name == "*":
                    continue
                if name and _SIMPLE.match(name):
                    if style and len(sheet.rules) < _RULES:
                        sheet.rules[name] = style
                else:
                    sheet.unsure |= style.sets_paper
                    _reveal(sheet, name, body)
    return sheet


_CONTENTS = 16
_CONTENT = re.compile(r"""\bcontent\s{0,5}:\s{0,5}(?:"([^"\n]{4,500})"|'([^'\n]{4,500})')""", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{4}")
_REVEALS = re.compile(
    r"(?:\A|[;\s])(?:display|visibility|opacity|position|font|font-size|color|max-height|height|text-indent|left|transform)\s{0,5}:"
)
_NAME = re.compile(r"[.#]?[\w-]+")


def _texts_of(source: str) -> Iterator[str]:
    for match in _CONTENT.finditer(source):
        text = match[1] or match[2]
        if _WORD.search(text):
            yield text


def _reveal(sheet: Sheet, selector: str, body: str) -> None:
    """Notes whom a rule that is not followed may show: the last element of its selectors."""
    if len(sheet.revealing) >= _RULES or not _REVEALS.search(body) or declarations(body).hidden:
        return
    for name in selector.split(",")[:64]:
        last = re.split(r"[\s>+~]+", name.strip())[-1][:200]
        plain = re.split(r"[:\[]", last, maxsplit=1)[0]
        sheet.revealing.update(_NAME.findall(plain) or ["*"])


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
                yield selector, text[start : brace.start()]
                start = brace.end()


_URL = re.compile(r"url\(\s{0,5}[\"']?\s{0,5}([^\"'()\s]{1,8192})", re.IGNORECASE)
_IMPORT = re.compile(r"@import\s{1,5}(?:url\(\s{0,5})?[\"']?\s{0,5}([^\"'()\s;]{1,8192})", re.IGNORECASE)


_IMAGE_SET = re.compile(r"image-set\(([^)]{1,8192})\)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"']\s{0,5}([^\"'\s]{1,8192})")
_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(?=[^0-9a-fA-F\n])")


def unescaped(style: str) -> str:
    r"""Without CSS escapes: \75rl( is url( (CSS Syntax Level 3, section 4.3.7)."""
    return _ESCAPE.sub(lambda found: chr(min(int(found[1], 16), 0x10FFFF)) if found[1] else "", style)


def targets(style: str) -> list[str]:
    """The targets of url() and image-set() in some declarations, at most 64."""
    readings = [style, unescaped(style)] if "\\" in style else [style]
    found = [url for text in readings for url in _URL.findall(text)[:64]]
    for images in _IMAGE_SET.findall(style)[:16]:
        found += _QUOTED.findall(images)[:16]
    return list(dict.fromkeys(found))[:64]


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
    drawn = any(found.get(name, "none") not in ("none", "normal") for name in _DRAWN)
    display = found.get("display", "")
    return Style(
        hidden=_hides(found) or (ink_given in ("transparent", "rgba(0,0,0,0)") and not drawn),
        veiled=_veils(found),
        displayed=bool(display) and display != "none",
        inline=display.startswith(("inline", "contents")),
        backward=found.get("unicode-bidi", "").endswith("override") and found.get("direction") == "rtl",
        tiny=_tiny(found),
        ink=None if drawn else colour(ink_given),
        sets_ink=drawn or (bool(ink_given) and ink_given != "inherit"),
        paper=None if background else colour(paper_given),
        sets_paper=background
        or (bool(paper_given) and paper_given not in ("transparent", "none", "inherit", "initial")),
        kept=found.get("white-space", "").startswith("pre"),
    )


_remembered = lru_cache(maxsize=2_048)(_read)
_DRAWN = (
    "text-shadow",
    "-webkit-text-fill-color",
    "-webkit-text-stroke",
    "filter",
    "mix-blend-mode",
    "background-clip",
    "-webkit-background-clip",
)
"""What makes letters seen that have the colour of their ground."""
_ROOM = re.compile(r"[1-9]")


def _spaced(found: Mapping[str, str], *kinds: str) -> bool:
    """Some declaration of these kinds makes room again."""
    return any(name.startswith(kinds) and _ROOM.search(value) for name, value in found.items())


def _hides(found: Mapping[str, str]) -> bool:
    """Not displayed at all, of no size, or wholly transparent: nothing inside can undo it."""
    if found.get("display") == "none":
        return True
    if (_number(found.get("opacity", "")) or 1.0) <= 0.05 and "opacity" in found:
        return True
    if found.get("opacity") in ("0", "0.0", ".0", "0%"):
        return True
    clipped = found.get("overflow", "").startswith(("hidden", "clip")) and not _spaced(found, "padding", "min-")
    for name in ("height", "max-height", "width", "max-width"):
        size = _pixels(found.get(name, ""))
        if size is not None and size <= 1 and clipped:
            return True
    if found.get("position") in ("absolute", "fixed") and found.get("clip", "").replace(" ", "") in (
        "rect(0000)",
        "rect(0,0,0,0)",
        "rect(1px,1px,1px,1px)",
        "rect(0px,0px,0px,0px)",
    ):
        return True
    if found.get("clip-path", "").replace(" ", "") in ("inset(50%)", "inset(100%)", "circle(0)"):
        return True
    return "scale(0)" in found.get("transform", "")


_FAR = 500
_BACK = 300
_PLACES = ("left", "right", "top", "bottom")


def _veils(found: Mapping[str, str]) -> bool | None:
    """Invisible or outside the page; an element inside can be made visible or moved back."""
    seen = found.get("visibility", "")
    if seen in ("hidden", "collapse"):
        return True
    indent = _pixels(found.get("text-indent", ""))
    places = [_pixels(found.get(name, "")) for name in _PLACES]
    placed = found.get("position") in ("absolute", "fixed")
    if not _spaced(found, "padding", "margin"):
        if indent is not None and indent <= -_FAR:
            return True
        if placed and any(place is not None and place <= -_FAR for place in places):
            return True
    if seen or indent is not None or found.get("position") == "fixed" or "translate" in found.get("transform", ""):
        return False
    room = [_number(value) for name, value in found.items() if name.startswith(("margin", "padding"))]
    return False if any(number is not None and number >= _BACK for number in (*room, *places)) else None


_SAME_SIZE = ("inherit", "unset", "smaller", "larger", "revert")


def _tiny(found: Mapping[str, str]) -> bool | None:
    size = found.get("font-size")
    if size:
        match = _LENGTH.match(size)
        if match is None:
            return None if size in _SAME_SIZE else False
        number, unit = float(match[1]), match[2] or "px"
        if unit in ("px", "pt"):
            return number <= 1
        return number <= 0.1 if unit in ("em", "rem", "ex", "%") else number == 0
    shorthand = _FONT.search(found.get("font", ""))
    if shorthand and float(shorthand[1]) < 100:
        return float(shorthand[1]) <= 1 and shorthand[2] not in ("em", "rem")
    return None


def _number(value: str) -> float | None:
    match = _LENGTH.match(value)
    return float(match[1]) if match else None


def _pixels(value: str) -> float | None:
    """A length in pixels or points; 0 in any unit."""
    match = _LENGTH.match(value)
    if match is None or (match[2] not in (None, "px", "pt") and float(match[1]) != 0):
        return None
    return float(match[1])


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
