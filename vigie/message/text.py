"""Text as the reader sees it: lines, what is hidden from him, and the targets that the page offers.

HTML is read with lexbor, as a browser does. Its cost grows with the square of the depth, so deep or huge pages are read
by a linear scan instead (X-09). In doubt a text is visible: only what is surely hidden is called so (C-35).
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from vigie.message.bidi import as_shown
from vigie.message.costly import too_deep, too_many_attributes
from vigie.message.layers import Line
from vigie.message.places import ANIMATED, PAINTED, SOURCES, VML
from vigie.message.style import Sheet, Style, colour, declarations, read_sheet, targets, without

TEXT_CHARS = 2 << 20
LINES = 50_000
_LAST_LINES = 1_000
"""Of a text of more lines, the last ones are kept as they are, those before them as one."""
_SHOWN_CHARS = 1_000
_COMMENT_CHARS = 20_000


@dataclass(frozen=True, slots=True)
class Target:
    """A target as written. `line` is the index of the line in which it stands."""

    target: str
    shown: str
    kind: str
    line: int
    hidden: bool = False


@dataclass(slots=True)
class Page:
    """A body as lines. `coarse`: too deep to be read as a browser does; `cut`: more lines than are kept."""

    lines: list[Line] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    """Targets of the pictures that stand in a link."""
    base: str = ""
    coarse: bool = False
    cut: bool = False


_QUOTE = re.compile(r"\s{0,3}>")


_UNSEEN = (("<!--", "-->"), ("<style", "</style"), ("<script", "</script"))
_BLANK_RUN = re.compile(r"\s{3,}")


def shortened(text: str, *, html: bool) -> str:
    """At most `TEXT_CHARS` of a text: what no reader sees goes first, then the middle, so that padding hides nothing (X-09)."""
    if len(text) <= TEXT_CHARS:
        return text
    for opening, closing in _UNSEEN if html else ():
        text = without(text, opening, closing)
    text = _BLANK_RUN.sub("\n", text)
    if len(text) <= TEXT_CHARS:
        return text
    return text[: 3 * TEXT_CHARS // 4] + "\n" + text[-(TEXT_CHARS // 4) + 1 :]


def plain_page(text: str) -> Page:
    """The lines of a plain text; those that start with ">" are quoted."""
    lines = text[:TEXT_CHARS].splitlines()
    page = Page(cut=len(lines) > LINES)
    if page.cut:
        lines[LINES - _LAST_LINES - 1 : -_LAST_LINES] = [" ".join(lines[LINES - _LAST_LINES - 1 : -_LAST_LINES])]
    for line in map(as_shown, lines):
        quoted = ">" in line[:4] and bool(_QUOTE.match(line))
        page.lines.append(Line(line.lstrip("> \t") if quoted else line.strip(), quoted, quoted))
    return page


def html_page(source: str, *, opened: bool = False) -> Page:
    """An HTML document as its reader sees it. `opened`: in a browser (an attachment), where title and scripts count."""
    source = source[:TEXT_CHARS]
    if too_deep(source) or too_many_attributes(source):
        return _coarse_page(source)
    tree = LexborHTMLParser(source)
    walk = _Walk(read_sheet(node.text() for node in tree.css("style")), opened=opened)
    if tree.root is not None:
        walk.run(tree.root)
    known = {target.target for target in walk.page.targets}
    # C-34: what another parser would take for a link
    walk.page.targets += [target for target in _raw_targets(source) if target.target not in known]
    return walk.page


_MARKUP = re.compile(r"<[^<>]*>")
_RAW_TARGET = re.compile(
    r"""\b(href|action|src)\s{0,10}=\s{0,10}["']?\s{0,10}((?:https?|hxxps?|ftp):[^"'\s<>]{1,8192})""", re.IGNORECASE
)
_RAW_KINDS = {"href": "anchor", "action": "form", "src": "image"}


def _coarse_page(source: str) -> Page:
    """Text and targets by a linear scan, all of it visible."""
    page = Page(coarse=True)
    for line in entities.unescape(_MARKUP.sub("\n", source)).splitlines():
        text = " ".join(line.split())
        if text:
            page.lines.append(Line(text))
            if len(page.lines) >= LINES:
                page.cut = True
                break
    page.targets = list(_raw_targets(source))
    return page


def _raw_targets(source: str) -> Iterator[Target]:
    for match in _RAW_TARGET.finditer(without(source, "<!--", "-->")):
        target = entities.unescape(match[2]) if "&" in match[2] else match[2]
        yield Target(target, "", _RAW_KINDS[match[1].lower()], 0)


