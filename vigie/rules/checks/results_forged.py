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
    """One finding: decisive, or strong where an honest mail that came through our border twice looks the same."""
    evidence = view.evidence
    if not (evidence.forged_results or evidence.earlier_results):
        return
    names = ("authentication-results", "received-spf")
    # The lowest is shown: our own stand above it.
    where, shown = next(
        ((name, found[-1]) for name in names if (found := view.message.header_values(name))), (names[0], "")
    )
    if evidence.forged_results:
        yield contradiction(ID, "", where, shown, strength=Strength.DECISIVE)
    else:
        yield contradiction(ID, "earlier", where, shown, strength=Strength.STRONG)
