"""Where a sender writes his own name: letterhead, signature, and a subject line that starts or ends with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.rules.brand import Brand
from vigie.rules.clauses import FRAUD_WORD
from vigie.rules.desks import FOLLOWERS, GENERIC
from vigie.rules.lookalike import GLUE
from vigie.rules.naming import Names
from vigie.rules.utterance import Sign, Utterance
from vigie.rules.weights import weights

_LETTERHEAD_LINES = 5
_SIGNATURE_LINES = 10
_MAX_ALONE = 70

_FILLERS: frozenset[str] = frozenset(
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
    sincerement courrier courriers cotes prevention proximite courriel contentieux recouvrement comptable comptabilite medical juridique
    carte cartes suivi bien vous respectueusement attention toute notre avec sentiments distingues meilleurs salutations
    """.split()
)
_CLOSING = re.compile(
    r"\b(?:avec (?:notre|toute notre) consideration|veuillez (?:agreer|recevoir)|(?:best|kind)? ?regards|yours (?:sincerely|faithfully)"
    r"|cordialement|cordiales salutations|bien a vous|sincerement|respectueusement|avec toute notre attention"
    r"|salutations|sentiments distingues"
    r"|votre (?:confiance|comprehension)|bonne (?:journee|reception)|a (?:tres )?bientot|merci d'avance"
    r"|votre conseiller\w*|votre correspondant\w*|l'equipe|le service|la direction)\b"
)
_TOKENS = re.compile(r"[^\W\d_]+|\d+")


def outright(spoken: tuple[Utterance, ...], words: Names, brand: Brand) -> Iterator[Sign]:
    """Letterhead, signature, and a subject line that is nothing but the name."""
    weight = weights()
    warned = any(FRAUD_WORD.search(item.text) for item in spoken)
    for item in spoken:
        if item.is_subject:
            if alone(item.text, words):
                bare = not words.names.sub("", item.text).strip(" .!:-[]()|")
                yield Sign(
                    "subject",
                    (weight.subject_is_name if bare else weight.subject_names) - _given(item.text, brand),
                    item.where,
                    item.text,
                    item.layer,
                )
            elif opens_with_name(item.text, words):
                yield Sign("subject", weight.subject_names, item.where, item.text, item.layer)
            continue
        lines = _own_lines(item.text) if item.wrapped else [line for line in item.text.split("\n") if line.strip()]
        if warned:  # "De : Assurance Maladie" of a fraud that is shown as an example
            lines = [line for line in lines if not _HEADER.match(line)]
        head = next((line for line in lines[:_LETTERHEAD_LINES] if alone(line, words)), "") if len(lines) > 1 else ""
        if head and head != lines[-1]:
            yield Sign("letterhead", weight.letterhead - _given(head, brand), item.where, head, item.layer)
        yield from _signature(lines, item, words, brand)


_GOES_ON = 40
_SAYS = re.compile(r"[^\W_]")
_URL_LAST = re.compile(r"://\S+$")
_HEADER = re.compile(r"[\W_]{0,5}(?:de|from|expediteur|emetteur|objet)\b[^:\n]{0,20}:")


def _own_lines(text: str) -> list[str]:
    """The lines that say something, but for the rest of a sentence that was wrapped: its last words stand alone by accident."""
    lines: list[str] = []
    before = ""
    for line in text.split("\n"):
        if _SAYS.search(line):
            goes_on = (
                bool(lines)
                and len(before) >= _GOES_ON
                and before[-1] not in ".!?:;,)>"
                and not _URL_LAST.search(before)
            )
            if goes_on:
                lines[-1] += " " + line
            else:
                lines.append(line)
        before = line
    return lines


def _given(line: str, brand: Brand) -> int:
    """1 where the line is a given name and nothing else: somebody signs, or a search term stands there."""
    return weights().given_name if line.strip(" .,!-*|") in brand.claim.given_names else 0


def _signature(lines: list[str], item: Utterance, words: Names, brand: Brand) -> Iterator[Sign]:
    first = max(1, len(lines) - _SIGNATURE_LINES)
    for position in range(len(lines) - 1, first - 1, -1):
        line = lines[position]
        if not alone(line, words, last=True):
            continue
        closed = any(_CLOSING.search(other) for other in lines[max(0, position - 3) : position + 1])
        closed = closed or (position == len(lines) - 1 and _signed(line, lines[position - 1], words))
        points = weights().signature if closed else weights().signature_without_closing
        yield Sign("signature", points - _given(line, brand), item.where, line, item.layer)
        if closed:
            return


