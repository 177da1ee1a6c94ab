"""The author's domain is not one of the brand's own.

Says nothing alone: the decision counts it only where the message claims to come from the brand.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "author-foreign"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("https://assurance-maladie.ameli.fr/presse/2022-04-07-cp-phishing", "facts/ameli.md section 3.2")


def check(view: View) -> Iterator[Finding]:
    """One finding per foreign author reading; one where there is no author address at all."""
    for author in view.foreign_authors:
        yield contradiction(ID, "", author.field, author.addr)
    if not view.message.authors and view.message.medium is Medium.MAIL:  # an SMS has none
        yield contradiction(ID, "absent", "from", view.message.subject)
