"""An author with the brand's published address, and a link, an answer address or a number that is not the brand's.

It holds while DNS is down: a genuine mail has nothing outside, so an unproven one that has is false.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from vigie.rules.checks import link_outside, phone_unofficial, reply_outside
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "official-author-outside"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("house: CONTRADICTION", "pandore-gendarmerie.org 2024-10", "threats C-33")


def check(view: View) -> Iterator[Finding]:
    """One finding, the first thing that leads outside. None for a proven author: row 3 of the table speaks of that."""
    if not view.official_author or view.proven:
        return
    for found in chain(link_outside.check(view), reply_outside.check(view), phone_unofficial.check(view)):
        if found.strength is not Strength.WEAK:
            first = found.quotes[0]
            yield contradiction(ID, found.rule, first.where, first.text, layer=found.layer)
            return
