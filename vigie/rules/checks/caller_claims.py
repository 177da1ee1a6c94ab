"""Notes of a call say that the caller presented himself as the brand."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules.hearsay import about_me, passed_on, poses, told
from vigie.rules.quoting import claim
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "caller-claims"
KINDS = (Kind.CLAIM,)
SOURCES = (
    "20minutes.fr 2020-08: callers who pretend to be of the Assurance Maladie's staff",
    "press release 2022-04-07",
)


def check(view: View) -> Iterator[Finding]:
    """One finding, the first sentence that says so. Who called an official number himself was not called."""
    if view.message.medium is not Medium.CALL:
        return
    items = told(view)
    mine = about_me(items)
    for at, item in enumerate(items):
        if poses(item, view.brand, mine=mine, known=passed_on(items, at)):
            yield claim(ID, "", item.where, item.written)
            return
