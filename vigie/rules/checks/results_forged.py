"""Authentication results that carry our own border's name stand where only a stranger can have put them."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "results-forged"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("RFC 8601 section 5", "threats section 3.3")


def check(view: View) -> Iterator[Finding]:
    """One decisive finding."""
    if view.evidence.forged_results:
        shown = next(iter(view.message.header_values("authentication-results")), "")
        yield contradiction(ID, "", "authentication-results", shown, strength=Strength.DECISIVE)
