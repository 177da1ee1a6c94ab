"""A text or a call about contact tracing: how a real adviser could be told from a false one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Layer, Medium
from vigie.rules.quoting import quote
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "contact-tracing"
KINDS = (Kind.NOTE,)
SOURCES = (
    "20minutes.fr 2020-08: the adviser can name the physician or the patient",
    "facts/ameli.md section 3.1 no. 49",
)

_TRACING = re.compile(
    r"\b(?:cas[ -]contacts?|contact[ -]tracing|(?:en contact|personne contact)\b.{0,60}\b(?:positi\w+|malade|covid)"
    r"|covid\b.{0,60}\bcontact)\b"
)


def check(view: View) -> Iterator[Finding]:
    """At most one note; of a mail none."""
    if view.message.medium is Medium.MAIL:
        return
    for item in view.spoken:
        found = _TRACING.search(item.text)
        if found:
            yield Finding(ID, Kind.NOTE, Strength.WEAK, Layer.OUTER, (quote(item.where, item.as_written(found[0])),))
            return
