"""The message asks the reader to call, to answer, to scan a code or to type an address: a way to the sender that needs no link (C-49)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Medium
from vigie.rules import phones
from vigie.rules.doubt import said
from vigie.rules.grammar import ANSWERS, CALLS, SCANS
from vigie.rules.policy import policy
from vigie.rules.quoting import lure
from vigie.rules.requests import Saying, sayings
from vigie.rules.standing import Standing
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.unnamed import leads_off
from vigie.rules.view import View
from vigie.rules.wording import score, telling_line

ID = "call-back"
KINDS = (Kind.LURE,)
SOURCES = ("20minutes.fr 2020-08: only 36 46 reaches the CPAM", "facts/ameli.md section 2", "threats C-49")


def check(view: View) -> Iterator[Finding]:
    """At most one finding for each of these ways. Calling an official number leads to the brand: none."""
    if view.message.medium is Medium.CALL:  # the listener speaks: checks/caller_*.py
        return
    done: set[str] = set()
    for saying in sayings(view.spoken):
        for topic, strength in _topics(view, saying):
            if topic not in done:
                done.add(topic)
                yield lure(ID, topic, saying.spoken.where, saying.written, layer=saying.spoken.layer, strength=strength)
    if not done and _can_only_be_answered(view):
        yield lure(ID, "answer", *telling_line(view), strength=Strength.WEAK)


def _can_only_be_answered(view: View) -> bool:
    """Who names nobody writes, beyond doubt, what frauds say, and nothing leads off: what he wants he gets by an answer.

    Requests are said in more ways than ANSWERS knows ("le RIB me manque toujours"), and a link may stand where it is not counted.
    """
    if view.brand_author or view.standing is Standing.ANOTHER or leads_off(view.outer_links, view.brand):
        return False
    told, worded, bounds = view.once(score), view.once(said), policy().wording
    if told is None or worded is None or min(told.total, told.words) < bounds.plain:
        return False
    return worded >= policy().doubt.plain


def _topics(view: View, saying: Saying) -> Iterator[tuple[str, Strength]]:
    if CALLS.search(saying.text):
        dialled = list(phones.numbers(saying.text))
        if not dialled:
            yield "us", Strength.WEAK
        elif any(not phones.official(number.digits, view.brand) for number in dialled):
            yield "number", Strength.STRONG
    if ANSWERS.search(saying.text) and not view.brand_author:
        yield "answer", Strength.WEAK
    if SCANS.search(saying.text) and not view.brand_author:
        yield "scan", Strength.WEAK
    if not view.brand_author and any(
        not view.brand.official_host(found[1] or found[2]) for found in _TYPED.finditer(saying.text)
    ):
        yield "typed", Strength.WEAK


_TYPED = re.compile(
    r"(?<![\w@./-])((?:[a-z0-9-]{2,63}\.){1,4}[a-z]{2,24})(?=/[\w-])"
    r"|(?:\b(?:sur|ici|via|adresse|site)|[:>]) ((?:[a-z0-9-]{3,63}\.){1,4}"
    r"(?:fr|com|net|org|info|eu|app|site|online|shop|xyz|top|club|live|link|me|io|co|example))(?![\w.@-])"
)
"""A host that stands there to be typed: mail software makes no link of it, the reader does."""
