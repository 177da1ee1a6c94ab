"""The author is another known body, proven by its own authenticated domain: a mutuelle, the MSA, the CAF, Doctolib."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules.lookalike import likeness
from vigie.rules.quoting import quote
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "neighbour-author"
KINDS = (Kind.EXCUSE,)
SOURCES = ("facts/ameli.md section 5", "house: EXCUSE")


def check(view: View) -> Iterator[Finding]:
    """One finding, where the one author domain is a neighbour's and an aligned identity passed: a sender cannot forge that."""
    domain = view.evidence.authenticated_domain
    if domain is None or len(view.message.authors) != 1 or view.message.authors[0].domain != domain:
        return
    if view.brand.owns(domain) or likeness(domain, view.brand).grade:
        return
    for neighbour in view.brand.neighbours:
        if any(domain == own or domain.endswith("." + own) for own in neighbour.domains):
            yield Finding(
                ID, Kind.EXCUSE, Strength.STRONG, Layer.OUTER, (quote("authentication", f"{neighbour.name}: {domain}"),)
            )
            return
