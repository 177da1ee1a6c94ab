"""The author's domain imitates the brand's: by look, by typing error, by embedded labels, by words glued to its name."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.lookalike import likeness
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "author-lookalike"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("facts/ameli.md sections 3.2 to 3.4", "threats C-22, C-23", "house: CONTRADICTION, decisive")


def check(view: View) -> Iterator[Finding]:
    """One decisive finding per imitating author domain.

    A name that might be somebody else's is decisive too: the decision comes here only where the message claims the brand.
    """
    for author in view.message.authors:
        if likeness(author.domain, view.brand).grade:
            yield contradiction(ID, "", author.field, author.addr, strength=Strength.DECISIVE)
