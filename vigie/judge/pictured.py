"""Letters in pictures, of mails that say little beside them (threat C-42): they become text of the message, and never a link.

A misread letter must not accuse anybody: a mail whose every author is the brand's own is not read, since nothing that stands
in its pictures is needed to judge it, and an address in a picture is text.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from vigie.judge.tesseract import OcrError
from vigie.message.formats import legible
from vigie.message.types import Defect, Layer, Message, Picture, TextBlock
from vigie.rules.brand import Brand

PICTURES = 4
PIXELS = 40_000_000
"""Of all the pictures that are decoded for it."""
SECONDS = 4.0
"""Of the clock, for all the pictures of a message."""
_SAYS_NOTHING = 20
_SAYS_LITTLE = 300
"""Characters of the sender's own text: beside more, a picture adorns."""
_SHORTEST_S = 0.2
UNREAD = "picture-unread"


class Reader(Protocol):
    """What reads letters: Tesseract."""

    def read(self, sheet: bytes, seconds: float) -> str:
        """The lines of a binary PGM, within that time. Raises OcrError."""
        ...


def with_pictures(message: Message, reader: Reader, brands: Sequence[Brand], wall_s: float) -> Message:
    """The message with the text of its pictures where it is needed. Total: what cannot be read is a defect.

    `wall_s`: what the message may take in all; half of it, `SECONDS` at most, is spent here.
    """
    own = sum(len(block.text.strip()) for block in message.texts(Layer.OUTER) if block.where != "subject")
    if own >= _SAYS_LITTLE or not message.pictures or _official(message, brands):
        return message
    until = time.monotonic() + min(SECONDS, wall_s / 2)
    blocks: list[TextBlock] = []
    defects: list[Defect] = []
    for picture in _chosen(message.pictures):
        left = until - time.monotonic()
        if left < _SHORTEST_S:
            defects.append(Defect(UNREAD, f"more pictures than are read in {SECONDS:g} s"))
            break
        try:
            text = _text(picture, reader, until)
        except OcrError as error:
            defects.append(Defect(UNREAD, str(error)))
            continue
        if text:
            blocks.append(TextBlock(_layer(picture, own), picture.where, text))
    return replace(message, blocks=(*message.blocks, *blocks), defects=(*message.defects, *dict.fromkeys(defects)))


def _official(message: Message, brands: Sequence[Brand]) -> bool:
    """Every author that the reader may see is an official one: proof or its lack decides, no word does."""
    authors = message.authors
    return bool(authors) and any(
        all(brand.official_author(author.addr, author.domain) for author in authors) for brand in brands
    )


def _chosen(pictures: Sequence[Picture]) -> list[Picture]:
    """The largest ones of the sender's own, in their order; the same picture once."""
    own = {picture.data: picture for picture in pictures if picture.layer in (Layer.OUTER, Layer.ATTACHMENT)}
    sizes = {data: legible.size(data) for data in own}
    left = PIXELS
    chosen: set[bytes] = set()
    for data in sorted(own, key=lambda data: -sizes[data]):
        if 0 < sizes[data] <= left and len(chosen) < PICTURES:
            chosen.add(data)
            left -= sizes[data]
    return [picture for data, picture in own.items() if data in chosen]


def _text(picture: Picture, reader: Reader, until: float) -> str:
    sheet = legible.sheet(picture.data)
    left = until - time.monotonic()
    if sheet is None or left <= 0:
        return ""
    return reader.read(sheet, left)


def _layer(picture: Picture, own: int) -> Layer:
    """The sender speaks in a picture that is to be clicked on. Any other one is a thing that he shows, a fraud that he got perhaps.

    It speaks for him where he says nothing himself (rules.view), as every attachment does.
    """
    clicked = picture.offered and picture.layer is Layer.OUTER and own >= _SAYS_NOTHING
    return Layer.OUTER if clicked else Layer.ATTACHMENT
