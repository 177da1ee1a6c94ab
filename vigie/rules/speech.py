"""Who speaks in the outer text: the signs by which a reader takes the sender for the brand, each with its weight.

A mention weighs nothing. A letterhead or a signature says it outright; a first person, a self-presentation, an issuer's sentence
("votre carte Vitale expire") or a subject line say it together. What a press article, a mutuelle, a pharmacy or an employer says
about the brand stays below ENOUGH: facts section 6, "False-positive traps".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from vigie.message.types import Address, Layer, Link, TextBlock
from vigie.rules.brand import Brand
from vigie.rules.clauses import Clause, clauses, joined, warns_of_fraud, without_quotes
from vigie.rules.lookalike import GLUE, registrable
from vigie.rules.naming import Names, is_person, may_name, names_of, readable

ENOUGH = 3
"""Together the signs must weigh this much: an outright one, or two that support each other."""
_LETTERHEAD_LINES = 5
_SIGNATURE_LINES = 10
_MAX_ALONE = 70


@dataclass(frozen=True, slots=True)
class Utterance:
    """One outer text block in readable form (`naming.readable`)."""

    where: str
    layer: Layer
    text: str

    @property
    def is_subject(self) -> bool:
        """The subject line is an utterance of its own."""
        return self.where == "subject"


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason to take the sender for the brand."""

    topic: str
    weight: int
    where: str
    text: str
    layer: Layer


def utterances(blocks: tuple[TextBlock, ...], folded: Callable[[str], str], brand: Brand) -> tuple[Utterance, ...]:
    """The outer blocks in readable form."""
    return tuple(Utterance(block.where, block.layer, readable(folded(block.text), brand)) for block in blocks)


def signs(
    spoken: tuple[Utterance, ...],
    authors: tuple[Address, ...],
    folded: Callable[[str], str],
    links: tuple[Link, ...],
    brand: Brand,
) -> tuple[Sign, ...]:
    """Every sign in the outer text, the heaviest of each topic. Empty where the brand is not even named."""
    if not any(may_name(item.text, brand) for item in spoken):
        return ()
    words = names_of(brand)
    if not any(words.names.search(item.text) or words.products.search(item.text) for item in spoken):
        return ()
    found = list(_outright(spoken, words))
    if not _somebody_else(spoken, authors, folded, brand):
        found += _supporting(spoken, links, words, brand)
    best: dict[str, Sign] = {}
    for sign in found:
        if sign.topic not in best or best[sign.topic].weight < sign.weight:
            best[sign.topic] = sign
    return tuple(best.values())


# --- outright ---------------------------------------------------------------------------------------------------------

_FILLERS = frozenset(
    """
    votre vos l le la les de du des d un une et a au aux en sur par pour service services equipe equipes client clients clientele relation
    relations espace compte portail public publics publique ligne france francaise francais republique securite sociale sante conseiller
    conseillere conseillers support centre contact direction departement gestion bonjour cordialement agence assures assure information
    informations notification notifications message caisse primaire nationale cnam paris tous droits reserves copyright c merci remboursement
    remboursements securise securisee officiel officielle site bienvenue prestations liberte egalite fraternite logo image numero dossier
    ministere solidarites solidarite technique numerique digital administration mon ma mes avis urgent important alerte fr www gouv
    accueil connexion appli application mobile agir ensemble proteger chacun directeur directrice general generale signature sincerement
    carte cartes suivi bien vous respectueusement attention toute notre avec sentiments distingues meilleurs salutations
    """.split()
)
_CLOSING = re.compile(
    r"\b(?:cordialement|cordiales salutations|bien a vous|sincerement|respectueusement|avec toute notre attention|salutations|sentiments distingues"
    r"|votre (?:confiance|comprehension)|bonne (?:journee|reception)|a (?:tres )?bientot|merci d'avance|votre conseiller\w*|votre correspondant\w*|l'equipe|le service|la direction)\b"
)
_TOKENS = re.compile(r"[a-z]+|\d+")


def _outright(spoken: tuple[Utterance, ...], words: Names) -> Iterator[Sign]:
    """Letterhead, signature, and a subject line that is nothing but the name."""
    for item in spoken:
        if item.is_subject:
            if _alone(item.text, words):
                yield Sign("subject", ENOUGH, item.where, item.text, item.layer)
            elif _opens_subject(item.text, words):
                yield Sign("subject", 2, item.where, item.text, item.layer)
            continue
        lines = [line for line in item.text.split("\n") if any(char.isalnum() for char in line)]
        yield from _letterhead(lines, item, words)
        yield from _signature(lines, item, words)


def _letterhead(lines: list[str], item: Utterance, words: Names) -> Iterator[Sign]:
    for line in lines[:_LETTERHEAD_LINES]:
        if _alone(line, words) and len(lines) > 1:
            yield Sign("letterhead", ENOUGH, item.where, line, item.layer)
            return


