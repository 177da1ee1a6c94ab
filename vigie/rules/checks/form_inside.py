"""The mail itself holds a form to fill in. The institution's mails have none."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.quoting import lure
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "form-inside"
KINDS = (Kind.LURE,)
SOURCES = ("threats C-32", "facts/ameli.md section 1.2: genuine mails have a link, never a form")


def check(view: View) -> Iterator[Finding]:
    """One finding per layer."""
    layers = set()
    for link in view.links:
        if link.kind == "form" and link.layer not in layers:
            layers.add(link.layer)
            yield lure(ID, "", link.where, link.target, layer=link.layer)
