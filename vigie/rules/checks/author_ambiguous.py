"""Mail clients may show different authors for this message, and one of them is the brand's (S-01 to S-18)."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.lookalike import Grade, likeness
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "author-ambiguous"
KINDS = (Kind.CONTRADICTION,)
SOURCES = (
    "Chen, Paxson, Jiang: Composition Kills, USENIX Security 2020",
    "RFC 5322 section 3.6.2",
    "threats section 3.1",
)


def check(view: View) -> Iterator[Finding]:
    """One finding where several author readings include the brand's."""
    authors = view.message.authors
    if view.message.author_readings <= 1 or not any(_of_brand(view, author.domain) for author in authors):
        return
    yield contradiction(ID, "", "from", ", ".join(dict.fromkeys(author.addr for author in authors)))


def _of_brand(view: View, domain: str) -> bool:
    return view.brand.owns(domain) or likeness(domain, view.brand).grade is Grade.CERTAIN
