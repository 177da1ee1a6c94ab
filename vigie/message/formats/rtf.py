"""Rich text as lines, or as the HTML that it was made of (threats C-39; MS-OXRTFEX)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from vigie.message.formats.opened import Allowance, Opened, extension
from vigie.message.layers import Line
from vigie.message.readings import Leaf
from vigie.message.text import LINES, TEXT_CHARS, Page, Target, html_page

_TOKENS = 1_000_000
_DEPTH = 500
_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_SILENT = frozenset(
    "fonttbl colortbl stylesheet info pict objdata themedata colorschememapping datastore latentstyles listtable filetbl"
    " listoverridetable rsidtbl generator xmlnstbl mmathPr author operator title bkmkstart bkmkend fldrslt_ nonshppict".split()
)
_BREAKS = frozenset("par line sect page row cell tab".split())
_CODED = frozenset("fldinst template".split())
_LINK = re.compile(
    r"\b(HYPERLINK|INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|DDE|LINK)\b[^\"]{0,40}\"([^\"]{1,2048})\"", re.IGNORECASE
)
_REMOTE = re.compile(r"(?:https?|ftp|file|\\\\)[^\s\"{}]{4,2048}", re.IGNORECASE)
_ENCODING = re.compile(r"\\ansicpg(\d{3,5})")
_CODE_PAGES = frozenset("437 850 874 932 936 949 950 1250 1251 1252 1253 1254 1255 1256 1257 1258".split())


@dataclass(slots=True)
class _Group:
    """What an open brace hands down."""

    silent: bool = False
    coded: bool = False
    """Its text is a field or a template's place."""
    markup: bool = False
    """Its text is a piece of the HTML that it was made of."""
    doubled: bool = False
    """Its text only shows the HTML in RTF: not part of the HTML."""
    starred: bool = False
    skip: int = 1
    """Characters that stand for a \\u one in old readers."""


@dataclass(slots=True)
class RichText:
    """What a rich text says."""

    text: str
    html: str = ""
    """The HTML that it was made of; "" where it was not."""
    targets: list[Target] = field(default_factory=list)
    active: bool = False

    def page(self) -> Page:
        """As the reader sees it."""
        page = html_page(self.html) if self.html else Page()
        if not self.html:
            page.lines = [Line(" ".join(line.split())) for line in self.text.splitlines() if line.strip()][:LINES]
        page.targets += self.targets
        return page


def fits(leaf: Leaf) -> bool:
    """Rich text by its first bytes, or by its label."""
    return leaf.data[:64].lstrip().startswith(b"{\\rt") or (
        leaf.content_type in ("text/rtf", "application/rtf") or extension(leaf.filename) == "rtf"
    )


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page; active where an object is embedded."""
    if len(leaf.data) > TEXT_CHARS:
        allowance.ledger.note("attachment-truncated", "an attachment longer than is scanned")
    said = read(leaf.data)
    return Opened([said.page()], active=said.active)


def read(data: bytes) -> RichText:
    """The text of RTF bytes; of broken ones what can be read."""
    source = data[:TEXT_CHARS].decode("latin-1")
    page = _ENCODING.search(source, 0, 4_096)
    reader = _Reader(f"cp{page[1]}" if page and page[1] in _CODE_PAGES else "cp1252")
    for count, match in enumerate(_TOKEN.finditer(source)):
        if count > _TOKENS:
            break
        reader.token(match)
    reader.flush()
    from_html = "\\fromhtml" in source[:4_096]
    targets = [
        Target(match[2], "", "document" if match[1].upper() == "HYPERLINK" else "template", 0)
        for match in _LINK.finditer("".join(reader.codes))
    ]
    targets += [Target(place, "", "template", 0) for place in reader.templates]
    return RichText("".join(reader.plain), "".join(reader.markup) if from_html else "", targets[:256], reader.active)


class _Reader:
    """One pass over the tokens."""

    def __init__(self, charset: str) -> None:
        self.plain: list[str] = []
        self.markup: list[str] = []
        self.codes: list[str] = []
        self.templates: list[str] = []
        self.active = False
        self._charset = charset
        self._groups = [_Group()]
        self._too_deep = 0
        self._bytes = bytearray()
        self._to_skip = 0

    def token(self, match: re.Match[str]) -> None:
        """One control word, symbol, brace or run of text."""
        word, number, code, symbol, brace, run = match.groups()
        if code:
            if self._to_skip:
                self._to_skip -= 1
            else:
                self._bytes.append(int(code, 16))
            return
        self.flush()
        if brace:
            self._to_skip = 0
            self._brace(opens=brace == "{")
        elif word:
            self._word(word, number)
        elif symbol:
            self._symbol(symbol)
        elif run:
            skipped = min(self._to_skip, len(run))
            self._to_skip -= skipped
            self._say(run[skipped:])

    def flush(self) -> None:
        """Says the bytes that were written as hexadecimal codes: several may be one character."""
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            self._say(data.decode(self._charset, "replace"))

    def _brace(self, *, opens: bool) -> None:
        if opens and len(self._groups) < _DEPTH:
            last = self._groups[-1]
            self._groups.append(_Group(last.silent, last.coded, last.markup, last.doubled, skip=last.skip))
        elif opens:
            self._too_deep += 1
        elif self._too_deep:
            self._too_deep -= 1
        elif len(self._groups) > 1 and self._groups.pop().coded and not self._groups[-1].coded:
            self.codes.append("\n")

    def _word(self, word: str, number: str | None) -> None:
        group = self._groups[-1]
        if word == "u" and number:
            value = int(number) % 65_536
            self._say(chr(value) if not 0xD800 <= value < 0xE000 else "\ufffd")
            self._to_skip = group.skip
        elif word == "uc":
            group.skip = min(int(number or 1), 8) if (number or "1").isdecimal() else 1
        elif word == "htmlrtf":
            group.doubled = number != "0"
        elif word == "htmltag":
            group.markup, group.silent = True, False
        elif word in _CODED:
            group.coded = True
            group.silent = word == "template"
        elif word in _SILENT or (group.starred and word not in ("mhtmltag", "shppict", "shpinst", "fldrslt")):
            group.silent = True
        elif word in _BREAKS:
            self._say("\t" if word in ("tab", "cell") else "\n", own=True)
        if word in ("objdata", "objocx", "objupdate", "objautlink"):
            self.active = True
        group.starred = False

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._groups[-1].starred = True
        elif symbol in "{}\\":
            self._say(symbol)
        elif symbol == "~":
            self._say("\u00a0")

    def _say(self, text: str, *, own: bool = False) -> None:
        """`own`: a control word says it, which the HTML has in its own form."""
        group = self._groups[-1]
        if group.coded:
            self.codes.append(text)
            if group.silent:
                self.templates += _REMOTE.findall(text)[:8]
            return
        if group.markup:
            self.markup.append(text)
            return
        if group.silent:
            return
        self.plain.append(text)
        if not group.doubled and not own:
            self.markup.append(html.escape(text, quote=False))
