"""The author is plainly another body: an authenticated domain that its own display name fits.

Void for look-alike domains and where the name is the brand's (house: EXCUSE); a sender cannot forge an aligned pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules.lookalike import likeness
from vigie.rules.quoting import quote
from vigie.rules.speech import speaks_for_own_domain
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "own-name-author"
KINDS = (Kind.EXCUSE,)
SOURCES = ("house: EXCUSE", "peers section e nos. 11 and 12")


def check(view: View) -> Iterator[Finding]:
    """One finding, where the one author's domain passed aligned authentication and the display name is that domain's."""
    authors = view.message.authors
    domain = view.evidence.authenticated_domain
    if domain is None or len(authors) != 1 or authors[0].domain != domain:
        return
    if view.brand.owns(domain) or likeness(domain, view.brand).grade:
        return
    if speaks_for_own_domain(authors[0], view.folded, view.brand):
        yield Finding(
            ID, Kind.EXCUSE, Strength.STRONG, Layer.OUTER, (quote("from", f"{authors[0].display} <{authors[0].addr}>"),)
        )