def _signature(lines: list[str], item: Utterance, words: Names) -> Iterator[Sign]:
    first = max(1, len(lines) - _SIGNATURE_LINES)
    for position in range(len(lines) - 1, first - 1, -1):
        line = lines[position]
        if not _alone(line, words):
            continue
        closed = any(_CLOSING.search(other) for other in lines[max(0, position - 3) : position + 1])
        yield Sign("signature", ENOUGH if closed else 2, item.where, line, item.layer)
        if closed:
            return


def _alone(line: str, words: Names) -> bool:
    """A short line that holds a name and, beside it, nothing but words of courtesy and administration, or a place after "CPAM de"."""
    if len(line) > _MAX_ALONE:
        return False
    name = words.names.search(line)
    if name is None or (words.products.fullmatch(name[0]) and name[0] not in {"compte ameli", "mon espace sante"}):
        return False
    rest = words.names.sub(" ", line)
    strangers = [token for token in _TOKENS.findall(rest) if token not in _FILLERS and not token.isdigit()]
    place = re.search(r"^ ?(?:de |du |des |d')", line[name.end() :])
    return not strangers or (place is not None and len(strangers) <= 3 and len(line) <= 60)


_SUBJECT_SEPARATOR = re.compile(r"^\W{0,3}(?:votre |l'|l |le |la |compte |espace |service )?")


def _opens_subject(subject: str, words: Names) -> bool:
    """ "Ameli : ...", "[Assurance Maladie] ...", "... - Ameli": the place where a sender writes his own name."""
    name = words.names.match(_SUBJECT_SEPARATOR.sub("", subject))
    if name and re.match(
        r"(?: ?fr)?\W{0,2}[:\]|>-]", _SUBJECT_SEPARATOR.sub("", subject)[name.end() :].lstrip(" ") + " "
    ):
        return True
    last = re.split(r" [-|] ", subject)[-1]
    return last != subject and _alone(last, words)


# --- supporting -------------------------------------------------------------------------------------------------------

_PRESENTS = re.compile(
    r"^(?: \w+){0,3} (?:vous (?:informe|contacte|invite|remercie|adresse|ecrit|rappelle|signale|notifie|annonce|propose|demande|prie|avise|confirme|alerte|accorde|doit|a )"
    r"|a (?:procede|determine|constate|detecte|identifie|effectue|calcule|valide|enregistre|le plaisir)|devoile|met a votre disposition|souhaite vous)"
)
_I_AM = re.compile(
    r"\b(?:ici|nous sommes|je suis|je travaille|je vous (?:contacte|ecris|appelle)|nous vous (?:contactons|ecrivons)|au nom|de la part|conseill\w+|agent|service) "
    r"(?:\w+ ){0,3}(?:de |du |des |d'|a |au )?(?:l'|la |le )?$"
)
_FIRST_PERSON = re.compile(r"\b(?:nous|notre|nos|je)\b")
_SECOND_PERSON = re.compile(r"\b(?:vous|votre|vos|ma|mon|mes)\b")
_ADDRESSEE = re.compile(
    r"\b(?:chere?s?(?:\(e\))?|madame|monsieur|mme|cher\W{1,3}e\W{0,2}) (?:\w+[, ]+){0,2}(?:assure|beneficiaire|titulaire|affilie)"
)
_NOT_ISSUER = re.compile(
    r"\b(?:notre|nos|votre) (?:mutuelle|officine|pharmacie|cabinet|laboratoire|adherents?|entreprise|complementaire|etablissement|redaction|lecteurs|employeur|commune|mairie)\b"
    r"|\b(?:pharmaci\w+|borne)\b.{0,30}\bcarte\b|\bservice (?:rh|paie|du personnel|ressources humaines)\b|\bressources humaines\b"
    r"|\b(?:telle que|comme|aupres de|par|de|avec) l'assurance maladie\b.{0,40}\b(?:mutuelle|complementaire)\b"
)
_NEAR = 700
"""Characters of the body in which a sender presents himself."""


def _supporting(spoken: tuple[Utterance, ...], links: tuple[Link, ...], words: Names, brand: Brand) -> list[Sign]:
    """Signs that need each other: what the brand says of itself, and what only an issuer says."""
    subject = "\n".join(item.text for item in spoken if item.is_subject)
    body = "\n".join(item.text for item in spoken if not item.is_subject)
    if warns_of_fraud(subject, body):
        return []
    found: list[Sign] = []
    for item in spoken:
        found += _presented(item, words)
        found += _issued(item, words, brand)
    if _ADDRESSEE.search(body[:_NEAR]):
        found.append(Sign("addressee", 1, "text", _line_of(body, _ADDRESSEE), Layer.OUTER))
    for link in links:
        if brand.official_host(shown_host(link.shown)) and not brand.official_host(link.host) and link.host:
            found.append(Sign("shown-address", 2, link.where, link.shown, link.layer))
            break
    return found


