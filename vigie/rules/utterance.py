"""A piece of the outer text in readable form, and the signs that are found in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from vigie.message.fold import fold
from vigie.message.types import Layer, TextBlock
from vigie.rules.brand import Brand
from vigie.rules.clauses import Clause, clauses
from vigie.rules.naming import readable
from vigie.rules.spelling import corrected

_TOKEN = re.compile(r"\S+")
_STOPS = ".,;:!?…"
_MARKS = _STOPS + "()[]<>\"'*_-|"
_ALIKE = 0.5
"""Share of a clause's words that its raw text must hold as they are: spelling and names were put right in the others."""
_LETTERS_APART = 12
"""Words that a clause may have more in the raw text, as a name spelled out: a m e l i."""


@dataclass(frozen=True, slots=True)
class _Word:
    """One word of a raw text."""

    folded: str
    """Without the marks around it."""
    start: int
    end: int
    begins: bool
    """A sentence or a line."""


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

    @cached_property
    def _words(self) -> tuple[_Word, ...]:
        """The words of the raw text."""
        found, end = [], 0
        for token in _TOKEN.finditer(self.raw):
            begins = not end or self.raw[end - 1] in _STOPS or "\n" in self.raw[end : token.start()]
            found += [_Word(word, token.start(), token.end(), begins) for word in _bare(fold(token[0]))]
            end = token.end()
        return tuple(found)

    def as_written(self, folded: str) -> str:
        """The raw text that `folded` (a clause or a line of it, perhaps spell-corrected) was made of; `folded` where none fits."""
        run = _best_run(self._words, _bare(folded))
        if not run:
            return folded
        found = self.raw[run[0].start : run[-1].end]
        return found if folded[-1:] in _STOPS else found.rstrip(_STOPS)

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


def written(spoken: tuple[Utterance, ...], where: str, folded: str) -> str:
    """What stands in the mail for `folded`, in the utterances of that place if there are any; `folded` where none has it."""
    there = [item for item in spoken if item.where == where]
    for item in there or spoken:
        found = item.as_written(folded)
        if found != folded:
            return found
    return folded


def _bare(folded: str) -> list[str]:
    return [word for token in folded.split() if (word := token.strip(_MARKS))]


def _best_run(words: Sequence[_Word], wanted: list[str]) -> Sequence[_Word]:
    """The run that has most of the wanted words; of those, in their order, and where a sentence or line begins. Linear."""
    size = min(len(wanted), len(words))
    left = Counter(wanted)
    best, most, ordered = -1, len(wanted) * _ALIKE, -1.0
    shared = 0
    for end, word in enumerate(words):
        shared += left[word.folded] > 0
        left[word.folded] -= 1
        start = end - size + 1
        if start > 0:
            gone = words[start - 1].folded
            left[gone] += 1
            shared -= left[gone] > 0
        if start >= 0 and shared >= most and shared:
            run = words[start : end + 1]
            same = sum(one.folded == other for one, other in zip(run, wanted, strict=False)) + 0.5 * run[0].begins
            if shared > most or same > ordered:
                best, most, ordered = start, shared, same
    return _trimmed(words, best, best + size - 1, wanted) if best >= 0 else ()


def _trimmed(words: Sequence[_Word], first: int, last: int, wanted: list[str]) -> Sequence[_Word]:
    """Up to the last wanted word, and without the ends of other sentences."""
    further = [word.folded for word in words[last : last + _LETTERS_APART]]
    if wanted[-1] in further:
        last += further.index(wanted[-1])
    known = [at for at in range(first, last + 1) if words[at].folded in wanted]
    first = max((at for at in range(first, known[0] + 1) if words[at].begins), default=first)
    last = next((at - 1 for at in range(known[-1] + 1, last + 1) if words[at].begins), last)
    return words[first : last + 1]
