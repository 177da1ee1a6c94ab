"""The message asks for data that the institution never asks for by mail: bank details, identity papers, codes, numbers.

Verb and object must stand in one plain clause: a sentence that forbids, warns or reports asks for nothing, and cancels only itself.
"""

from __future__ import annotations

import re
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
_PASS_IT_ON = re.compile(
    r"\b(?:transferer?|renvoyer?|communiquer?|donner?|transmettre|transmette|envoyer?|dicter?|indiquer?|repeter?)z?[- ]"
    r"(?:moi |nous )?(?:le|la|les)\b"
    r"|.{0,60}\ben (?:transmettre|renvoyer|envoyer|adresser|communiquer|fournir) une?\b"
)
"""The words "transférez-le ici", "nous vous invitons à en transmettre un autre", of what the sentence before named."""


def check(view: View) -> Iterator[Finding]:
    """One finding per clause that asks, secrets strong, other personal data weak."""
    if view.message.medium is Medium.CALL:  # the listener speaks: checks/caller_*.py
        return
    seen: set[str] = set()
    before = ""
    for saying in sayings(view.spoken):
        text, above, before = saying.text, before, saying.text
        if len(seen) >= MAX_FINDINGS or text in seen or AT_A_DESK.search(text):
            continue
        passed_on = _PASS_IT_ON.match(text) and SECRET.search(above)
        if not (passed_on or ASKS.search(text) or ANSWERS.search(text)):
            continue
        if passed_on or SECRET.search(text):
            topic, strength = "secret", Strength.STRONG
        elif PERSONAL.search(text):
            topic, strength = "personal", Strength.WEAK
        else:
            continue
        seen.add(text)
        yield lure(ID, topic, saying.spoken.where, saying.written, layer=saying.spoken.layer, strength=strength)
