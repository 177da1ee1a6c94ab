"""Who speaks in the outer text: the signs by which a reader takes the sender for the brand, each with its weight.

A mention weighs nothing. A letterhead or a signature says it outright; a first person, a self-presentation, an issuer's sentence
("votre carte Vitale expire") or a subject line say it together. What a press article, a mutuelle, a pharmacy or an employer says
about the brand stays below ENOUGH: facts section 6, "False-positive traps".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

from vigie.message.fold import fold
from vigie.message.types import Address, Layer, Link, TextBlock
from vigie.rules.brand import Brand
from vigie.rules.clauses import Clause, clauses, joined, warns_of_fraud, without_quotes
from vigie.rules.grammar import AT_A_DESK, SECRET
from vigie.rules.lookalike import GLUE, registrable
from vigie.rules.naming import Names, is_person, may_name, names_of, readable
from vigie.rules.spelling import corrected

ENOUGH = 3
"""Together the signs must weigh this much: an outright one, or two that support each other."""
_LETTERHEAD_LINES = 5
_SIGNATURE_LINES = 10
_MAX_ALONE = 70


_PIECES = re.compile(r"[.!?;…]+(?=\s|$)|\n")
_QUOTED_TEXT = 20_000


@dataclass(frozen=True)
class Utterance:
    """One outer text block in readable form (`naming.readable`)."""

    where: str
    layer: Layer
    text: str
    raw: str = ""
    """As the reader sees it."""

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses, spell-corrected."""
        return clauses(corrected(self.text))

    def as_written(self, clause: str) -> str:
        """The piece of the raw text that `clause` (folded, perhaps spell-corrected) was made of; the clause where none fits."""
        wanted = set(clause.split())
        best, most = clause, len(wanted) * 0.6
        for piece in _PIECES.split(self.raw[:_QUOTED_TEXT]):
            words = set(fold(piece).split())
            shared = len(wanted & words) - 0.1 * len(words - wanted)
            if shared > most:
                best, most = piece.strip(), shared
        return best

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
    return tuple(
        Utterance(block.where, block.layer, readable(folded(block.text), brand), block.text) for block in blocks
    )


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
    found = list(_outright(spoken, words, brand))
    if any(_FAMILIAR.search(item.text) for item in spoken):
        found = [_lighter(sign, 2) for sign in found]  # a friend who copied the text; no institution says "tu"
    elif any(_OWN_VOICE.search(item.text) for item in spoken):
        found = [_lighter(sign, 2) if sign.topic == "letterhead" else sign for sign in found]
    else:
        own = bool(authors) and all(speaks_for_own_domain(author, folded, brand) for author in authors)
        found += _supporting(spoken, links, words, brand)
        if own:  # a compromised mailbox under its own name is possible, a body that mentions the brand is usual
            found = [sign if sign.topic in {"signature", "subject"} else _lighter(sign, 1) for sign in found]
    found = [sign for sign in found if sign.weight > 0]
    best: dict[str, Sign] = {}
    for sign in found:
        if sign.topic not in best or best[sign.topic].weight < sign.weight:
            best[sign.topic] = sign
    return tuple(best.values())


def _lighter(sign: Sign, by: int) -> Sign:
    return replace(sign, weight=sign.weight - by)


# --- outright ---------------------------------------------------------------------------------------------------------

_FILLERS = frozenset(
    """
    votre vos l le la les de du des d un une et a au aux en sur par pour service services equipe equipes client clients
    clientele relation
    relations espace compte portail public publics publique ligne france francaise francais republique securite sociale
    sante conseiller
    conseillere conseillers support centre contact direction departement gestion bonjour cordialement agence assures assure information
    informations notification notifications message caisse primaire nationale cnam paris tous droits reserves copyright c
    merci remboursement
    remboursements securise securisee officiel officielle site bienvenue prestations liberte egalite fraternite logo image
    numero dossier
    ministere solidarites solidarite technique numerique digital administration mon ma mes urgent important alerte fr www gouv
    accueil connexion appli application mobile agir ensemble proteger chacun directeur directrice general generale signature
    sincerement contentieux recouvrement comptable comptabilite medical juridique
    carte cartes suivi bien vous respectueusement attention toute notre avec sentiments distingues meilleurs salutations
    """.split()
)
_CLOSING = re.compile(
    r"\b(?:cordialement|cordiales salutations|bien a vous|sincerement|respectueusement|avec toute notre attention"
    r"|salutations|sentiments distingues"
    r"|votre (?:confiance|comprehension)|bonne (?:journee|reception)|a (?:tres )?bientot|merci d'avance"
    r"|votre conseiller\w*|votre correspondant\w*|l'equipe|le service|la direction)\b"
)
_TOKENS = re.compile(r"[a-z]+|\d+")