_SIGNER = re.compile(r"(?:(?:m|mr|mme|dr|me)\.? )?[a-z](?:\.|[a-z'-]{1,20})(?: [a-z'-]{2,20}){1,2}[.,]?")


def _signed(line: str, above: str, words: Names) -> bool:
    """The last line is a person's with his office at the brand, or a person's name stands right above it."""
    name = words.names.search(line)
    if name and _FUNCTION.fullmatch(line[: name.start()]):
        return True
    return bool(_SIGNER.fullmatch(above)) and not any(token in _FILLERS | GENERIC for token in _TOKENS.findall(above))


_LAST_FILLERS = _FILLERS | GENERIC | GLUE
"""A signature names a desk beside the brand."""


def alone(line: str, words: Names, *, last: bool = False) -> bool:
    """A short line that holds a name and, beside it, nothing but words of courtesy and administration, or a place after "CPAM de"."""
    if len(line) > _MAX_ALONE or " c/ " in line:  # one of two parties at court
        return False
    name = words.names.search(line)
    if name is None or (words.products.fullmatch(name[0]) and name[0] not in words.services):
        return False
    allowed = _LAST_FILLERS if last else _FILLERS
    before, after = line[: name.start()], words.names.sub(" ", line[name.end() :])
    if any(_strange(token, allowed) for token in _TOKENS.findall(words.names.sub(" ", before))):
        if after.strip(" .,!-)") or FOLLOWERS.search(before):
            return False
        return bool(_UNIT.match(before) or (last and _FUNCTION.fullmatch(before)))
    strangers = [token for token in _TOKENS.findall(after) if _strange(token, allowed)]
    if not strangers or name[0].strip() in words.given:
        return not strangers
    acronym = len(name[0]) < 6 and len(strangers) == 1  # CPAM Gironde
    return acronym or _PLACE.fullmatch(after) is not None


_PLACE = re.compile(r" ?(?:de |du |des |d')(?:la |l'|le )?\w{2,20}(?:[ '-]\w{2,20}){0,3}[ .,!-]{0,3}")
_UNIT = re.compile(
    r"^\W{0,3}(?:(?:le|la|l'|votre|un) ?)?(?:service|pole|equipe|direction|cellule|centre|departement|mission|antenne|conseill\w+|agence"
    r"|team|bureau|inspect\w+|controleu\w+|enquet\w+|verificat\w+|referente?|juriste"
    r"|responsable|gestionnaire|technicien\w*|charge\w* de|agent|correspondant\w*|directeur|directrice|secretariat|mediat\w+"
    r"|conciliateur)\b.{0,40}(?:\b(?:de|du|d|a)[ '](?:la |l'|votre )?|[,-] ?)$"
)
"""A desk of the brand's: "le service AME de la CPAM"."""
_FUNCTION = re.compile(
    r"(?:(?:m|mr|mme|dr|me)\.? )?[a-z][a-z.'-]{0,20}(?: [a-z][a-z.'-]{1,20}){1,3} ?[,(|/-] ?"
    r"(?:(?:inspect|control|conseill|gestionnaire|agent|charge|technicien|verificat|enquet|referent|correspondant|medecin|delegue|assistant"
    r"|directeur|directrice|responsable|juriste|expert|adjoint|interlocut|coordinat)\w*[^,(|]{0,30}"
    r"(?: (?:a|de|du|pour)(?: la| l'| votre)?|[,(|/-])? ?)?"
)
"""A person and his office: "Lucien Farge, contrôleur assermenté, Assurance Maladie"."""


def _strange(token: str, allowed: frozenset[str]) -> bool:
    return token not in allowed and not token.isdigit()


_SUBJECT_SEPARATOR = re.compile(r"^\W{0,3}(?:votre |l'|l |le |la |compte |espace |service )?")


def opens_with_name(subject: str, words: Names) -> bool:
    """The words "Ameli : ...", "[Assurance Maladie] ...", "... - Ameli": the place where a sender writes his own name."""
    name = words.names.match(_SUBJECT_SEPARATOR.sub("", subject))
    if name and re.match(
        r"(?: ?fr)?\W{0,2}[:\]|>-]", _SUBJECT_SEPARATOR.sub("", subject)[name.end() :].lstrip(" ") + " "
    ):
        return True
    last = re.split(r" [-|] ", subject)[-1]
    return last != subject and alone(last, words)
