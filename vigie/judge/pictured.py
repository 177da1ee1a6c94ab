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
from vigie.message.fold import fold
from vigie.message.formats import legible
from vigie.message.types import Defect, Layer, Message, Picture, TextBlock
from vigie.rules.brand import Brand
from vigie.rules.standing import Standing, by_name

PICTURES = 4
PIXELS = 40_000_000
"""Of all the pictures that are decoded for it."""
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


def with_pictures(message: Message, reader: Reader, brands: Sequence[Brand], seconds: float) -> Message:
    """The message with the text of its pictures where it is needed, within that time. Total: what cannot be read is a defect."""
    own = sum(len(block.text.strip()) for block in message.texts(Layer.OUTER) if block.where != "subject")
    if own >= _SAYS_LITTLE or not message.pictures or _official(message, brands):
        return message
    until = time.monotonic() + seconds
    blocks: list[TextBlock] = []
    chosen, defects = _chosen(_spoken(message, brands))
    for picture in chosen:
        left = until - time.monotonic()
        if left < _SHORTEST_S:
            defects.append(Defect(UNREAD, f"more than is read in {max(0, seconds):.1f} s"))
            break
        try:
            text = _text(picture, reader, until)
        except (OcrError, TimeoutError) as error:
            defects.append(Defect(UNREAD, str(error)))
        except MemoryError:  # large modes of many bytes a pixel; the mail is judged without it
            defects.append(Defect(UNREAD, "more memory than a message may use"))
        else:
            blocks += [TextBlock(_layer(picture, own), picture.where, text)] if text else []
    return replace(message, blocks=(*message.blocks, *blocks), defects=(*message.defects, *dict.fromkeys(defects)))


def _official(message: Message, brands: Sequence[Brand]) -> bool:
    """Every author that the reader may see is an official one: proof or its lack decides, no word does."""
    authors = message.authors
    return bool(authors) and any(
        all(brand.official_author(author.addr, author.domain) for author in authors) for brand in brands
    )


def _spoken(message: Message, brands: Sequence[Brand]) -> list[Picture]:
    """The pictures in which the sender himself may speak; the same one once.

    Who gives a name of his own shows things: his card, a page of the true site, a letter that came. He speaks in what is to be clicked
    on. Who gives a name that nothing speaks for does so, too, unless the mail leads somewhere.
    """
    who = min((by_name(message.authors, fold, brand) for brand in brands), default=Standing.NOBODY)
    leads = any(link.kind != "image" and link.layer in (Layer.OUTER, Layer.ATTACHMENT) for link in message.links)
    shows = who is Standing.ANOTHER or (who is Standing.UNKNOWN and not leads)
    own = (picture for picture in message.pictures if picture.layer in (Layer.OUTER, Layer.ATTACHMENT))
    return list({picture.data: picture for picture in own if picture.offered or not shows}.values())


def _chosen(pictures: Sequence[Picture]) -> tuple[list[Picture], list[Defect]]:
    """The largest ones, in their order; and what is said of those that are left out though letters may be in them."""
    sizes = [legible.size(picture.data) for picture in pictures]
    left = PIXELS
    chosen: set[int] = set()
    for at in sorted(range(len(pictures)), key=lambda at: -sizes[at]):
        if 0 < sizes[at] <= left and len(chosen) < PICTURES:
            chosen.add(at)
            left -= sizes[at]
    told = []
    if any(len(picture.data) > legible.SHEET_BYTES for picture in pictures):
        told.append(Defect(UNREAD, f"a picture of more than {legible.SHEET_BYTES} bytes"))
    if any(size and at not in chosen for at, size in enumerate(sizes)):
        told.append(Defect(UNREAD, f"more than {PICTURES} pictures, or than {PIXELS} pixels"))
    return [pictures[at] for at in sorted(chosen)], told


def _text(picture: Picture, reader: Reader, until: float) -> str:
    """Raises OcrError, TimeoutError."""
    sheet = legible.sheet(picture.data)
    if sheet is None:
        return ""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("decoded too slowly")
    return reader.read(sheet, left)


def _layer(picture: Picture, own: int) -> Layer:
    """The sender speaks in a picture that is to be clicked on. Any other one is a thing that he shows, a fraud that he got perhaps.

    It speaks for him where he says nothing himself (rules.view), as every attachment does.
    """
    clicked = picture.offered and picture.layer is Layer.OUTER and own >= _SAYS_NOTHING
    return Layer.OUTER if clicked else Layer.ATTACHMENT
