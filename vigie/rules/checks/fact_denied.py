"""The message says what the institution publicly denies: a carte Vitale that expires, costs something, is ordered by mail."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.brand import Fact
from vigie.rules.grammar import AT_A_DESK
from vigie.rules.issuer import patterns_of
from vigie.rules.naming import names_of
from vigie.rules.quoting import contradiction
from vigie.rules.requests import Saying, sayings
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "fact-denied"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("the `facts` of the brand file, each with its own source and date",)


def check(view: View) -> Iterator[Finding]:
    """At most one finding per fact, in plain clauses only. An own author's notices are judged by their proof, not by their words."""
    if view.proven:
        return
    said = [saying for saying in sayings(view.spoken) if not (saying.clause.asked or AT_A_DESK.search(saying.text))]
    for fact in view.brand.facts:
        hit = next((saying for saying in said if _says(view, fact, saying)), None)
        if hit is not None:
            yield contradiction(ID, fact.id, hit.spoken.where, hit.written, layer=hit.spoken.layer)


def _says(view: View, fact: Fact, saying: Saying) -> bool:
    """A pattern of the fact, in a clause about the reader or about a product of the brand's."""
    if not any(pattern.search(saying.text) for pattern in patterns_of(fact.patterns)):
        return False
    words = names_of(view.brand)
    return bool(words.products.search(saying.text) or words.names.search(saying.text)) or " vo" in f" {saying.text}"
