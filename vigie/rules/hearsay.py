"""Notes of a call: what the caller said and wanted, in the words of the one who was called.

The listener writes "elle m'a demandé mon numéro de carte"; a rule for mails would take it for his own. Sentences in which the
listener himself called, or in which nothing was asked ("il ne m'a rien demandé"), say nothing about a caller. Direct speech
("donnez-moi le code", a message on the answering machine) is the caller's too. All patterns are linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from vigie.message.types import TextBlock
from vigie.rules import phones
from vigie.rules.brand import Brand
from vigie.rules.desks import BODY
from vigie.rules.grammar import ASKS, PAYS
from vigie.rules.naming import names_of, readable
from vigie.rules.spelling import corrected
from vigie.rules.view import View

MAX_TEXT = 20_000
MAX_SENTENCE = 400
_AT_THE_START = 30

_END = re.compile(r"[.!?;…]+(?=[\s\"')\]]|$)|\n+")
_I_CALLED = re.compile(
    r"\b(?:j'ai|j'avais|nous avons|on a|mon \w+ a|ma \w+ a) (?:\w+ ){0,3}?(?:r?appele|telephone|contacte|compose|joint)\b"
    r"|\bje (?:les |l'|le |la )?(?:ai |rappelais|appelais|appelle|rappelle)(?: r?appele)?|\bquand j'appelle|\ben (?:r?appelant"
    r"|composant)\b"
    r"|\b(?:i|we) (?:called|rang|phoned|dialled)\b"
)
_CAME = re.compile(
    r"\b(?:m[' ]a|m[' ]ont|m'avait|nous a|nous ont) (?:\w+ ){0,2}?(?:r?appele|telephone|contacte|laisse)\w*"
    r"|\b(?:recu|eu) (?:\w+ ){0,3}(?:appels?|coups?|messages?)\b"
    r"|\bappel (?:\w+ )?(?:de|d')|\bmessage vocal|\brepondeur|\b(?:called|phoned|rang) (?:me|us)\b"
)
_DENIED = re.compile(
    r"\b(?:n'a|n'ont|ne m'a|ne m'ont|ne m'a-t-\w+) (?:\w+ ){0,3}?(?:pas|rien|jamais|aucun\w*)\b|\bsans (?:me |m'"
    r"|rien )?(?:rien )?demander\b"
    r"|\b(?:ne|n') ?(?:\w+ ){0,3}?demand\w+ (?:\w+ ){0,2}?(?:pas|jamais|rien|aucun\w*)\b|\brien demande\b|\b(?:did not|didn't|never) ask"
)
_WANTS = re.compile(
    r"\b(?:m[' ]a|m[' ]ont|nous a|nous ont|me|m'avait|lui a|lui ont) (?:\w+ ){0,3}?(?:demand\w+|reclam\w+|exig\w+|ordonn\w+|suppli\w+"
    r"|press\w+|fait (?:donner|lire|dicter|epeler|installer|payer|taper|valider|confirmer)|dit (?:de|d'|que je d|qu'il f|qu'il me f)"
    r"|pri\w+ de|propos\w+|invit\w+|oblig\w+|voul\w+)"
    r"|\b(?:il|elle|on|ils|elles|(?:la |le |cette |ce )?(?:personne|dame|monsieur|homme|femme|conseill\w+|voix|type|gars|robot|message"
    r"|correspondant\w*|agent))"
    r" (?:\w+ )?(?:voul\w+|veut|veulent|demand\w+|reclam\w+|exig\w+|insist\w+|a (?:demande|reclame|exige|insiste|voulu))"
    r"|(?:^|[,:(] ?|\bet )(?:\w+ )?(?:demande|demandait|demandant|veut|voulait|exige|reclame|reclamait)\b"
    r"|\bvoul\w+ que j\b"
    r"|\binsist\w+ pour\b|\bpour que je lui\b|\b(?:il|qu'il) (?:faut|fallait|faudrait|me faut)\b|\bje (?:dois|devais|devrais)\b"
    r"|\b(?:asked|wanted|wants|told me|demanded|requested|needs?|needed)\b"
)
_STRANGER = (
    r"se (?:dis\w+|dit|fais\w+ passer|fait passer|presentait|presente|presentant|pretend\w*)|s'est (?:presente\w*|annonce\w*"
    r"|dite?)|pretend\w*"
    r"|soi-disant|soit disant|dis(?:ait|ant)|disant (?:etre|appeler)"
    r"|de la part|au nom|travaill\w+ (?:pour|a)|conseill\w+|agent|agents|employee?s?|service|fonctionnaire|technicien\w*|medecin"
    r"|(?:une|la) (?:dame|femme|personne|voix)|(?:un|le) (?:monsieur|homme|type|gars|robot|message)|quelqu'un"
    r"|claim\w*|on behalf"
)
_SOMEBODY = re.compile(rf"\b(?:{_STRANGER})\b")
_POSES = re.compile(
    rf"\b(?:{_STRANGER}|(?:m[' ]a|a|me|nous a) (?:\w+ )?(?:dit|affirme|indique|explique)"
    r"|r?appel\w*|telephon\w+|contacte\w*|coups? de fil|messages? vocal|message|repondeur|ici|c'est|c'etait|je suis"
    r"|said|from|call\w*|phoned)\b"
)
_ACQUAINTED = re.compile(
    r"\b(?:ma|mon|mes|notre|nos|my) (?:\w+[ -])?(?:voisin\w*|fil(?:s|le)|soeur|frere|mere|pere|maman|papa|mari|femme|epou\w+|conjoint\w*"
    r"|compagn\w+|ami\w?s?|cop(?:ain|ine)s?|cousin\w*|tante|oncle|neveu|niece|tata|tonton|mamie|papi|collegue\w*|patron\w*|chef\w*|employeur|medecin"
    r"|pharmacien\w*|pharmacie|infirmier\w*|kine\w*|dentiste|opticien\w*|avocat\w*|notaire|comptable|mutuelle|proprietaire"
    r"|assistante sociale|neighbou?r|son|daughter|sister|brother|mother|father|mum|mom|dad|husband|wife|friend|doctor|boss)"
    r" (?:\w+ ){0,2}?(?:m[' ]a|m[' ]ont|nous a|nous ont|vient de m|a|has|called|phoned|rang|told) ?(?:(?:r?appele|telephone|dit|prevenu"
    r"|raconte|laisse|called|phoned|told)\w*\b|me\b|us\b)"
)
"""Somebody whom the reader knows: what he says of the brand is no claim of his."""
_HERE = re.compile(r"\bici\b|\bthis is\b")
_ASKED_ME = re.compile(r"[^.]{0,40}?\b(?:(?:m[' ]a|nous a|me) (?:\w+ )?(?:demand|reclam)\w+|voul\w+ que j)")
BANK = re.compile(
    r"\b(?:coordonnees (?:bancaires?|de (?:paiement|carte))|rib|iban|cartes? (?:bancaires?|bleues?|de (?:credit|paiement)|visa"
    r"|mastercard)|cb"
    r"|numeros? (?:de |d')?(?:ma |votre |la |sa )?(?:carte(?! vitale)|cb|compte)|cryptogramme|cvv|(?:trois|3) chiffres|date d'expiration"
    r"|mots? de passe(?! (?:du |de la )?(?:wifi|wi-fi|box))|mdp|identifiants?"
    r"|(?:un |le |les |mes |mon |du )?codes?(?! postal| (?:de la porte|du portail|d'entree|de l'immeuble|du batiment|du wifi|wifi))"
    r"|informations? bancaires?|donnees bancaires?"
    r"|(?:ma |votre |quelle )banque|bank (?:details|card|account)|card (?:number|details)|password|security code|pin)\b"
)
"""What advisers never ask for on the telephone."""
REMOTE = re.compile(
    r"\b(?:any ?desk|team ?viewer|quick ?support|rust ?desk|prise? (?:de|en) main|prendre (?:la main|le controle)|controle a distance"
    r"|partag\w+ (?:mon |votre |l')?ecran|acces a distance|remote (?:access|control))\b"
)
_ABOUT_OTHERS = re.compile(
    r"\b(?:des|les|de faux|ces) (?:escrocs?|fraudeurs?|arnaqueurs?|gens|personnes|demarcheurs?|appels"
    r"|conseillers) (?:\w+ ){0,3}?(?:se font|se fais\w+"
    r"|appellent|pretend\w+|demandent|circulent)\b|\b(?:alerte|previent|met en garde|mise en garde|rappelle qu)\b"
)
_MINE = re.compile(
    r"\b(?:m[' ]a|m[' ]ont|me|moi|nous a|nous ont|mon|ma|mes|j'ai|je|vous|votre|vos|my|me|i)\b|^\W{0,3}(?:\w+ ){0,3}?appel\b"
)


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence of the notes, folded and spell-corrected, that is about the caller."""

    text: str
    where: str
    written: str

    @property
    def wants(self) -> bool:
        """The caller asks for something: reported, or in his own words."""
        return not _DENIED.search(self.text) and bool(_WANTS.search(self.text) or ASKS.search(self.text))


