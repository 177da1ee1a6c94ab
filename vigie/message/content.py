"""From the leaves of a message to its text blocks, links and attachments, each in its layer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from vigie.message.attached import describe, is_message, is_text, open_attachment
from vigie.message.fields import decode_charset, header_text, scan
from vigie.message.formats import drawn, pictures, qr
from vigie.message.formats.embedded import embedded
from vigie.message.formats.opened import PICTURES, Allowance, Opened, attached
from vigie.message.layers import Context, assign, context_of
from vigie.message.links import URLS, Destination, registrable, resolve, written
from vigie.message.plain import joined, without_commands, without_files
from vigie.message.readings import TEXT_BYTES, Leaf, Ledger, leaves
from vigie.message.text import LINES, Page, Target, html_page, plain_page, shortened
from vigie.message.types import Attachment, Layer, Link, Picture, TextBlock

_ATTACHED_DEPTH = 4
_EMBEDDED_DEPTH = 5
"""Pages in data: URLs of pages in data: URLs: each level is decoded once (C-36)."""
_PAGES = 200
_LONG = 65_536
_TRIES = 8 * URLS
_CROWDED = URLS // 2
_ALIKE = 16
"""Past `_CROWDED` links, so many are kept that lead to the same place: a thousand official ones must not hide the lure (X-15)."""
_TEXT_CHARS = 8 << 20
_UNREAD = {
    "message/partial": "a piece of a message (C-12)",
    "message/external-body": "a body that lies elsewhere (C-12)",
    "application/ms-tnef": "a body inside TNEF (C-13)",
    "application/pkcs7-mime": "a body inside S/MIME (C-14)",
    "application/x-pkcs7-mime": "a body inside S/MIME (C-14)",
    "application/pgp-encrypted": "an encrypted body (C-15)",
}
_MARKED_TYPES = frozenset({"text/enriched", "text/richtext"})
_HTML_TYPES = frozenset({"text/html", "text/x-amp-html", "text/watch-html"})
_BODY_TYPES = frozenset({"text/plain", *_MARKED_TYPES, *_HTML_TYPES})
_FILE_TYPES = frozenset(
    "calendar css csv directory ecmascript javascript rfc822-headers rtf vcard x-vcalendar x-vcard xml".split()
)
"""Of text: opened as attachments. Any other subtype without a name is shown as plain text (RFC 2046 section 4.1.4)."""
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([\w-]{1,40})", re.IGNORECASE)
_LINKABLE = re.compile(r"\w(?:\.|\[\.\]|\(\.\))[^\W\d_]|:[ ]?[/\\]|mailto:", re.IGNORECASE)


class Content:
    """Gathers what the leaves of one message say; bounded by `ledger`, never an error."""

    def __init__(self, context: Context, ledger: Ledger, *, opens: bool = True) -> None:
        self._opens = opens
        self.blocks: list[TextBlock] = []
        self.links: dict[tuple[str, str, Layer, str, str], Link] = {}
        self.attachments: list[Attachment] = []
        self.pictures: list[Picture] = []
        self._context = context
        self._ledger = ledger
        self._allowance = Allowance(ledger)
        self._shown: dict[str, Layer] = {}
        """Content-IDs that a body shows, each with the layer in which it first does (RFC 2392)."""
        self._offered: set[str] = set()
        """Content-IDs of pictures that stand in a link."""
        self._pages = 0
        self._chars_left = _TEXT_CHARS
        self._texts: set[str] = set()
        self._lines: set[str] = set()
        self._tried: set[tuple[str, str, Layer, str, str, str]] = set()
        self._alike: Counter[tuple[object, ...]] = Counter()

    def add_leaves(self, found: Iterable[Leaf], layer: Layer | None = None, depth: int = 0) -> None:
        """The parts of the message, or (with a layer) of a message attached to it."""
        has_body = False
        others: list[Leaf] = []
        chosen = self._chosen(list(found))
        spoken = any(map(_speaks, chosen))
        for leaf in chosen:
            inline = _is_body(leaf) and leaf.disposition != "attachment"
            if leaf.stray or (inline and not (leaf.filename and has_body)):
                has_body |= not leaf.stray
                # C-08, C-09: where the parts say nothing, what stands beside them is all that the mail says
                others += self._add_body(leaf, Layer.HIDDEN if leaf.stray and spoken and layer is None else layer)
            else:
                others.append(leaf)
        for leaf in others:  # after the bodies, which say where a picture is shown
            if is_message(leaf):
                alone = layer is None and len(chosen) == 1 and leaf.disposition != "attachment"
                unasked = not (self._context.answers or self._context.forwards)
                self._add_message(leaf, depth, None if alone and unasked else Layer.ATTACHED_MESSAGE)
            elif leaf.content_type == "message/partial" and depth < _ATTACHED_DEPTH:
                self._ledger.note("unread-content", f"{leaf.content_type}: {_UNREAD[leaf.content_type]}")
                self.attachments.append(describe(leaf, opened=False))
                inner = scan(leaf.data)  # clients that put the pieces together show them as the mail itself
                self.add_leaves(leaves(inner.fields, inner.body, self._ledger, depth=1), layer, depth + 1)
            else:
                self._add_attachment(leaf, layer, depth)

    def _chosen(self, found: list[Leaf]) -> list[Leaf]:
        """The leaves to read: of too many, blank and repeated ones go first, then those in the middle (X-03)."""
        if len(found) <= _PAGES:
            return found
        distinct = {(leaf.content_type, leaf.filename, leaf.data): leaf for leaf in found if leaf.data.strip()}
        kept = list(distinct.values())
        if len(kept) > _PAGES:
            self._ledger.note("too-many-texts", f"more than {_PAGES} texts", structural=True)
            kept = kept[: 3 * _PAGES // 4] + kept[-(_PAGES // 4) :]
        return kept

    def add_text(self, text: str, *, html: bool, where: str) -> None:
        """One more reading of the body, unless its text is known already."""
        if " ".join(text.split()) not in self._texts:
            self._add_reading(text, html=html, where=where, layer=None)

    def add_link(
        self, shown: str, target: str, where: str, kind: str, layer: Layer = Layer.OUTER, base: str = ""
    ) -> None:
        """One target; what leads nowhere is left out."""
        tried = (shown, target, layer, where, kind, base)
        if tried in self._tried:
            return
        if len(self.links) >= URLS or len(self._tried) >= _TRIES:
            self._ledger.note("too-many-links", f"more than {URLS} links", structural=True)
            return
        self._tried.add(tried)
        destination = resolve(target, base)
        if destination is None:
            return
        if destination.scheme in ("mailto", "tel"):
            kind = destination.scheme
        key = (shown, destination.target, layer, where, kind)
        if key not in self.links and self._is_new(destination, layer, kind):
            self.links[key] = Link(
                shown,
                destination.target,
                destination.host,
                destination.scheme,
                layer,
                where,
                kind,
                destination.other_hosts,
                destination.unwrapped_from,
                destination.via,
            )

    def _is_new(self, destination: Destination, layer: Layer, kind: str) -> bool:
        """False for one more of many links that lead to the same domain, where there are many."""
        hosts = (destination.host, *destination.other_hosts)
        place = (destination.scheme, layer, kind, *map(registrable, hosts)) if len(self.links) >= _CROWDED else ()
        self._alike[place] += 1
        return not place or self._alike[place] <= _ALIKE

    def _add_body(self, leaf: Leaf, layer: Layer | None) -> list[Leaf]:
        """Adds what it says; gives the files that are written into it."""
        html = leaf.content_type in _HTML_TYPES
        where = leaf.content_type if leaf.content_type in _BODY_TYPES else "text/plain"
        texts: dict[str, str] = {}
        files: dict[tuple[str, bytes], Leaf] = {}
        for raw in leaf.readings:
            data, inside = (raw, []) if html else without_files(raw)
            files.update((file, attached(*file)) for file in inside)
            text = self._decoded(data, leaf.charset, html=html)
            texts.setdefault(" ".join(text.split()), text)
        if len(texts) > 1:
            self._ledger.note("body-readings", "a text that clients may decode differently", structural=True)
        for text in tuple(texts.values()):
            other = joined(text) if leaf.joins else without_commands(text) if where in _MARKED_TYPES else text
            texts.setdefault(" ".join(other.split()), other)
        for text in texts.values():
            self._add_reading(text, html=html, where=where, layer=layer)
        return list(files.values())

    def _decoded(self, data: bytes, charset: str, *, html: bool) -> str:
        if len(data) > TEXT_BYTES:
            self._ledger.note("text-truncated", f"a text of more than {TEXT_BYTES} bytes", structural=True)
            data = data[: 4 * TEXT_BYTES]
        if html and not charset and not data.isascii():
            declared = _META_CHARSET.search(data, 0, 4_096)
            charset = declared[1].decode("ascii", "replace") if declared else ""
        text, alike = decode_charset(data, charset)
        if not alike:
            self._ledger.note("charset-odd", charset[:40], structural=charset.strip().lower() == "utf-7")
        return shortened(text, html=html)

    def _add_reading(self, text: str, *, html: bool, where: str, layer: Layer | None) -> None:
        self._chars_left -= len(text)
        if self._chars_left < 0:
            self._ledger.note("too-many-texts", f"more than {_TEXT_CHARS} characters of text", structural=True)
            return
        self._texts.add(" ".join(text.split()))
        page = html_page(text) if html else plain_page(self._unread_lines(text))
        self._add_drawings(page, text, html=html)
        if page.coarse:
            self._ledger.note("html-depth", "HTML nested too deep to be read as a browser does", structural=True)
        if page.cut:
            self._ledger.note("text-truncated", f"a text of more than {LINES} lines", structural=True)
        self.add_page(page, where, layer)

    def _add_drawings(self, page: Page, text: str, *, html: bool) -> None:
        """Codes drawn in the text itself, each where it stands (C-41)."""
        if not page.coarse:
            found = drawn.in_html(text, self._allowance) if html else drawn.in_text(text, self._allowance)
            for drawing in found:
                line = len(html_page(text[: drawing.at]).lines) if html else drawing.at
                qr.add(page, drawing.said, max(0, min(line, len(page.lines)) - 1))

    def _unread_lines(self, text: str) -> str:
        """A long text without the lines that another one had: eight readings of a megabyte cost no more than one (X-03)."""
        if len(text) < _LONG:
            return text
        fresh = [line for line in text.splitlines() if line not in self._lines]
        self._lines.update(fresh)
        return "\n".join(fresh)

    def _add_message(self, leaf: Leaf, depth: int, layer: Layer | None) -> None:
        """A mail inside the mail: somebody else's words (the outer speaker merely hands it on).

        `layer` None: it is all that there is, shown in line, and the header calls it no forward (C-12).
        """
        self.attachments.append(describe(leaf, opened=depth < _ATTACHED_DEPTH))
        if depth >= _ATTACHED_DEPTH:
            self._ledger.note("attached-depth", f"messages attached deeper than {_ATTACHED_DEPTH}", structural=True)
            return
        inner = scan(leaf.data)
        for field in inner.fields:
            if field.name == "subject":
                self._block(Layer.ATTACHED_MESSAGE, "subject", header_text(field.raw[: 1 << 14]))
        if layer is None:
            self._ledger.note("fake-forward", "nothing but another message, in a mail that is no forward")
        found = leaves(inner.fields, inner.body, self._ledger, depth=1)
        self.add_leaves(found, layer, depth + 1)

    def _add_attachment(self, leaf: Leaf, layer: Layer | None, depth: int) -> None:
        """A part that is opened; what a wrapping holds that clients undo unasked is in the layer of the wrapping."""
        self._chars_left -= len(leaf.data) if is_text(leaf) else 0
        if not self._opens:
            self._ledger.note("attachments-closed", "attachments, which nobody wanted opened")
        room = self._opens and self._pages < _PAGES and self._chars_left >= 0
        opened = open_attachment(leaf, self._allowance) if room else Opened()
        if leaf.content_type in _UNREAD and not opened:
            self._ledger.note("unread-content", f"{leaf.content_type}: {_UNREAD[leaf.content_type]}")
        self.attachments.append(describe(leaf, opened=bool(opened) and not opened.locked, active=opened.active))
        inside = layer or self._shown.get(leaf.content_id) or Layer.ATTACHMENT
        self._add_picture(leaf, inside, offered=leaf.content_id in self._offered)
        for page in opened.pages:
            self.add_page(page, f"attachment:{leaf.filename[:120]}", inside)
        if opened.parts and depth < _ATTACHED_DEPTH:
            self.add_leaves(opened.parts, layer if opened.is_body else inside, depth + 1)
        elif opened.parts:
            self._ledger.note("attached-depth", f"attachments inside attachments deeper than {_ATTACHED_DEPTH}")

    def _add_picture(self, leaf: Leaf, layer: Layer, *, offered: bool) -> None:
        """Keeps what may be a picture of letters; nothing is decoded here."""
        if len(self.pictures) < PICTURES and pictures.fits(leaf):
            name = leaf.filename or leaf.content_id or leaf.content_type.partition("/")[2]
            self.pictures.append(Picture(layer, f"image/{name[:120]}", leaf.data, offered))

    def add_page(self, page: Page, where: str, layer: Layer | None, depth: int = 0) -> None:
        """The blocks and links of one page; `layer` None asks who speaks in each line. `depth`: of data: URLs around it."""
        self._pages += 1
        if self._pages > _PAGES:
            self._ledger.note("too-many-texts", f"more than {_PAGES} texts", structural=True)
            return
        if layer is None:
            layers, feigned = assign(page.lines, self._context)
            if feigned:
                self._ledger.note("fake-forward", "a forward marker at the very top of a mail that is no forward")
        else:
            layers = [layer] * len(page.lines)
        self._page_blocks(page, layers, where)
        if page.hidden:
            self._block(Layer.HIDDEN if layer is None else layer, where, "\n".join(page.hidden))
        self._page_links(page, layers, where, layer or Layer.OUTER)
        self._page_parts(page, where, [_layer(target, layers, layer or Layer.OUTER) for target in page.targets], depth)

    def _page_parts(self, page: Page, where: str, layers: Sequence[Layer], depth: int) -> None:
        """What the page shows of the message's own parts, and what it carries in its URLs (C-36, C-40). `layers`: of its targets."""
        for target, layer in zip(page.targets, layers, strict=True):
            if target.target[:4].lower() == "cid:":
                self._shown.setdefault(unquote(target.target[4:]), layer)
                if target.target in page.offered:
                    self._offered.add(unquote(target.target[4:]))
            elif (leaf := embedded(target.target)) is not None and self._pages < _PAGES:
                self._chars_left -= len(leaf.data) if is_text(leaf) else 0
                if depth >= _EMBEDDED_DEPTH or self._chars_left < 0:
                    self._ledger.note("embedded-too-much", "data: URLs nested or sized beyond what is opened")
                    return
                self._add_picture(leaf, layer, offered=target.target in page.offered)
                for inner in open_attachment(leaf, self._allowance).pages:
                    self.add_page(inner, where, layer, depth + 1)

    def _page_blocks(self, page: Page, layers: Sequence[Layer], where: str) -> None:
        start = 0
        for index in range(1, len(layers) + 1):
            if index == len(layers) or layers[index] is not layers[start]:
                self._block(layers[start], where, "\n".join(line.text for line in page.lines[start:index]))
                start = index

    def _block(self, layer: Layer, where: str, text: str) -> None:
        text = text.strip()
        if text:
            self.blocks.append(TextBlock(layer, where, text))

    def _page_links(self, page: Page, layers: Sequence[Layer], where: str, default: Layer) -> None:
        shown_in: dict[int, list[str]] = {}
        # of too many, those that the reader sees come first
        seen_first = len(page.targets) > URLS
        for target in sorted(page.targets, key=_is_bare) if seen_first else page.targets:
            self.add_link(target.shown, target.target, where, target.kind, _layer(target, layers, default), page.base)
            if target.shown:
                shown_in.setdefault(target.line, []).append(target.shown)
            if len(self.links) >= URLS or len(self._tried) >= _TRIES:
                self._ledger.note("too-many-links", f"more than {URLS} links", structural=True)
                return
        for index, line in enumerate(page.lines):
            if not _LINKABLE.search(line.text):
                continue
            for shown, link in written(line.text):
                # the text of an anchor leads where the anchor leads
                if not any(shown in text for text in shown_in.get(index, ())):
                    self.add_link(shown, link, where, "text", layers[index])
            if len(self.links) >= URLS or len(self._tried) >= _TRIES:
                self._ledger.note("too-many-links", f"more than {URLS} links", structural=True)
                return


