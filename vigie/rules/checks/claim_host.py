"""A sender who names nobody leads to a host that can only be read as the brand's: the address is what he poses with.

"Votre dossier : https://ameli-dossier.example" needs no other word of the brand. Who gives a name of his own, or speaks of fraud, shows
such an address as somebody else's; so does who writes it so that nobody can follow it.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.lookalike import Grade, likeness
from vigie.rules.quoting import claim
from vigie.rules.standing import Standing
from vigie.rules.types import Finding, Kind
from vigie.rules.unnamed import defanged
from vigie.rules.view import View

ID = "claim-host"
KINDS = (Kind.CLAIM,)
SOURCES = ("facts/ameli.md sections 3.3 and 3.4", "threats C-22 to C-25")

MAX_HOSTS = 40
"""A mail that leads to one thing has few; this rule also runs on all the mail that has nothing to do with the brand."""


def check(view: View) -> Iterator[Finding]:
    """At most one finding: the first such link that can be followed. SMS and calls have rules of their own."""
    if view.message.medium is not Medium.MAIL or not view.outer_links or view.standing is not Standing.NOBODY:
        return
    if any(FRAUD_WORD.search(item.text) for item in view.spoken):
        return
    seen: set[str] = set()
    for link in view.outer_links:
        if not link.clickable or not link.host or link.host in seen or len(seen) >= MAX_HOSTS or defanged(link):
            continue
        seen.add(link.host)
        if likeness(link.host, view.brand).grade is Grade.CERTAIN:
            yield claim(ID, "", link.where, link.target, layer=link.layer)
            return