def _outright(spoken: tuple[Utterance, ...], words: Names, brand: Brand) -> Iterator[Sign]:
    """Letterhead, signature, and a subject line that is nothing but the name."""
    for item in spoken:
        if item.is_subject:
            if _alone(item.text, words):
                bare = not words.names.sub("", item.text).strip(" .!:-[]()|")
                yield Sign(
                    "subject", (ENOUGH if bare else 2) - _given(item.text, brand), item.where, item.text, item.layer
                )
            elif _opens_subject(item.text, words):
                yield Sign("subject", 2, item.where, item.text, item.layer)
            continue
        lines = _own_lines(item.text)
        head = next((line for line in lines[:_LETTERHEAD_LINES] if _alone(line, words)), "") if len(lines) > 1 else ""
        if head and head != lines[-1]:
            yield Sign("letterhead", ENOUGH - _given(head, brand), item.where, head, item.layer)
        yield from _signature(lines, item, words, brand)


_GOES_ON = 40


def _own_lines(text: str) -> list[str]:
    """The lines that say something, but for the rest of a sentence that was wrapped: its last words stand alone by accident."""
    lines: list[str] = []
    before = ""
    for line in text.split("\n"):
        said = any(char.isalnum() for char in line)
        if said:
            goes_on = len(before) >= _GOES_ON and before[-1] not in ".!?:;,)>"
            if goes_on:
                lines[-1] += " " + line
            else:
                lines.append(line)
        before = line
    return lines


def _given(line: str, brand: Brand) -> int:
    """1 where the line is a given name and nothing else: somebody signs, or a search term stands there."""
    return int(line.strip(" .,!-*|") in brand.claim.given_names)


def _signature(lines: list[str], item: Utterance, words: Names, brand: Brand) -> Iterator[Sign]:
    first = max(1, len(lines) - _SIGNATURE_LINES)
    for position in range(len(lines) - 1, first - 1, -1):
        line = lines[position]
        if not _alone(line, words):
            continue
        closed = any(_CLOSING.search(other) for other in lines[max(0, position - 3) : position + 1])
        yield Sign("signature", (ENOUGH if closed else 2) - _given(line, brand), item.where, line, item.layer)
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
    acronym = len(name[0]) < 6 and name.end() < len(line) and len(strangers) == 1  # CPAM Gironde
    return not strangers or acronym or (place is not None and len(strangers) <= 3 and len(line) <= 60)


_SUBJECT_SEPARATOR = re.compile(r"^\W{0,3}(?:votre |l'|l |le |la |compte |espace |service )?")


def _opens_subject(subject: str, words: Names) -> bool:
    """The words "Ameli : ...", "[Assurance Maladie] ...", "... - Ameli": the place where a sender writes his own name."""
    name = words.names.match(_SUBJECT_SEPARATOR.sub("", subject))
    if name and re.match(
        r"(?: ?fr)?\W{0,2}[:\]|>-]", _SUBJECT_SEPARATOR.sub("", subject)[name.end() :].lstrip(" ") + " "
    ):
        return True
    last = re.split(r" [-|] ", subject)[-1]
    return last != subject and _alone(last, words)


# --- supporting -------------------------------------------------------------------------------------------------------