class _State(NamedTuple):
    """What an element hands down to its content."""

    hidden: bool
    tiny: bool
    ink: tuple[int, int, int] | None
    paper: tuple[int, int, int] | None
    quoted: bool
    kept: bool
    """Line ends in the text are shown (pre)."""
    unseen: bool = False
    """The text is not displayed, of no size, or of the colour of its ground."""
    veiled: bool = False
    backward: bool = False
    """Its letters run from right to left."""


def _settled(state: _State) -> _State:
    ink, paper = state.ink, state.paper
    same = (
        ink is not None and paper is not None and all(abs(one - two) <= 12 for one, two in zip(ink, paper, strict=True))
    )
    return state._replace(unseen=state.hidden or state.veiled or state.tiny or same)


_OPENING = _State(False, False, (0, 0, 0), (255, 255, 255), False, False)

_SILENT = frozenset("script style template title noembed noframes".split())
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3"
    " h4 h5 h6 header hr html li main menu nav ol option p pre section select table tbody tfoot thead tr ul caption title"
    " text foreignobject".split()
)
_SETTING_APART = frozenset(("blockquote", "pre", "textarea"))
_STYLING = frozenset(("style", "hidden", "bgcolor", "background", "color"))
_CELLS = frozenset(("td", "th", "button", "input", "textarea"))
_REFRESH = re.compile(
    r"\burl\s*=\s*[\"']?\s*([^\"'\s>]+)|\A\s*[\d.]{0,10}[;,\s]\s*(?!url\s*=)([^\"'\s>]+)", re.IGNORECASE
)
_ACTED_ON = re.compile(r"\"(?:target|url|urlTemplate)\"\s{0,9}:\s{0,9}\"([^\"\s]{1,8192})\"")
"""Where a mail client's own button leads (schema.org actions in JSON-LD)."""
_URL = re.compile(r"https?:[/\\]{1,3}[^\s\"'<>\\)]{1,2048}", re.IGNORECASE)
_CONDITIONAL = re.compile(r"\s*\[if\b(?!\s*!\s*mso)", re.IGNORECASE)


class _Anchor:
    """An open <a> and the text seen in it so far."""

    __slots__ = ("hidden", "line", "seen", "slots", "words")

    def __init__(self, slots: list[tuple[str, str]], line: int, *, hidden: bool) -> None:
        self.slots = slots
        self.line = line
        self.hidden = hidden
        self.seen = False
        self.words: list[str] = []


