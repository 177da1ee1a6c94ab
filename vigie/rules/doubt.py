"""How much there is to be careful about in a mail that names the brand: its words, what it wants, whose address it comes from.

The score of the words alone must be high to accuse. To warn, more may count: a text that speaks half like a fraud, asks for a card or a
payment and leads to a name made of nothing but "remboursement-assures" deserves a second look. The points stand in policy.toml, [doubt].
"""

from __future__ import annotations

from vigie.rules.brand import Brand
from vigie.rules.catalog import rules
from vigie.rules.lookalike import Grade, likeness, registrable, words_in
from vigie.rules.policy import COUNTED, policy
from vigie.rules.standing import telling
from vigie.rules.types import Kind, Strength
from vigie.rules.view import View
from vigie.rules.wording import Score, parts

MAX_HOSTS = 40
_ASKS = frozenset({("data-request", "secret"), ("payment-request", "fees"), ("payment-request", "sum")})


def doubt(view: View, whole: Score) -> float:
    """The most that any part of the text comes to (log-odds), so that honest words around a fraud do not lower it."""
    bounds = policy().doubt
    address = bounds.resembles * resembles(view) + bounds.pretext * _pretext(view)
    said = _worth(whole) + address
    if said >= bounds.careful:
        return said
    said = max([said, *(_worth(score) - bounds.part + address for score in parts(view))])
    if not bounds.nothing - bounds.asks - bounds.leads_off <= said < bounds.careful:
        return said
    lures = [finding for rule in rules() if Kind.LURE in rule.KINDS for finding in rule.check(view)]
    strong = [
        finding
        for finding in lures
        if finding.kind is Kind.LURE and finding.layer in COUNTED and finding.strength is not Strength.WEAK
    ]
    asks = any((finding.rule, finding.topic) in _ASKS for finding in strong)
    return said + bounds.leads_off * bool(strong) + bounds.asks * asks


def _worth(score: Score) -> float:
    return score.total + policy().doubt.words * score.words


def resembles(view: View) -> bool:
    """The brand's sign is in the author's domain or in a host that the mail leads to."""
    hosts = dict.fromkeys(link.host for link in view.outer_links if link.clickable and link.host)
    names = [author.domain for author in view.message.authors] + list(hosts)[:MAX_HOSTS]
    return any(likeness(name, view.brand).grade is not Grade.NONE for name in names)


def _pretext(view: View) -> bool:
    """The author's domain names nobody: it is made of words of administration and of the brand's subject."""
    authors = view.message.authors
    return bool(authors) and all(_names_nobody(author.domain, view.brand) for author in authors)


def _names_nobody(domain: str, brand: Brand) -> bool:
    label = registrable(domain).partition(".")[0]
    return bool(label) and not telling(" ".join(words_in(label, brand)), brand)
