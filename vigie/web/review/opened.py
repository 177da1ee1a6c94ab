"""A message as its case page shows it: text, headers, hops, attachments, and the page for the frame. Plain data, bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from vigie.message.fields import decode_charset, scan
from vigie.message.parse import parse
from vigie.message.readings import Leaf, Ledger, leaves
from vigie.message.text import shortened
from vigie.message.types import Message
from vigie.web.review import frame
from vigie.web.review.shown import line, lines

TEXT_CHARS = 200_000
BLOCKS = 200
HEADERS = 300
HEADER_CHARS = 2_000
HOPS = 50
ATTACHMENTS = 200
BODIES = 5
"""HTML parts that clients show one after the other."""
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?([\w-]{1,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text of one layer."""

    layer: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """One header field, decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One Received field: who took the message from whom."""

    by: str
    helo: str
    rdns: str
    ip: str
    at: str


@dataclass(frozen=True, slots=True)
class File:
    """An attachment by name; its content is in the raw message alone."""

    name: str
    kind: str
    size: int
    active: bool


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Opened:
    """What is shown of one message. `page` is the whole document for the frame."""

    page: str
    pieces: tuple[Piece, ...]
    fields: tuple[Field, ...]
    stops: tuple[Stop, ...]
    files: tuple[File, ...]
    cut: bool
    """There was more text, or more fields, than is shown."""


def opened(raw: bytes) -> Opened:
    """Reads a message. Slow and heavy on hostile bytes: called in a process that can be killed, see opening."""
    message = parse(raw)
    pieces, cut = _pieces(message)
    return Opened(
        page=_page(raw, pieces),
        pieces=pieces,
        fields=tuple(
            Field(line(header.name, 100), line(header.value, HEADER_CHARS)) for header in message.headers[:HEADERS]
        ),
        stops=tuple(
            Stop(
                line(hop.by, 200),
                line(hop.helo, 200),
                line(hop.rdns, 200),
                line(hop.ip, 60),
                hop.date.isoformat() if hop.date else "",
            )
            for hop in message.hops[:HOPS]
        ),
        files=tuple(
            File(line(file.filename, 200), line(file.content_type, 100), file.size, file.active)
            for file in message.attachments[:ATTACHMENTS]
        ),
        cut=cut or len(message.headers) > HEADERS,
    )


def packed(found: Opened) -> bytes:
    """For the pipe between the two processes."""
    return json.dumps(asdict(found)).encode()


def unpacked(data: bytes) -> Opened:
    """The other way. Raises ValueError, TypeError or KeyError for anything else."""
    found = json.loads(data)
    return Opened(
        page=str(found["page"]),
        pieces=tuple(Piece(**piece) for piece in found["pieces"]),
        fields=tuple(Field(**field) for field in found["fields"]),
        stops=tuple(Stop(**stop) for stop in found["stops"]),
        files=tuple(File(**file) for file in found["files"]),
        cut=bool(found["cut"]),
    )


def _pieces(message: Message) -> tuple[tuple[Piece, ...], bool]:
    left, found = TEXT_CHARS, []
    for block in message.blocks[:BLOCKS]:
        if left <= 0:
            break
        text = lines(block.text, left)
        left -= len(text)
        found.append(Piece(block.layer.value, line(block.where, 120), text))
    return tuple(found), left <= 0 or len(message.blocks) > BLOCKS


def _page(raw: bytes, pieces: Sequence[Piece]) -> str:
    """The HTML that a mail client would show, else the text."""
    read = scan(raw)
    parts = leaves(read.fields, read.body, Ledger())
    bodies = [_text(leaf) for leaf in parts if _is_body(leaf)][:BODIES]
    if not bodies:
        return frame.text_page("\n\n".join(piece.text for piece in pieces if piece.where == "text/plain"))
    pictures = {leaf.content_id: leaf.data for leaf in _pictures(parts)}
    return frame.page("<hr>".join(bodies), pictures)


def _is_body(leaf: Leaf) -> bool:
    return leaf.content_type == "text/html" and leaf.disposition != "attachment" and not leaf.stray


def _pictures(parts: Sequence[Leaf]) -> Iterator[Leaf]:
    return (leaf for leaf in reversed(parts) if leaf.content_id and leaf.content_type.startswith("image/"))


def _text(leaf: Leaf) -> str:
    charset = leaf.charset
    if not charset and not leaf.data.isascii():
        declared = _META_CHARSET.search(leaf.data, 0, 4_096)
        charset = declared[1].decode("ascii", "replace") if declared else ""
    return shortened(decode_charset(leaf.data, charset)[0], html=True)
