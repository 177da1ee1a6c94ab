"""What the outer text plainly says, clause by clause, as the lure and fact rules read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vigie.rules.clauses import Clause
from vigie.rules.utterance import Utterance


@dataclass(frozen=True, slots=True)
class Saying:
    """A clause and where it stands."""

    clause: Clause
    spoken: Utterance

    @property
    def text(self) -> str:
        """The clause's text."""
        return self.clause.text

    @property
    def written(self) -> str:
        """As the reader sees it, for quotes."""
        return self.spoken.as_written(self.clause.text)


def sayings(spoken: Iterable[Utterance]) -> Iterator[Saying]:
    """Every plain clause, spell-corrected; what denies, warns or reports is left out."""
    for item in spoken:
        for clause in item.clauses:
            if clause.plain:
                yield Saying(clause, item)
