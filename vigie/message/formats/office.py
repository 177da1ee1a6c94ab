"""Office documents in ZIP form: text, links, remote templates and macros (threats C-39).

OOXML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp). Nothing is run, nothing fetched.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from vigie.message.formats import archive, elements, pictures, qr
from vigie.message.formats.opened import Allowance, Opened, attached
from vigie.message.layers import Line
from vigie.message.readings import Leaf
from vigie.message.text import LINES, Page, Target

_OOXML = b"[Content_Types].xml"
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
_PARTS = 60
_TEXT = 500_000
_TARGETS = 1_024
_TEXT_PARTS = re.compile(
    r"(?:word/(?:document|header|footer|footnotes|endnotes|comments)[\w-]*\.xml|xl/(?:sharedStrings|worksheets/[\w-]+|connections)\.xml"
    r"|xl/drawings/[\w-]+\.xml|ppt/(?:slides|notesSlides|slideMasters)/[\w-]+\.xml|content\.xml|styles\.xml)\Z",
    re.IGNORECASE,
)
_MEDIA = re.compile(r"(?:(?:word|xl|ppt)/media|Pictures|media)/[^/]+\.(?:png|jpe?g|gif|bmp|webp)\Z", re.IGNORECASE)
_ACTIVE = re.compile(
    r"vbaProject|/macrosheets/|/activeX/|/embeddings/oleObject|\ABasic/|\AScripts/|/customUI|/externalLinks/.*dde",
    re.IGNORECASE,
)
_LOADED = frozenset(
    "attachedTemplate oleObject frame subDocument externalLink externalLinkPath package control".split()
)
_MAIN = re.compile(r"(?:word/document|xl/workbook|ppt/presentation|content)[\w-]*\.xml\Z", re.IGNORECASE)
_FIELD = re.compile(
    r"\b(HYPERLINK|INCLUDETEXT|INCLUDEPICTURE|IMPORT|DDEAUTO|DDE|LINK|WEBSERVICE)\b[^\"]{0,40}\"([^\"]{1,2048})\"",
    re.IGNORECASE,
)


def fits(leaf: Leaf) -> bool:
    """A document by what the archive holds, whatever its name is."""
    data = leaf.data
    return archive.fits(leaf) and (_OOXML in data or _OPEN_DOCUMENT in data[:200])


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page with the text and the targets; the other files too where it holds no document after all."""
    package = archive.directory(leaf.data, allowance.ledger)
    if package is None:
        return Opened()
    names = package.infolist()
    if not any(_MAIN.match(info.filename) for info in names):
        return archive.opened(leaf, allowance)
    reader = _Reader(package, allowance)
    reader.read(names)
    parts = [] if leaf.filename.lower().rstrip(". ").endswith("x") else _strangers(package, names, allowance)
    return Opened([reader.page], parts, active=any(_ACTIVE.search(info.filename) for info in names))


def _strangers(package: zipfile.ZipFile, names: list[zipfile.ZipInfo], allowance: Allowance) -> list[Leaf]:
    """Pages and programs that no document needs: an archive with an alibi."""
    found = [
        info
        for info in names
        if re.search(r"\.(?:html?|svg|pdf|eml|exe|js|hta|lnk|zip)[. ]*\Z", info.filename, re.IGNORECASE)
    ]
    return [attached(info.filename, archive.content(package, info, allowance) or b"") for info in found[:20]]