_SPEAKING_BYTES = 65_536
_TAGS = re.compile(rb"<[^<>]*>|&[a-z]{2,8};|&#x?[0-9a-f]{1,6};", re.IGNORECASE)
_LETTERS = re.compile(rb"[a-z\x80-\xff]{2}", re.IGNORECASE)


def _is_body(leaf: Leaf) -> bool:
    """Clients show it in line, as a text that the sender wrote."""
    kind, _, subtype = leaf.content_type.partition("/")
    return leaf.content_type in _BODY_TYPES or (kind == "text" and not leaf.filename and subtype not in _FILE_TYPES)


def _speaks(leaf: Leaf) -> bool:
    """A text that clients show as the body, or anything that they may show in its place."""
    if leaf.stray:
        return False
    if not _is_body(leaf):
        return True
    return bool(_LETTERS.search(_TAGS.sub(b" ", leaf.data[:_SPEAKING_BYTES])))


def _is_bare(target: Target) -> bool:
    """The reader sees nothing of it."""
    return target.hidden or len(target.shown) < 2


def _layer(target: Target, layers: Sequence[Layer], default: Layer) -> Layer:
    if target.hidden and default is Layer.OUTER:
        return Layer.HIDDEN
    return layers[min(target.line, len(layers) - 1)] if layers else default


def message_context(subject: str, names: Iterable[str]) -> Context:
    """Whether the header calls the message an answer or a forward."""
    return context_of(subject, threaded=not {"in-reply-to", "references"}.isdisjoint(names))