def told(view: View) -> tuple[Told, ...]:
    """Every sentence but those of the listener's own calls and those about other people's; none where he called the brand himself."""
    items: list[Told] = []
    called = came = False
    for block in view.outer:
        for piece in _sentences(block):
            text = corrected(readable(view.folded(piece), view.brand))
            came = came or bool(_CAME.search(text))
            if _I_CALLED.search(text):
                called = called or _officially(text, view.brand)
            elif not _ABOUT_OTHERS.search(text):
                items.append(Told(text, block.where, piece))
    return () if called and not came else tuple(items)


def _officially(text: str, brand: Brand) -> bool:
    """He dialled a number of the brand's list, or names the brand and no number."""
    dialled = list(phones.numbers(text))
    if dialled:
        return all(phones.official(number.digits, brand) for number in dialled)
    return bool(names_of(brand).names.search(text))


def poses(item: Told, brand: Brand, *, mine: bool, known: bool) -> bool:
    """The caller is said to be the brand's, and not somebody else's who speaks of it.

    `mine`: the notes are about the writer's own call. `known`: somebody whom he knows says it (`passed_on`).
    """
    words, poser = names_of(brand), _SOMEBODY if known else _POSES
    if not (mine or _MINE.search(item.text)):
        return False
    whole = (
        re.compile(r"\b(?:" + "|".join(map(re.escape, brand.claim.whole_names)) + r")\b")
        if brand.claim.whole_names
        else None
    )
    for name in chain(words.names.finditer(item.text), whole.finditer(item.text) if whole else ()):
        before, after = item.text[max(0, name.start() - 120) : name.start()], item.text[name.end() :]
        if words.products.fullmatch(name[0].strip()) or BODY.search(before):
            continue
        if poser.search(before) or (name.start() < _AT_THE_START and (poser.search(after) or _ASKED_ME.match(after))):
            return True
    return False


def about_me(items: Sequence[Told]) -> bool:
    """The notes speak of the writer's own call, not of the world's."""
    return any(_MINE.search(item.text) for item in items)


def passed_on(items: Sequence[Told], at: int) -> bool:
    """Somebody whom the writer knows says it: in that sentence, or in the next one if nobody else comes in.

    Not where a secret, a payment or the control of a computer is wanted of anybody: who told of it does not matter then.
    """
    if any(
        item.wants and (BANK.search(item.text) or REMOTE.search(item.text) or PAYS.search(item.text)) for item in items
    ):
        return False
    here, before = items[at].text, items[at - 1].text if at else ""
    return bool(
        _ACQUAINTED.search(here) or (_ACQUAINTED.search(before) and not _CAME.search(here) and not _HERE.search(here))
    )


def _sentences(block: TextBlock) -> Iterator[str]:
    start = 0
    text = block.text[:MAX_TEXT]
    for end in _END.finditer(text):
        yield from _bounded(text[start : end.start()])
        start = end.end()
    yield from _bounded(text[start:])


def _bounded(piece: str) -> Iterator[str]:
    piece = piece.strip()
    for at in range(0, len(piece), MAX_SENTENCE):
        yield piece[at : at + MAX_SENTENCE]
