"""The message asks for money: fees for sending, handling or activating something that is free."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules.grammar import AMOUNT, AT_A_DESK, FEES, FREE, IBAN, PAYS, RECEIVES
from vigie.rules.quoting import lure
from vigie.rules.requests import sayings
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "payment-request"
KINDS = (Kind.LURE,)
SOURCES = ("facts/ameli.md section 3.1 nos. 18, 39, 45; section 1.4 (CPAM 21: free)",)

MAX_FINDINGS = 4
_SUM = re.compile(r"\b(?:cette somme|ce montant|la penalite|l'amende|compte (?:ci-apres|ci-dessous|suivant))\b")
_TO_ACCOUNT = re.compile(
    r"\b(?:reglement|paiement|a (?:payer|regler|verser|virer)"
    r"|(?:merci de|veuillez|devez|priee?s? de|faut|a) (?:l[ea]s? |l'|nous )?rembourser)"
    rf"\b.{{0,40}}(?:{IBAN.pattern})"
)
"""The words "règlement : virement FR76 ...": whoever promises a refund beside them is paid all the same."""


def check(view: View) -> Iterator[Finding]:
    """One finding per clause that names a fee to pay, or asks to pay a sum. What the reader is promised to receive is no payment."""
    if view.message.medium is Medium.CALL:  # the listener speaks: checks/caller_*.py
        return
    seen: set[str] = set()
    for saying in sayings(view.spoken):
        text = saying.text
        if len(seen) >= MAX_FINDINGS or text in seen or AT_A_DESK.search(text):
            continue
        if FREE.search(text) and not AMOUNT.search(text):
            continue
        fee = FEES.search(text) and (AMOUNT.search(text) or PAYS.search(text))
        sum_named = AMOUNT.search(text) or _SUM.search(text) or IBAN.search(text)
        sum_asked = PAYS.search(text) and sum_named and (_TO_ACCOUNT.search(text) or not RECEIVES.search(text))
        if fee or sum_asked:
            seen.add(text)
            yield lure(ID, "fees" if fee else "sum", saying.spoken.where, saying.written, layer=saying.spoken.layer)