class _Reader:
    """Gathers one document's page."""

    def __init__(self, package: zipfile.ZipFile, allowance: Allowance) -> None:
        self.page = Page()
        self._package = package
        self._allowance = allowance
        self._left = _TEXT
        self._relations: dict[str, str] = {}

    def read(self, names: list[zipfile.ZipInfo]) -> None:
        """Every part that says something, the relations of all parts first."""
        chosen = [info for info in names if info.filename.lower().endswith(".rels")][:_PARTS]
        for info in chosen:
            self._relations = {}
            self._walk(info, _Relations(self.page, self._relations))
        for info in sorted((info for info in names if _TEXT_PARTS.match(info.filename)), key=_main_first)[:_PARTS]:
            self._walk(info, _Text(self.page))
        for info in [info for info in names if _MEDIA.match(info.filename)][: self._allowance.pictures]:
            data = archive.content(self._package, info, self._allowance)
            said = pictures.read(data, self._allowance) if data and pictures.fits(attached("", data)) else []
            inner = qr.page(said)
            self.page.targets += [
                Target(target.target, target.shown, "qr", len(self.page.lines)) for target in inner.targets
            ]
            self.page.lines += inner.lines
        del self.page.targets[_TARGETS:], self.page.lines[LINES:]

    def _walk(self, info: zipfile.ZipInfo, part: _Relations | _Text) -> None:
        data = archive.content(self._package, info, self._allowance)
        if data is not None and self._left > 0:
            self._left -= len(data) // 8
            if not elements.walk(data, part.start, part.text, part.end):
                self._allowance.ledger.note("document-unreadable", "a document whose XML is broken or declares a type")
            part.done()


def _main_first(info: zipfile.ZipInfo) -> tuple[bool, str]:
    return not _MAIN.match(info.filename), info.filename


class _Relations:
    """The external targets of a .rels part (ECMA-376 part 2, section 9.3)."""

    def __init__(self, page: Page, known: dict[str, str]) -> None:
        self._page = page
        self._known = known

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """One relation."""
        if name != "Relationship" or attributes.get("TargetMode", "").lower() != "external":
            return
        kind = attributes.get("Type", "").rpartition("/")[2]
        target = attributes.get("Target", "")
        kind = "template" if kind in _LOADED else "image" if kind == "image" else "document"
        if len(self._page.targets) < _TARGETS:
            self._page.targets.append(Target(target, "", kind, 0))

    def text(self, data: str) -> None:
        """Relations have no text."""

    def end(self, name: str) -> None:
        """Nothing is open."""

    def done(self) -> None:
        """Nothing is left."""


_PARAGRAPHS = frozenset(("p", "h", "br", "cr", "tr", "row", "si", "line-break", "table-row"))
_SPACES = frozenset(("tab", "tc", "c", "s", "table-cell"))
_SAID = frozenset(("t", "v", "p", "h"))
_CODED = frozenset(("instrText", "f"))


class _Text:
    """The paragraphs of a part, and the fields that lead somewhere."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._words: list[str] = []
        self._code: list[str] = []
        self._inside: list[str] = []
        self._length = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """An element opens."""
        self._inside.append(name)
        if name in _PARAGRAPHS:
            self._line_end()
        elif name in _SPACES:
            self._words.append(" ")
        if "instr" in attributes:
            self._fields(attributes["instr"])
        if name in ("a", "image", "event-listener", "object", "table-source") and attributes.get("href", "").strip():
            kind = {"a": "document", "image": "image"}.get(name, "template")
            self._add(attributes["href"], kind)

    def text(self, data: str) -> None:
        """Characters, where the format has text: in OOXML in w:t, in OpenDocument anywhere in a paragraph."""
        inside = self._inside[-1] if self._inside else ""
        if inside in _CODED:
            self._code.append(data)
        elif inside == "t" or ("span" in self._inside[-3:] or inside in ("a", "p", "h", "span")):
            self._length += len(data)
            if self._length <= _TEXT:
                self._words.append(data)

    def end(self, name: str) -> None:
        """An element closes."""
        if self._inside:
            self._inside.pop()
        if name in ("p", "h", "si"):
            self._line_end()

    def done(self) -> None:
        """The last line, and what the fields say: they may be cut into many runs."""
        self._line_end()
        self._fields("".join(self._code)[:_TEXT])

    def _fields(self, code: str) -> None:
        for match in _FIELD.finditer(code):
            self._add(match[2], "document" if match[1].upper() == "HYPERLINK" else "template")

    def _add(self, target: str, kind: str) -> None:
        if len(self._page.targets) < _TARGETS:
            self._page.targets.append(Target(target, "", kind, len(self._page.lines)))

    def _line_end(self) -> None:
        line = " ".join("".join(self._words).split())
        self._words.clear()
        if line and len(self._page.lines) < LINES:
            self._page.lines.append(Line(line))
