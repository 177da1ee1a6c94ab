"""Where a sender writes his own name: letterhead, signature, and a subject line that starts or ends with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from vigie.rules.brand import Brand
from vigie.rules.clauses import FRAUD_WORD, MAX_TEXT
from vigie.rules.desks import FOLLOWERS, GENERIC
from vigie.rules.grammar import STATE
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
    r"|votre conseiller\w*|votre correspondant\w*|l'equipe|le service|la direction|par delegation|prenez soin de vous|cdlt|bien cdt)\b"
)
_TOKENS = re.compile(r"[^\W\d_]+|\d+")


def outright(
    spoken: tuple[Utterance, ...], words: Names, brand: Brand, buttons: frozenset[str] = frozenset()
) -> Iterator[Sign]:
    """Letterhead, signature, and a subject line that is nothing but the name.

    `buttons` are the folded texts of links: but for the name alone they are headlines, and sign nothing.
    """
    weight = weights()
    warned = any(FRAUD_WORD.search(item.text) for item in spoken)
    for item in spoken:
        if item.is_subject:
            if alone(item.text, words):
                bare = _is_bare(item.text, words)
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
        if lines and not _BARRED.match(lines[-1]):
            lines = [line for line in lines if not _BARRED.fullmatch(line)]
        if warned:  # "De : Assurance Maladie" of a fraud that is shown as an example
            lines = _without_shown(lines)
        addressed = {line for above, line in pairwise(lines) if _ADDRESSED.search(above)}
        own = [line for line in lines if line not in addressed and (line not in buttons or _is_bare(line, words))]
        heads = [
            line for line in lines[:_LETTERHEAD_LINES] if line in own and alone(line, words) and not _cell(line, words)
        ]
        head = heads[0] if heads and len(lines) > 1 else ""
        headed = bool(head) and head != lines[-1]
        if headed:
            yield Sign("letterhead", weight.letterhead - _given(head, brand), item.where, head, item.layer)
        for sign in _signature(own, item, words, brand):
            if not headed or sign.text != head or sign.weight >= weight.signature:  # one line is one sign
                yield sign


def _is_bare(text: str, words: Names) -> bool:
    """Nothing but the name."""
    return not words.names.sub("", text).strip(" .!:-[]()|")


_SAYS = re.compile(r"[^\W_]")
_WRAPS = 60
"""No mail software wraps its lines at less; what is shorter ends where it was meant to."""
_UNFINISHED = re.compile(
    r"(?:\b(?:de|du|des|la|le|les|a|au|aux|et|ou|par|pour|avec|sur|dans|en|que|qui|votre|vos|notre|nos|un|une|cette|ce|of|the|and|to)"
    r"|[ '][dl]')$"
)
"""A word that no line ends with unless it was wrapped."""
_URL_LAST = re.compile(r"://\S+$")
_HEADER = re.compile(r"[\W_]{0,5}(?:de|from|expediteur|emetteur|objet|subject|sujet)\b[^:\n]{0,20}:")


def _own_lines(text: str) -> list[str]:
    """The lines that say something, but for the rest of a sentence that was wrapped: its last words stand alone by accident."""
    lines: list[str] = []
    before = ""
    width = _width(text)
    for line in text.split("\n"):
        said = _SAYS.search(line)
        if said or _DASHES.fullmatch(line):
            full = len(before) + 1 + len(line.partition(" ")[0]) > width or _UNFINISHED.search(before)
            ended = before[-1:] in ("", *".!?:;,)>") or _URL_LAST.search(before)
            if said and lines and full and not ended and not _MARK.match(line):
                lines[-1] += " " + line
            else:
                lines.append(line)
        before = line
    while lines and _DASHES.fullmatch(lines[-1]):
        lines.pop()
    return lines


_DASHES = re.compile(r"(?:--|__+) ?")
"""What stands above a signature (RFC 3676 section 4.3)."""


_ADDRESSED = re.compile(r"\b(?:adress|envoy|expedie|destin|remis|distribu|livr)\w* ?(?:a|au|aux)?\W*$")
"""What follows is where something went."""
_BARRED = re.compile(r"\| [^|]*")
"""A line of somebody else's, marked with a bar as others mark it with ">"."""
_MARK = re.compile(r"(?:[-*+>☐•]|\d{1,2}[.)]) ")


def _width(text: str) -> int:
    """Where the text's lines were broken: at its longest, or at the usual width; a text with much longer ones was not wrapped."""
    sizes = sorted(len(line) for line in text.split("\n") if "://" not in line)[-2:]
    if not sizes or sizes[-1] > _WIDEST:
        return MAX_TEXT
    told = sizes[0] >= _WRAPS and sizes[-1] - sizes[0] <= _RAGGED
    return sizes[-1] if told else max(_USUAL, sizes[-1])


