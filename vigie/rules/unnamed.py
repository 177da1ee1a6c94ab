"""What a sender who names nobody says about the reader's affairs with the brand: nobody but the brand is left to have written it.

A careful reader asks four things of a mail that names an institution: does somebody else sign it, is it about my own affairs, does it
want something of me, and where does that go? Papers that bear the brand's name ("copie de la carte Vitale") are no affair with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Link
from vigie.rules.brand import Brand
from vigie.rules.clauses import without_quotes
from vigie.rules.grammar import ANSWERS, AT_A_DESK, CALLS, PAID_TO, STATE
from vigie.rules.letterhead import opens_with_name
from vigie.rules.naming import Names
from vigie.rules.standing import Standing
from vigie.rules.utterance import Sign, Utterance
from vigie.rules.weights import weights

_PAPER = re.compile(
    r"\b(?:copies?|photos?|photocopies?|scans?|recto(?:[ -/]verso)?|attestations?|justificatifs?|decomptes?|releves?|bordereaux?|courriers?"
    r"|lettres?|notifications?|numeros?|certificats?|mails?|courriels?|messages?|sms|site|votre|ta|sa|la)"
    r" (?:\w+ ){0,2}?(?:de |d'|du |des )(?:la |l'|votre |ta |sa |cette )?$"
    r"|\b(?:contre|face a) (?:la |l'|votre )?$"
    r"|\b(?:pensez a|pense a|n'oubliez pas|n'oublie pas|prevoyez|prevoir|munissez-vous de|munie?s? de|gardez|prenez|ayez)"
    r" (?:\w+ )?(?:votre |ta |sa |la )$"
)
"""Papers that bear the name, and the card that somebody is to have with him."""
_SHOWN = re.compile(
    r" c/|,? (?:(?:est|sera|vous sera) )?(?:necessaire|obligatoire|demandee?|indispensable|exigee?|a jour\b(?! est))"
)
"""A paper that is needed: "votre carte Vitale est nécessaire"."""
_AMONG_PAPERS = re.compile(
    r"\b(?:passeport|permis|pieces? d'identite|livret de famille)\W{1,3}(?:[\w']{1,20}\W{1,3}){0,5}$"
)
_PLACE = re.compile(
    r"\b(?:sur|dans|depuis|via) (?:le |la |l'|votre |ton |mon |son )?(?:(?:site|compte|espace|application|appli|portail) )?"
    r"(?:de |d'|internet )?(?:la |l')?$"
)
"""Where the real thing is found: "se télécharge sur votre compte ameli"."""
_YOU = re.compile(r"\b(?:vous|votre|vos|tu|toi|ton|ta|tes|te|you|your)\b")


def affair(
    spoken: tuple[Utterance, ...], links: tuple[Link, ...], words: Names, brand: Brand, who: Standing
) -> Iterator[Sign]:
    """One sign where the mail speaks to the reader, names the brand as more than a paper, and leads him to somebody else."""
    if who is Standing.ANOTHER:
        return
    if not any(_YOU.search(item.text) or (item.is_subject and opens_with_name(item.text, words)) for item in spoken):
        return
    if not channel(spoken, links, brand):
        return
    for item in spoken:
        for clause in item.clauses:
            if (
                clause.plain
                and not clause.asked
                and not AT_A_DESK.search(clause.text)
                and _named(without_quotes(clause.text), words)
            ):
                yield Sign("affair", weights().affair, item.where, clause.text, item.layer)
                return


def _named(clause: str, words: Names) -> bool:
    told = False
    for pattern in (words.names, words.products):
        for found in pattern.finditer(clause):
            before = clause[max(0, found.start() - 60) : found.start()]
            place = found[0] in words.services or not words.products.fullmatch(found[0])
            if place and _PLACE.search(before) and "://" not in clause and not STATE.search(clause):
                return False
            if _SHOWN.match(clause, found.end()):
                continue
            if not (_PAPER.search(before) or _AMONG_PAPERS.search(before)):
                told = True
    return told


def among_papers(clause: str, words: Names) -> bool:
    """The product is one of several papers: "une pièce d'identité (passeport, permis, carte Vitale)"."""
    return any(
        _AMONG_PAPERS.search(clause[max(0, found.start() - 60) : found.start()])
        for found in words.products.finditer(clause)
    )


def channel(spoken: tuple[Utterance, ...], links: tuple[Link, ...], brand: Brand) -> bool:
    """Whoever follows the mail comes to somebody who is not the brand: an outside link, a number, an account, an answer."""
    if leads_off(links, brand):
        return True
    said = (clause.text for item in spoken for clause in item.clauses if clause.plain)
    return any(pattern.search(text) for text in said for pattern in (ANSWERS, CALLS, PAID_TO))


def leads_off(links: tuple[Link, ...], brand: Brand) -> list[Link]:
    """The links that a reader can follow to somebody who is not the brand."""
    return [link for link in links if link.clickable and link.host and not brand.official_host(link.host)]


_DEFANGED = re.compile(r"\[\.\]|\(\.\)|\bhxxps?\b", re.IGNORECASE)


def defanged(link: Link) -> bool:
    """As those write a host in their text who show a fraud and want nobody to follow it. No proof of who they are."""
    scheme, mark, rest = link.shown.partition("://")
    host = re.split(r"[/\\?#]", rest if mark else scheme, maxsplit=1)[0]
    return link.kind == "text" and bool(_DEFANGED.search(f"{scheme}://{host}" if mark else host))
