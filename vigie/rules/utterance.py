"""A piece of the outer text in readable form, and the signs that are found in it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from vigie.message.fold import fold
from vigie.message.types import Layer, TextBlock
from vigie.rules.brand import Brand
from vigie.rules.clauses import Clause, clauses
from vigie.rules.naming import readable
from vigie.rules.spelling import corrected

_PIECES = re.compile(r"[.!?;…]+(?=\s|$)|\n")
_QUOTED_TEXT = 20_000


@dataclass(frozen=True)
class Utterance:
    """One outer text block in readable form (`naming.readable`)."""

    where: str
    layer: Layer
    text: str
    raw: str = ""
    """As the reader sees it."""

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, spell-corrected."""
        return clauses(corrected(self.text), wrapped=self.wrapped)

    def as_written(self, clause: str) -> str:
        """The piece of the raw text that `clause` (folded, perhaps spell-corrected) was made of; the clause where none fits."""
        wanted = set(clause.split())
        best, most = clause, len(wanted) * 0.6
        for piece in _PIECES.split(self.raw[:_QUOTED_TEXT]):
            words = set(fold(piece).split())
            shared = len(wanted & words) - 0.1 * len(words - wanted)
            if shared > most:
                best, most = piece.strip(), shared
        return best

    @property
    def wrapped(self) -> bool:
        """Mail software may have broken the lines; those of HTML are as they were written."""
        return "html" not in self.where

    @property
    def is_subject(self) -> bool:
        """The subject line is an utterance of its own."""
        return self.where == "subject"


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to take the sender for the brand."""

    topic: str
    weight: int
    where: str
    text: str
    layer: Layer


HEAD, TAIL = 24_000, 8_000
"""Characters that are read of the beginning and of the end of one block, where a sender says who he is and what he wants (X-10)."""
MOST = 80_000
"""Characters that are read of all blocks together."""


def utterances(blocks: tuple[TextBlock, ...], folded: Callable[[str], str], brand: Brand) -> tuple[Utterance, ...]:
    """The outer blocks in readable form, the middle of long ones left out."""
    found = []
    left = MOST
    for block in blocks:
        text = _ends(block.text)[:left]
        left -= len(text)
        if text:
            found.append(Utterance(block.where, block.layer, readable(folded(text), brand), text))
    return tuple(found)


def _ends(text: str) -> str:
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
