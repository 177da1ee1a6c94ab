"""A text that speaks as the brand leads somewhere else: an SMS, a letter or a call has no author to be contradicted by.

The brand's own texts lead to its own sites and numbers, and ask for no secrets, so this is to a text what a foreign author is to a mail.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from vigie.message.types import Medium
from vigie.rules.checks import call_back, data_request, link_outside, phone_unofficial, reply_outside
from vigie.rules.grammar import CARD
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "text-outside"
KINDS = (Kind.CONTRADICTION,)
SOURCES = (
    "https://assurance-maladie.ameli.fr/presse/2022-04-07-cp-phishing: never by e-mail or SMS",
    "20minutes.fr 2020-08: links to assure.ameli.fr or ameli.fr only",
    "lesnoes.com 2025, quoting the Cnam: a QR code of a letter leads to ameli.fr",
)


def check(view: View) -> Iterator[Finding]:
    """One finding, the first thing that leads elsewhere, or that is asked for and never is. Of a call, its links only: see caller-asks.

    Letters of the Assurance Maladie do ask for papers and bank details (commentcamarche 2024-05), never for a card or a password.
    """
    if view.message.medium is Medium.MAIL:
        return
    for found in chain(link_outside.check(view), reply_outside.check(view), _said(view)):
        if found.strength is not Strength.WEAK:
            first = found.quotes[0]
            yield contradiction(ID, found.rule, first.where, first.text, layer=found.layer)
            return


def _said(view: View) -> Iterator[Finding]:
    if view.message.medium is Medium.CALL:
        return
    yield from phone_unofficial.check(view)
    yield from call_back.check(view)
    for found in data_request.check(view):
        asked = view.folded(" ".join(quote.text for quote in found.quotes))
        if view.message.medium is Medium.SMS or CARD.search(asked):
            yield found