_RAGGED, _WIDEST = 15, 100
_USUAL = 72
"""RFC 3676 section 4.2."""


def _without_shown(lines: list[str]) -> list[str]:
    """The lines without a mail that is shown below the sender's own words, header and all; the last line is his own again."""
    for at in range(1, len(lines) - 2):
        if _HEADER.match(lines[at]) and _HEADER.match(lines[at + 1]):
            return [*lines[:at], lines[-1]]
    return [line for line in lines if not _HEADER.match(line)]


def _given(line: str, brand: Brand) -> int:
    """1 where the line is a given name and nothing else: somebody signs, or a search term stands there."""
    return weights().given_name if line.strip(" .,!-*|") in brand.claim.given_names else 0


def _signature(lines: list[str], item: Utterance, words: Names, brand: Brand) -> Iterator[Sign]:
    first = max(1, len(lines) - _SIGNATURE_LINES)
    for position in range(len(lines) - 1, first - 1, -1):
        line = _without_place(lines[position])
        above = lines[position - 1]
        if not alone(line, words, last=True) or _cell(line, words) or _HEADER.match(line):
            continue
        if _MARK.match(line) and _MARK.match(above):  # one of several, in a list
            continue
        closed = any(_CLOSING.search(other) for other in lines[max(0, position - 3) : position + 1])
        closed = closed or any(_DASHES.fullmatch(other) for other in lines[max(0, position - 4) : position])
        closed = closed or (
            position == len(lines) - 1
            and (_signed(line, above, words) or _of_a_desk(line, lines[max(0, position - 2) : position], words))
        )
        points = weights().signature if closed else weights().signature_without_closing
        yield Sign("signature", points - _given(line, brand), item.where, line, item.layer)
        if closed:
            return


def _cell(line: str, words: Names) -> bool:
    """A row of a table: "CPAM du Finistère en attente"."""
    name = words.names.search(line)
    return name is not None and bool(STATE.search(line, name.end()))


_WHERE = re.compile(
    r"\W{1,3}\d{1,4}(?: ?bis| ?ter)?,? (?:rue|avenue|av\.?|boulevard|bd|place|quai|cours|impasse|chemin|allees?|route|square)\b.*$"
    r"|\W{1,3}\d{5} [a-z][a-z' -]{1,40}(?: cedex(?: \d{1,2})?)?$"
)


def _without_place(line: str) -> str:
    """The line without a postal address behind the name: "CPAM des Yvelines - 78085 Yvelines Cedex 9"."""
    return _WHERE.sub("", line)


_DESK = re.compile(
    r"(?:(?:le|la|les|l'|votre|vos|pour le|pour la) ?)?(?:service|pole|equipe|direct\w+|cellule|centre|departement|mission|bureau"
    r"|plateforme|conseill\w+|agence|gestion\w*|relations?|delegue\w*|technicien\w*|referente?|responsable|charge\w* de|secretariat"
    r"|commission|coordination|inspect\w+|sous-direction|unite|division|liquidation)\b[^.:!?;\n]{0,60}$"
)


def _of_a_desk(line: str, before: list[str], words: Names) -> bool:
    """The last line is the brand's with a desk of its own beside the name or right above it, or stands below a short farewell.

    Below a colon it is an address to write to.
    """
    above = before[-1]
    if any(other.endswith(":") for other in before):
        return False
    parts = [part.strip() for part in _PARTS.split(words.names.sub(" , ", line))]
    if any(_DESK.match(part) and not FOLLOWERS.search(part) for part in parts):
        return True
    if words.names.search(above) or words.products.search(above):
        return False
    return bool(_DESK.fullmatch(above)) or (len(above) <= _FAREWELL and above[-1] in ",!" and not _MARK.match(above))


_PARTS = re.compile(r"[,(|/]| - ")
_FAREWELL = 40
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


_SEPARATED = re.compile(r"(?: ?fr)?\W{0,2}(?:[:\]|>]|- )")
"""What stands between the name and the rest; "ameli-scraper" is one word."""
_SUBJECT_SEPARATOR = re.compile(r"^\W{0,3}(?:votre |l'|l |le |la |compte |espace |service )?")


def opens_with_name(subject: str, words: Names) -> bool:
    """The words "Ameli : ...", "[Assurance Maladie] ...", "... - Ameli": the place where a sender writes his own name."""
    head = _SUBJECT_SEPARATOR.sub("", subject)
    name = words.names.match(head)
    if name and _SEPARATED.match(head[name.end() :].lstrip(" ") + " "):
        return True
    last = re.split(r" [-|] ", subject)[-1]
    return last != subject and alone(last, words)