def _presented(item: Utterance, words: Names) -> Iterator[Sign]:
    """ "L'Assurance Maladie vous informe", "je suis conseiller de la CPAM", "nous ... votre compte ameli"."""
    text = joined(without_quotes(item.text))
    for name in words.names.finditer(text):
        before, after = text[max(0, name.start() - 80) : name.start()], text[name.end() : name.end() + 80]
        if _PRESENTS.match(after):
            weight = 2 if name.start() < _NEAR else 1
            yield Sign("presents-itself", weight, item.where, _around(text, name), item.layer)
        if _I_AM.search(before):
            yield Sign("speaks-for", 2, item.where, _around(text, name), item.layer)


def _issued(item: Utterance, words: Names, brand: Brand) -> Iterator[Sign]:
    """What only the issuer says, plainly: the sentences that the institution denies, about a product of its own."""
    plain = [clause for clause in clauses(item.text) if clause.plain and not _NOT_ISSUER.search(clause.text)]
    hits = [clause for clause in plain if _issuer_says(clause, words, brand)]
    spoken = [clause for clause in hits if _SECOND_PERSON.search(clause.text)]
    if spoken:
        first = spoken[0]
        personal = any(_FIRST_PERSON.search(clause.text) for clause in spoken)
        yield Sign("issuer", 2 + personal + (len(spoken) > 1), item.where, first.text, item.layer)
    elif hits:
        yield Sign("issuer", 1, item.where, hits[0].text, item.layer)
    for clause in plain:
        if _FIRST_PERSON.search(clause.text) and _SECOND_PERSON.search(clause.text) and _says_own(clause.text, words):
            yield Sign("first-person", 1, item.where, clause.text, item.layer)
            return


def _issuer_says(clause: Clause, words: Names, brand: Brand) -> bool:
    named = words.products.search(clause.text) or words.names.search(clause.text)
    return bool(named) and any(pattern.search(clause.text) for pattern in fact_patterns(brand))


def _says_own(text: str, words: Names) -> bool:
    """ "votre compte ameli", "nos services ... l'assurance maladie"."""
    return bool(words.products.search(text) or words.names.search(text))


@cache
def patterns_of(sources: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The patterns compiled, once."""
    return tuple(re.compile(source) for source in sources)


def fact_patterns(brand: Brand) -> tuple[re.Pattern[str], ...]:
    """Every pattern of the brand's denied facts, compiled once."""
    return patterns_of(tuple(source for fact in brand.facts for source in fact.patterns))


def shown_host(shown: str) -> str:
    """The host in a link's visible text, where that text is an address."""
    match = re.match(r"\s*(?:https?://)?([a-z0-9][a-z0-9.-]{2,200}\.[a-z]{2,24})(?=[/?#:]|\s*$)", shown.lower())
    return match[1] if match else ""


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - 40) : found.end() + 100]


def _line_of(text: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(text)
    return text[found.start() : found.end() + 60] if found else ""


# --- somebody else speaks ---------------------------------------------------------------------------------------------

_OWN_VOICE = re.compile(
    r"\bnotre (?:mutuelle|officine|pharmacie|cabinet|laboratoire|entreprise|complementaire|etablissement|redaction|association|commune|mairie|clinique|hopital|ecole|journal|logiciel)\b"
    r"|\bnos (?:adherents|lecteurs|patients|abonnes|salaries|collaborateurs|clients? entreprises?)\b|\bservice (?:rh|paie|du personnel)\b|\bressources humaines\b"
    r"|\b(?:lire (?:l'article|la suite|en ligne)|a la une|nos articles|la redaction|gestionnaire de paie|bulletin de (?:paie|salaire))\b"
)


def _somebody_else(
    spoken: tuple[Utterance, ...], authors: tuple[Address, ...], folded: Callable[[str], str], brand: Brand
) -> bool:
    """The reader is told that another body speaks: a display name that fits its own domain, or that body's first person.

    This only takes away weight from mentions; a letterhead, a signature and the author's own name are untouched by it.
    """
    if any(_OWN_VOICE.search(item.text) for item in spoken):
        return True
    return bool(authors) and all(speaks_for_own_domain(author, folded, brand) for author in authors)


def speaks_for_own_domain(author: Address, folded: Callable[[str], str], brand: Brand) -> bool:
    """A display name that does not name the brand and shares a telling word with its own registrable domain."""
    display = readable(folded(author.display), brand)
    words = names_of(brand)
    if not display or (words.names.search(display) and not is_person(display, brand)):
        return False
    label = registrable(author.domain).partition(".")[0].replace("-", "")
    told = [
        word
        for word in re.findall(r"[a-z0-9]+", display)
        if len(word) >= 3 and word not in GLUE and word not in brand.claim.host_words
    ]
    squeezed = "".join(re.findall(r"[a-z0-9]+", display))
    return (
        any(word in label for word in told if len(word) >= 4)
        or any(word == label for word in told)
        or (len(label) >= 4 and label in squeezed and label not in GLUE)
    )