_PRESENTS = re.compile(
    r"^(?: \w+){0,3} (?:vous (?:informe|contacte|invite|remercie|adresse|ecrit|rappelle|signale|notifie"
    r"|annonce|reclame|verse|attribue|propose|demande|prie|avise|confirme|alerte|accorde|doit)\b"
    r"|a (?:procede|determine|constate|detecte|identifie|effectue|calcule|valide|enregistre|le plaisir)"
    r"|devoile|met a votre disposition|souhaite vous)"
)
_I_AM = re.compile(
    r"\b(?:ici|nous sommes|je suis|je travaille (?:a|pour)|je vous (?:contacte|ecris|appelle)|nous vous (?:contactons"
    r"|ecrivons)|au nom|de la part|vo(?:tre|s) (?:conseill\w+|agent|correspondant\w*|interlocut\w+))"
    r" (?:\w+ ){0,3}(?:de |du |des |d'|a |au )?(?:l'|la |le )?$"
)
_FIRST_PERSON = re.compile(r"\b(?:nous|notre|nos|je)\b")
_SECOND_PERSON = re.compile(r"\b(?:vous|votre|vos|ma|mon|mes)\b")
_ADDRESSEE = re.compile(
    r"\b(?:chere?s?(?:\(e\))?|madame|monsieur|mme|cher\W{1,3}e\W{0,2}) (?:\w+[, ]+){0,2}(?:assure|beneficiaire|titulaire|affilie)"
)
_NOT_ISSUER = re.compile(
    r"\b(?:notre|nos|votre) (?:mutuelle|officine|pharmacie|cabinet|laboratoire|adherents?|entreprise|complementaire"
    r"|etablissement|redaction|lecteurs|employeur|commune|mairie)\b"
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
    found += _issued(spoken, words, brand)
    if _ADDRESSEE.search(body[:_NEAR]):
        found.append(Sign("addressee", 1, "text", _line_of(body, _ADDRESSEE), Layer.OUTER))
    for link in links:
        if brand.official_host(shown_host(link.shown)) and not brand.official_host(link.host) and link.host:
            found.append(Sign("shown-address", 2, link.where, link.shown, link.layer))
            break
    if found:
        found += _calls_to_act(spoken, links, late=any(sign.topic == "issuer" for sign in found))
    return found


def _presented(item: Utterance, words: Names) -> Iterator[Sign]:
    """The words "L'Assurance Maladie vous informe", "je suis conseiller de la CPAM", "Assurance Maladie : ..." as the first words."""
    text = joined(without_quotes(item.text))
    for name in words.names.finditer(text):
        before, after = text[max(0, name.start() - 80) : name.start()], text[name.end() : name.end() + 80]
        if _PRESENTS.match(after):
            weight = 2 if name.start() < _NEAR else 1
            yield Sign("presents-itself", weight, item.where, _around(text, name), item.layer)
        if _I_AM.search(before):
            yield Sign("speaks-for", 2, item.where, _around(text, name), item.layer)
    first = text.lstrip().split("\n", 1)[0]
    if not item.is_subject and _opens_subject(first, words):
        yield Sign("opening", 2, item.where, first, item.layer)


_OF_MYSELF = re.compile(r"\b(?:je|j'|me|m'|moi)\b")


def _not_the_issuer(clause: str) -> bool:
    """Said by a mutuelle, at a desk, or by the sender about himself ("mon compte est bloqué et je dois payer")."""
    if _NOT_ISSUER.search(clause) or AT_A_DESK.search(clause):
        return True
    return bool(_OF_MYSELF.search(clause)) and not re.search(r"\b(?:vous|votre|vos)\b", clause)


def _issued(spoken: tuple[Utterance, ...], words: Names, brand: Brand) -> Iterator[Sign]:
    """What only the issuer says, plainly: the sentences that the institution denies, about a product of its own.

    One such sentence may be anybody's (a doctor's: "votre carte Vitale n'est plus valide"); a second one is a pattern.
    """
    hits: dict[str, tuple[Utterance, str, bool]] = {}
    for item in spoken:
        for clause in item.clauses:
            if clause.plain and not clause.asked and not _not_the_issuer(clause.text):
                facts = any(pattern.search(clause.text) for pattern in _issuer_patterns(brand))
                named = bool(words.products.search(clause.text) or words.names.search(clause.text))
                if facts and (named or _SECOND_PERSON.search(clause.text)):
                    hits.setdefault(clause.text, (item, clause.text, named))
                elif named and _FIRST_PERSON.search(clause.text) and _SECOND_PERSON.search(clause.text):
                    yield Sign("first-person", 1, item.where, clause.text, item.layer)
    if not hits:
        return
    item, text, _ = max(hits.values(), key=lambda hit: hit[2])
    direct = any(_SECOND_PERSON.search(said) for _, said, _ in hits.values()) and (
        _addressed(spoken, words) or any(named and re.search(r"\bvous\b", said) for _, said, named in hits.values())
    )
    yield Sign("issuer", (2 if direct else 1) + min(2, len(hits) - 1), item.where, text, item.layer)


_YOURS = re.compile(r"\b(?:votre|vos|ma|mon) (?:\w+ ){0,3}$")


def _addressed(spoken: tuple[Utterance, ...], words: Names) -> bool:
    """The words "votre carte Vitale", "votre nouveau compte ameli": the product is the reader's own."""
    for item in spoken:
        for pattern in (words.products, words.names):
            for found in pattern.finditer(item.text):
                if _YOURS.search(item.text[max(0, found.start() - 50) : found.start()]):
                    return True
    return False


def _calls_to_act(spoken: tuple[Utterance, ...], links: tuple[Link, ...], *, late: bool) -> Iterator[Sign]:
    """The reader is told to do something, or until when (`late`), or to send data: weighs only beside other signs."""
    act = data = None
    for item in spoken:
        for clause in item.clauses:
            if not clause.plain or AT_A_DESK.search(clause.text):
                continue
            if act is None and (_ACT.search(clause.text) or (late and _DEADLINE.search(clause.text))):
                act = Sign("call-to-act", 1, item.where, clause.text, item.layer)
            if (
                data is None
                and late
                and (_ASKS_US.search(clause.text) or _SEND.search(clause.text))
                and SECRET.search(clause.text)
            ):
                data = Sign("asks-data", 1, item.where, clause.text, item.layer)
    shown = next((link for link in links if _ACT.search(fold(link.shown))), None)
    if act is None and shown is not None:
        act = Sign("call-to-act", 1, shown.where, shown.shown, shown.layer)
    yield from (sign for sign in (act, data) if sign is not None)


_SEND = re.compile(
    r"\b(?:envoyez|renvoyez|transmettez|communiquez|fournissez|donnez|indiquez|saisissez|renseignez|confirmez)\b"
)
_ASKS_US = re.compile(r"\b(?:nous|munissez|veuillez|merci de)\b")
_ACT = re.compile(
    r"\b(?:cliquez|cliquer|commande[rz]?|renouvele[rz]|active[rz]|valide[rz]|confirme[rz]|(?:mettre|mettez"
    r"|mise) a jour|retourner|retournez|remplir|remplissez|demandez|finalise[rz]|actualise[rz]|verifie[rz]"
    r"|reprogramme[rz]|planifie[rz]|reglez|payez|accede[rz]|recevoir|obtenez"
    r"|regularise[rz]"
    r"|connectez|identifiez|telechargez|scannez|flashez|rappel\w*|transmettre|transmettez|renseigne[rz]"
    r"|complete[rz]|ci-dessous|remboursement)\b"
)
_DEADLINE = re.compile(
    r"\b(?:sous|dans (?:un delai de|les)|delai de|avant le|passe ce delai|d'ici)\b.{0,12}(?:\d|delai)"
)


@cache
def patterns_of(sources: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """The patterns compiled, once."""
    return tuple(re.compile(source) for source in sources)


def _issuer_patterns(brand: Brand) -> tuple[re.Pattern[str], ...]:
    return patterns_of(tuple(source for fact in brand.facts for source in fact.patterns) + brand.claim.issuer)


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

_FAMILIAR = re.compile(r"(?<![\w-])(?:tu|toi|t'as|t'es|t'a|t'ont|bises|bisous|coucou|ton avis|penses quoi)(?![\w-])")
_OWN_VOICE = re.compile(
    r"\bnotre (?:mutuelle|officine|pharmacie|cabinet|laboratoire|entreprise|complementaire|etablissement"
    r"|redaction|association|commune|mairie|clinique|hopital|ecole|journal|logiciel)\b"
    r"|\bnos (?:adherents|lecteurs|patients|abonnes|salaries|collaborateurs|clients? entreprises?)\b|\bservice (?:rh"
    r"|paie|du personnel)\b|\bressources humaines\b"
    r"|\b(?:lire (?:l'article|la suite|en ligne)|a la une|nos articles|la redaction|gestionnaire de paie"
    r"|bulletin de (?:paie|salaire))\b"
)


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
