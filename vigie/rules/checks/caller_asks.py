"""A caller who presents himself as the brand wants what its advisers never ask for on the telephone.

"Un employé de la Sécurité sociale ne demandera jamais de coordonnées bancaires par téléphone"; only 36 46 reaches the CPAM.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules import phones
from vigie.rules.grammar import AMOUNT, FEES, PAYS, PERSONAL, RECEIVES, SECRET
from vigie.rules.hearsay import BANK, REMOTE, Told, told
from vigie.rules.quoting import contradiction, lure
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "caller-asks"
KINDS = (Kind.LURE, Kind.CONTRADICTION)
SOURCES = (
    "20minutes.fr 2020-08: never bank details by telephone; 36 46 alone reaches the CPAM",
    "https://assurance-maladie.ameli.fr/presse/2022-04-07-cp-phishing: callers who want FranceConnect identifiers",
)

_DIAL = re.compile(
    r"\b(?:rappel(?:er|ez|iez|e|le)|appel(?:er|ez)|compos(?:er|ez)|call (?:back|this|the)|joindre|taper|appuyer)\b"
)
_PICKED_UP = re.compile(
    r"\b(?:coursier|livreur|chauffeur|taxi)\b.{0,80}\b(?:cherch\w+|recuper\w+|prendre|passe\w*|viendr\w+|remettr\w+)\b"
)


def check(view: View) -> Iterator[Finding]:
    """A finding a topic; what is never asked for on the telephone contradicts the claim as well."""
    if view.message.medium is not Medium.CALL:
        return
    seen: set[str] = set()
    for item in told(view):
        for topic, strength in _topics(view, item):
            if topic in seen:
                continue
            seen.add(topic)
            if topic in {"bank", "remote", "number", "picked-up"}:
                yield contradiction(ID, topic, item.where, item.written)
            yield lure(ID, topic, item.where, item.written, strength=strength)


def _topics(view: View, item: Told) -> Iterator[tuple[str, Strength]]:
    if not item.wants:
        if _PICKED_UP.search(item.text):
            yield "picked-up", Strength.STRONG
        return
    if BANK.search(item.text):
        yield "bank", Strength.STRONG
    elif SECRET.search(item.text) or PERSONAL.search(item.text):
        yield "personal", Strength.WEAK
    if REMOTE.search(item.text):
        yield "remote", Strength.STRONG
    if FEES.search(item.text) or (
        PAYS.search(item.text) and AMOUNT.search(item.text) and not RECEIVES.search(item.text)
    ):
        yield "money", Strength.STRONG
    dialled = list(phones.numbers(item.text)) if _DIAL.search(item.text) else []
    if any(not phones.official(number.digits, view.brand) for number in dialled):
        yield "number", Strength.STRONG
