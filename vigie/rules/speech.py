"""Who speaks in the outer text: the signs by which a reader takes the sender for the brand, each with its weight.

A mention weighs nothing. A letterhead or a signature says it outright (letterhead.py); a self-presentation, an issuer's sentence
("votre carte Vitale expire"), a first person or a call to act say it together (issuer.py). Who gives a name of his own
(standing.py) is taken at his word unless he signs as the brand. Weights: policy.toml, table [speech].
"""

from __future__ import annotations

import re
from dataclasses import replace

from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.issuer import shown_in_links, supporting
from vigie.rules.letterhead import outright
from vigie.rules.naming import may_name, names_of
from vigie.rules.standing import Standing, own_voice, standing
from vigie.rules.utterance import Sign
from vigie.rules.view import View
from vigie.rules.weights import weights

_FAMILIAR = re.compile(r"(?<![\w-])(?:tu|toi|t'as|t'es|t'a|t'ont|bises|bisous|coucou|ton avis|penses quoi)(?![\w-])")
_SPOKEN_OUTRIGHT = frozenset({"signature", "subject", "speaks-for", "tells-reader", "asks-card"})


def signs(view: View) -> tuple[Sign, ...]:
    """Every sign in the outer text, the heaviest of each topic. Empty where the brand is not even named."""
    spoken, brand = view.spoken, view.brand
    words = names_of(brand)
    if not any(may_name(item.text, brand) for item in spoken) or not any(
        words.names.search(item.text) or words.products.search(item.text) for item in spoken
    ):
        return _only_shown(view)
    weight = weights()
    found = list(outright(spoken, words, brand, view.buttons))
    texts = [item.text for item in spoken if not item.is_subject]
    who = view.standing
    if _a_friend(view, texts, found):
        found = [_lighter(sign, weight.familiar) for sign in found]  # a friend who copied the text
    elif any(FRAUD_WORD.search(text) for text in texts) and own_voice(texts, brand):
        # a fraud that is shown as an example, signature and all
        found = [_lighter(sign, weight.own_voice) for sign in found]
    elif own_voice([item.text for item in spoken], brand):
        outright_twice = any(sign.topic == "signature" and sign.weight >= weight.signature for sign in found)
        found = [
            _lighter(sign, weight.own_voice) if sign.topic == "letterhead" or not outright_twice else sign
            for sign in found
        ]
        if who is Standing.NOBODY:  # anybody may write "devis" or "actualités" somewhere
            told = supporting(spoken, view.outer_links, words, brand, Standing.UNKNOWN)
            found += [
                _lighter(sign, weight.another_speaker) if sign.topic not in _SPOKEN_OUTRIGHT else sign for sign in told
            ]
    else:
        found += supporting(spoken, view.outer_links, words, brand, who)
        if who is Standing.ANOTHER:
            # a compromised mailbox under its own name is possible, a body that mentions the brand is usual
            found = [
                sign if sign.topic in _SPOKEN_OUTRIGHT else _lighter(sign, weight.another_speaker) for sign in found
            ]
    best: dict[str, Sign] = {}
    for sign in found:
        if sign.weight > 0 and (sign.topic not in best or best[sign.topic].weight < sign.weight):
            best[sign.topic] = sign
    return tuple(best.values())


def _only_shown(view: View) -> tuple[Sign, ...]:
    """Nothing names the brand but an official address, shown over a link of somebody who names nobody."""
    shown = shown_in_links(view.outer_links, view.brand)
    if not any(sign.topic == "shown-address" for sign in shown):
        return ()
    texts = [item.text for item in view.spoken if not item.is_subject]
    who = standing(view.message.authors, texts, view.folded, view.brand, view.buttons)
    if who is not Standing.NOBODY:
        return ()
    first = shown[0]
    return (*shown, Sign("nobody-else", weights().nobody_else, first.where, first.text, first.layer))


def _a_friend(view: View, texts: list[str], found: list[Sign]) -> bool:
    """He says "tu", and is no desk: a fraudster who writes to the young says it too, under the name of one."""
    if not any(_FAMILIAR.search(item.text) for item in view.spoken) or _framed(texts, found):
        return False
    return view.standing is not Standing.NOBODY or not all(author.display for author in view.message.authors)


def _framed(texts: list[str], found: list[Sign]) -> bool:
    """A letterhead stands above the first familiar word and a signature closes the text: the brand itself says "tu" (an evasion)."""
    heads = [sign.text for sign in found if sign.topic == "letterhead"]
    feet = [sign.text for sign in found if sign.topic == "signature"]
    for text in texts:
        first = _FAMILIAR.search(text)
        if first is None:
            continue
        above = text[: first.start()]
        if any(head in above for head in heads) and any(text.rstrip().endswith(foot) for foot in feet):
            return True
    return False


def _lighter(sign: Sign, by: int) -> Sign:
    return replace(sign, weight=sign.weight - by)
