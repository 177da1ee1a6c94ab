"""The author's domain imitates the brand's: by look, by typing error, by embedded labels, by words glued to its name."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.lookalike import Grade, likeness
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "author-lookalike"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("facts/ameli.md sections 3.2 to 3.4", "threats C-22, C-23", "house: CONTRADICTION, decisive")


def check(view: View) -> Iterator[Finding]:
    """One finding per imitating author domain: decisive where nobody else has a reason for the name, else strong."""
    for author in view.message.authors:
        grade = likeness(author.domain, view.brand).grade
        if grade is not Grade.NONE:
            strength = Strength.DECISIVE if grade is Grade.CERTAIN else Strength.STRONG
            yield contradiction(ID, "", author.field, author.addr, strength=strength)
