"""The outer text speaks as the brand: letterhead, signature, first person, subject, or what only the issuer says.

A mention is no claim, however often it stands there (speech.py says what weighs how much, and why).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from vigie.message.types import Layer, Medium
from vigie.rules.copied import Copied, copied, disbelieves
from vigie.rules.doubt import (
    BESIDE,
    bears_the_name,
    confirmed,
    doubt,
    resembles,
    signed,
    strong_lures,
    vouched,
)
from vigie.rules.givenname import own_name
from vigie.rules.policy import policy
from vigie.rules.quoting import claim
from vigie.rules.speech import signs
from vigie.rules.standing import Owner, Standing, another_body, telling
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.unnamed import channel, leads_off
from vigie.rules.utterance import utterances, written
from vigie.rules.view import View
from vigie.rules.weights import weights
from vigie.rules.wording import Score, all_read, names_outright, score, score_of, telling_line, unlike

ID = "claim-text"
KINDS = (Kind.CLAIM,)
SOURCES = ("facts/ameli.md sections 3.1 and 6", "house: CLAIM")


def check(view: View) -> Iterator[Finding]:
    """One finding per sign, where the signs together are enough."""
    if view.message.medium is Medium.CALL:  # the listener speaks: checks/caller_*.py
        return
    found = tuple(_claims(view))
    passed_on = view.once(copied) if found else Copied.NOT
    if passed_on is Copied.NOT:
        yield from found
    elif passed_on is Copied.TOLD:
        yield from (replace(finding, strength=Strength.WEAK) for finding in found)


def _claims(view: View) -> Iterator[Finding]:
    """Of the outer text, whoever wrote it first."""
    found = view.once(signs)
    if view.message.medium is Medium.SMS and _names_another(view):
        found = tuple(sign for sign in found if sign.topic not in {"affair", "nobody-else"})
    topics = {sign.topic for sign in found}
    points, needed = sum(sign.weight for sign in found), weights().enough
    told, careful = view.once(score), view.once(doubt)
    own = own_name(view)
    if told is not None and careful is not None:
        yield from _wording(view, told, careful, enough=points >= needed, own=own)
        backed = points == needed - 1 and told.total >= policy().wording.backs
        if backed and channel(view.spoken, view.outer_links, view.brand):
            points += 1
        unmeant = points >= needed and unlike(view, told, policy().wording.unlike)
        bound = policy().doubt.careful if topics <= BESIDE else policy().doubt.nothing
        if unmeant and careful < bound and all_read(view) and not view.once(resembles):
            return
        doubted = own or unmeant or not (signed(view) or view.once(confirmed))
    else:
        doubted = own
    if points < needed:
        yield from _forwarded(view)
        return
    for place, sign in enumerate(sorted(found, key=lambda item: -item.weight)):
        strong = not doubted and (place == 0 or sign.weight >= needed)
        strength = Strength.STRONG if strong else Strength.WEAK
        shown = written(view.spoken, sign.where, sign.text)
        yield claim(ID, sign.topic, sign.where, shown, layer=sign.layer, strength=strength)


def _wording(view: View, told: Score, careful: float, *, enough: bool, own: bool) -> Iterator[Finding]:
    """What the learned score says; where it is not sure, it is worth saying only if no other sign is enough, or a name may excuse those."""
    bounds = policy().wording
    needed = bounds.plain if view.standing is Standing.ANOTHER else bounds.words
    if told.total >= bounds.nearly and told.words >= needed and view.once(confirmed):
        weak = own or another_body(view.message.authors, view.folded, view.brand)
        yield claim(ID, "wording", *telling_line(view), strength=Strength.WEAK if weak else Strength.STRONG)
        return
    if not view.once(names_outright):
        return
    if careful < policy().doubt.careful:
        if not enough and bears_the_name(view) and view.once(strong_lures):
            author = view.message.authors[0]
            yield claim(ID, "address", author.field, author.addr, strength=Strength.WEAK)
        elif not enough and vouched(view):
            yield claim(ID, "wording-likely", *telling_line(view), strength=Strength.WEAK)
        return
    if view.owner is Owner.ABSENT and told.total >= bounds.likely:
        topic = "wording-unowned"
    elif careful >= policy().doubt.questions and view.standing is Standing.ANOTHER:
        topic = "wording-questions"
    else:
        topic = "" if enough else "wording-likely"
    if topic:
        yield claim(ID, topic, *telling_line(view), strength=Strength.WEAK)


def _forwarded(view: View) -> Iterator[Finding]:
    """What a fraud says, passed on without a word of doubt by a sender who gives no name of his own: a line "De : ..." is soon written."""
    layer = Layer.FORWARDED
    blocks, links = view.message.texts(layer), tuple(link for link in view.message.links if link.layer is layer)
    if not blocks or not leads_off(links, view.brand):
        return
    if view.known is Standing.ANOTHER or any(disbelieves(item.text) for item in view.spoken):
        return
    said = utterances(blocks, view.folded, view.brand)
    told, bounds = score_of(view, said), policy().wording
    if told is not None and told.total >= bounds.sure and told.words >= bounds.words:
        yield claim(ID, "wording-likely", *telling_line(view, said), strength=Strength.WEAK)


_LABEL = re.compile(r"\W{0,3}([\w'&. -]{2,30}?) ?[:\]>]")


def _names_another(view: View) -> bool:
    """An SMS that opens with somebody's name: "Doctolib : ..."."""
    label = next((found for item in view.spoken if (found := _LABEL.match(item.text))), None)
    return label is not None and bool(telling(label[1], view.brand))
