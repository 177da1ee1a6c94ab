"""The message asks for data that the institution never asks for by mail: bank details, identity papers, codes, numbers.

Verb and object must stand in one plain clause: a sentence that forbids, warns or reports asks for nothing, and cancels only itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules.grammar import ANSWERS, ASKS, AT_A_DESK, PERSONAL, SECRET
from vigie.rules.quoting import lure
from vigie.rules.requests import sayings
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "data-request"
KINDS = (Kind.LURE,)
SOURCES = (
    "https://assurance-maladie.ameli.fr/presse/2022-04-07-cp-phishing",
    "facts/ameli.md sections 3.1 and 6",
    "threats C-48",
)

MAX_FINDINGS = 6


def check(view: View) -> Iterator[Finding]:
    """One finding per clause that asks, secrets strong, other personal data weak."""
    if view.message.medium is Medium.CALL:  # the listener speaks: checks/caller_*.py
        return
    seen: set[str] = set()
    for saying in sayings(view.spoken):
        text = saying.text
        if len(seen) >= MAX_FINDINGS or text in seen or AT_A_DESK.search(text):
            continue
        if not (ASKS.search(text) or ANSWERS.search(text)):
            continue
        if SECRET.search(text):
            topic, strength = "secret", Strength.STRONG
        elif PERSONAL.search(text):
            topic, strength = "personal", Strength.WEAK
        else:
            continue
        seen.add(text)
        yield lure(ID, topic, saying.spoken.where, saying.written, layer=saying.spoken.layer, strength=strength)