class _Walk:
    """One pass over a tree in document order, without recursion."""

    def __init__(self, sheet: Sheet, *, opened: bool) -> None:
        self.page = Page()
        self.page.targets += [Target(target, "", kind, 0) for target, kind in sheet.targets]
        self._sheet = sheet
        self._opened = opened
        self._words: list[str] = []
        self._quoted = False
        self._anchors: list[_Anchor] = []

    def run(self, root: LexborNode) -> None:
        """Fills the page from the tree."""
        open_: list[tuple[LexborNode, _State, bool, bool]] = []
        node: LexborNode = root
        while (before := node.prev) is not None:  # comments stand before <html> too
            node = before
        state = _OPENING._replace(paper=None) if self._sheet.unsure else _OPENING
        while True:
            tag = node.tag or ""
            inner, child, anchored, breaks = state, None, False, False
            if tag == "-text":
                self._text(node.text_content or "", state)
            elif tag == "-comment":
                self._comment(node.comment_content or "", state)
            else:
                breaks = tag in _BLOCKS and not self._runs_on(node, tag)
                inner, anchored = self._element(node, tag, state, breaks=breaks)
                if tag not in _SILENT or (tag == "title" and self._opened):
                    child = node.first_child
                elif tag == "script" and "ld+json" in (node.attributes.get("type") or "").lower():
                    found = _ACTED_ON.findall(node.text()[:65_536].replace("\\/", "/"))
                    self.page.targets += [self._target(url, "action") for url in found[:64]]
                elif tag == "script" and self._opened:
                    self.page.targets += [
                        self._target(url, "script") for url in _URL.findall(node.text()[:65_536])[:64]
                    ]
            if child is not None:
                open_.append((node, state, breaks, anchored))
                node, state = child, inner
                continue
            self._close(breaks, anchored)
            following = node.next
            while following is None and open_:
                node, state, block, anchored = open_.pop()
                self._close(block, anchored)
                following = node.next
            if following is None:
                self._line_end()
                for text in self._sheet.contents:
                    self._text(text, _OPENING)
                    self._line_end()
                self._end()
                return
            node = following

    def _target(self, target: str, kind: str, *, hidden: bool = False) -> Target:
        return Target(target, "", kind, len(self.page.lines), hidden)

    def _text(self, text: str, state: _State) -> None:
        if state.unseen:
            if not text.isspace():
                self.page.hidden.append(" ".join(text.split()))
            return
        self._quoted |= state.quoted and not text.isspace()
        if state.backward:
            text = f"\u202e{text}\u202c"
        if state.kept and "\n" in text:
            *whole, last = text.split("\n")
            for line in whole:
                self._words.append(line)
                self._quoted |= state.quoted
                self._line_end()
            text = last
        self._words.append(text)
        for anchor in self._anchors:
            if not anchor.seen and not text.isspace():
                anchor.seen, anchor.line = True, len(self.page.lines)
            anchor.words.append(text)

    def _line_end(self) -> None:
        if not self._words:
            return
        text = as_shown(" ".join("".join(self._words).split()))
        self._words.clear()
        if text:
            marked = text.startswith(">")
            self.page.lines.append(Line(text.lstrip("> ") if marked else text, self._quoted or marked, marked))
        self._quoted = False

    def _end(self) -> None:
        """Of too many lines those in the middle become one: no text is lost."""
        lines = self.page.lines
        if len(lines) <= LINES:
            return
        self.page.cut = True
        first, last = LINES - _LAST_LINES - 1, len(lines) - _LAST_LINES
        lines[first:last] = [Line(" ".join(line.text for line in lines[first:last]))]
        for number, target in enumerate(self.page.targets):
            if target.line > first:
                moved = first if target.line < last else target.line - (last - first) + 1
                self.page.targets[number] = replace(target, line=moved)

    def _close(self, block: bool, anchored: bool) -> None:
        if anchored:
            anchor = self._anchors.pop()
            shown = as_shown(" ".join("".join(anchor.words).split())[:_SHOWN_CHARS])
            for target, kind in anchor.slots:
                self.page.targets.append(Target(target, shown, kind, anchor.line, anchor.hidden and not shown))
        if block:
            self._line_end()

    def _runs_on(self, node: LexborNode, tag: str) -> bool:
        """A block that is displayed within the line: it parts no word (C-35)."""
        attributes = node.attributes
        own = attributes.get("style")
        if own and "display" in own.lower() and declarations(own).inline:
            return True
        return bool(self._sheet.rules) and any(style.inline for style in self._sheet.of(tag, attributes))

    def _element(self, node: LexborNode, tag: str, state: _State, *, breaks: bool) -> tuple[_State, bool]:
        if tag == "br":
            self._words.append(" ")
            self._line_end()
            return state, False
        if breaks:
            self._line_end()
        elif tag in _CELLS:
            self._words.append(" ")
        elif tag == "rp":  # shown where ruby is not known, hence by nobody
            state = _settled(state._replace(hidden=True))
        attributes = node.attributes
        styles = self._sheet.of(tag, attributes) if self._sheet.rules else []
        if tag in _SETTING_APART:
            state = state._replace(quoted=state.quoted or tag == "blockquote", kept=state.kept or tag != "blockquote")
        if not attributes and not styles:
            return state, False
        if tag == "font" and "size" in attributes:
            state = _settled(state._replace(tiny=False))
        elif tag == "bdo":
            state = state._replace(backward=(attributes.get("dir") or "").lower() == "rtl")
        if styles or not _STYLING.isdisjoint(attributes) or self._sheet.may_reveal(tag, attributes):
            state = self._styled(tag, attributes, styles, state)
        tag = tag.lower()
        if tag in SOURCES or ":" in tag or "background" in attributes or self._opened:
            return state, self._sources(tag, attributes, state)
        if not PAINTED.isdisjoint(attributes):
            painted = " ".join(attributes[name] or "" for name in PAINTED.intersection(attributes))
            self.page.targets += [self._target(url, "image") for url in targets(painted)]
        return state, False

    def _styled(self, tag: str, attributes: dict[str, str | None], styles: list[Style], state: _State) -> _State:
        """The state inside an element, after the sheet's rules, its attributes and its own style."""
        own = attributes.get("style")
        if own:
            styles.append(declarations(own))
            if "url" in own:
                self.page.targets += [self._target(url, "image") for url in targets(own)]
        hidden, tiny, ink, paper, veiled = state.hidden, state.tiny, state.ink, state.paper, state.veiled
        kept, backward = state.kept, state.backward
        if "hidden" in attributes and not any(style.displayed for style in styles):
            hidden = True
        if attributes.get("bgcolor"):
            paper = colour(attributes["bgcolor"] or "")
        if attributes.get("background"):
            paper = None
        if attributes.get("color"):
            ink = colour(attributes["color"] or "")
        for style in styles:
            hidden |= style.hidden
            kept |= style.kept
            backward |= style.backward
            veiled = veiled if style.veiled is None else style.veiled
            tiny = tiny if style.tiny is None else style.tiny
            ink = style.ink if style.sets_ink else ink
            paper = style.paper if style.sets_paper else paper
        if self._sheet.may_reveal(tag, attributes):  # in doubt it is visible (C-35)
            hidden, tiny, veiled, ink = state.hidden, False, False, None
        settled = state._replace(hidden=hidden, tiny=tiny, ink=ink, paper=paper, kept=kept, veiled=veiled)
        return _settled(settled._replace(backward=backward))

    def _sources(self, tag: str, attributes: dict[str, str | None], state: _State) -> bool:
        """Notes the targets of an element; True when it is an anchor whose text is to be gathered."""
        unseen = state.unseen
        slots: list[tuple[str, str]] = []
        for name, kind in SOURCES.get(tag, VML if ":" in tag else ()):
            value = attributes.get(name)
            if not value:
                continue
            if name.endswith("srcset"):
                slots += [(piece.split()[0], kind) for piece in value.split(",")[:16] if piece.strip()]
            elif kind == "srcdoc":
                self.page.targets += [self._target(url, "frame") for url in _URL.findall(value)[:64]]
                inside = entities.unescape(_MARKUP.sub("\n", value[:_COMMENT_CHARS]))
                for line in inside.splitlines():
                    self._text(line, state._replace(kept=False))
                    self._line_end()
            elif tag in ANIMATED:
                if (attributes.get("attributename") or attributes.get("attributeName") or "").lower().endswith("href"):
                    slots += [(piece.strip(), kind) for piece in value.split(";")[:16] if piece.strip()]
            elif tag != "param" or _URL.match(value):
                slots.append((value, "action" if tag == "link" and "itemprop" in attributes else kind))
        if attributes.get("background"):
            slots.append((attributes["background"] or "", "image"))
        if tag == "base" and attributes.get("href") and not self.page.base:
            self.page.base = attributes["href"] or ""
            slots.append((self.page.base, "base"))
        if tag == "meta" and (attributes.get("http-equiv") or "").lower() == "refresh":
            found = _REFRESH.search(attributes.get("content") or "")
            if found:
                slots.append((found[1] or found[2], "refresh"))
        self._values(tag, attributes, state)
        if self._opened:
            for name, value in attributes.items():
                if value and name.startswith("on"):
                    slots += [(url, "script") for url in _URL.findall(value)[:16]]
        if tag in ("a", "area") and slots:
            self._anchors.append(_Anchor(slots, len(self.page.lines), hidden=unseen))
            return True
        if tag == "img" and (self._anchors or "usemap" in attributes):
            self.page.offered.update(target for target, _ in slots)
        for target, kind in slots:
            self.page.targets.append(self._target(target, kind, hidden=unseen and kind != "image"))
        return False

    def _values(self, tag: str, attributes: dict[str, str | None], state: _State) -> None:
        """Text that stands in attributes: image alternatives, buttons, field hints."""
        if tag in ("img", "area") and attributes.get("alt"):
            self._text(f" {(attributes['alt'] or '')[:300]} ", state)
        elif tag in ("input", "textarea") and (attributes.get("type") or "").lower() != "hidden":
            for name in ("value", "placeholder"):
                if attributes.get(name):
                    self._text(f" {(attributes[name] or '')[:300]} ", state)

    def _comment(self, content: str, state: _State) -> None:
        """Outlook on Windows reads what stands in a conditional comment (C-32)."""
        if not _CONDITIONAL.match(content):
            return
        content = content[:_COMMENT_CHARS]
        for target in _raw_targets(content):
            self.page.targets.append(self._target(target.target, target.kind))
        text = " ".join(
            entities.unescape(_MARKUP.sub(" ", _XML.sub(" ", content.partition(">")[2].rpartition("<!")[0]))).split()
        )
        if text:
            self._text(f" {text} ", state)


_XML = re.compile(r"<(xml|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
