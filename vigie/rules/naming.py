"""Where a text names the brand: whole words of visible, folded text, with look-alike spellings put right first (C-20, C-22).

Amélie, camélia, an address or a host name are no names; a given name beside a family name is a person.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from vigie.message.fold import skeleton
from vigie.rules.brand import Brand
from vigie.rules.desks import GENERIC
from vigie.rules.lookalike import GLUE, drawn_like, in_word

_SPACED = re.compile(r"(?<![a-z0-9])(?:[a-z][ .*_-]){3,24}[a-z](?![a-z0-9])")
_SPACERS = re.compile(r"[ .*_-]")
_SQUEEZE = dict.fromkeys(map(ord, " .*_-"))
_LEET = {"a": "4@", "e": "€", "s": "$", "t": "7", "b": "8"}
"""Digits and signs written for letters, beside those that are drawn alike (`skeleton`): 4m3l1, c@rte."""
_SINGLE = {ord(char): skeleton(char) for char in string.digits + string.ascii_lowercase + "|!"} | {
    ord(sign): skeleton(letter) for letter, signs in _LEET.items() for sign in signs
}
_DOUBLE = tuple((pair, skeleton(pair)) for pair in ("rn", "vv", "cl"))
_LEFT = r"(?<![\w@./])"
_RIGHT = r"(?![\w@]|\.\w)"


@dataclass(frozen=True, slots=True)
class Names:
    """The compiled words of one brand."""

    names: re.Pattern[str]
    products: re.Pattern[str]
    not_names: re.Pattern[str] | None
    third: re.Pattern[str]
    """The brand spoken of as a third party: "la CPAM nous réclame", "auprès de l'Assurance Maladie", "... et votre mutuelle"."""
    services: frozenset[str]
    given: frozenset[str]
    words: frozenset[str]
    """Every single word of names and products: they identify nobody else."""
    parted: re.Pattern[str] | None
    """A name of two words that stand on two lines, as in a logo."""
    joined: re.Pattern[str] | None
    """The first of two words of a name that an underscore or a dot joins: carte_vitale. Not in hosts, addresses and file names."""
    signs: tuple[str, ...]
    """Cheap substrings: where none of them occurs, neither a name nor a product does."""
    hints: tuple[str, ...]
    """The skeletons of `signs`, letter by letter: where none of them occurs in the squeezed text, nothing is spelled out."""
    drawn: tuple[tuple[str, str, re.Pattern[str]], ...]
    """(word, its skeleton, pattern of every spelling that looks like it)."""


_THIRD = (
    r"(?: [a-z']{{1,20}}){{0,3}}? (?:(?:nous|m'|me) ?(?:a(?! ete)|ont(?! ete)"
    r"|reclam\w*|demand\w*|impos\w*|informe|indiqu\w*|refus\w*|rembours\w*|verse"
    r"|confirme|doit|transmet)\b|(?:precise|indique|explique|estime|reagit|met en garde|alerte sur)\b|ne rembourse\w* que"
    r"|et la cnil\b)"
    r"|{names}[^\n]{{0,60}}\b(?:votre|la|leur|les|de) (?:mutuelles?|complementaires?(?! sante solidaire))\b"
    r"|\b(?:selon|d'apres|aupres d\w{{1,3}}|en complement d\w{{1,3}}|en plus d\w{{1,3}}|entre|vers|apres (?:le remboursement"
    r"|la prise en charge) d\w{{1,3}}"
    r"|(?:la|votre) (?:mutuelle|complementaire) et)\W(?:la |l'|votre |cette |caisse d'){{0,3}}{names}"
)


@cache
def _compiled(
    names: tuple[str, ...],
    products: tuple[str, ...],
    not_names: tuple[str, ...],
    services: tuple[str, ...],
    given: tuple[str, ...],
) -> Names:
    pairs = [phrase.split() for phrase in names if phrase.count(" ") == 1]
    firsts, seconds = sorted({pair[0] for pair in pairs}), sorted({pair[1] for pair in pairs})
    words = sorted({word for phrase in names + products for word in re.findall(r"[a-z]{4,}", phrase)})
    joints = {
        pair
        for phrase in names + products
        for pair in pairwise(re.findall(r"[a-z0-9]+", phrase))
        if len(min(pair, key=len)) > 2
    }
    telling = tuple(dict.fromkeys(sign for phrase in names + products for sign in _tests(phrase)))
    telling = tuple(sign for sign in telling if not any(other != sign and other in sign for other in telling))
    return Names(
        names=_alternatives(names),
        products=_alternatives(products),
        not_names=_alternatives(not_names) if not_names else None,
        third=re.compile(_alternatives(names).pattern + _THIRD.format(names=_alternatives(names).pattern)),
        services=frozenset(services),
        given=frozenset(given),
        words=frozenset(word for phrase in names + products for word in re.findall(r"[a-z0-9]+", phrase)),
        parted=re.compile(
            r"(?m)^\W{0,5}("
            + "|".join(map(re.escape, firsts))
            + r")\W{0,5}\n\W{0,5}("
            + "|".join(map(re.escape, seconds))
            + r")\W{0,5}$"
        )
        if pairs
        else None,
        joined=re.compile(
            r"(?<![a-z0-9@/.])(?:"
            + "|".join(rf"{first}(?=[._]{second}(?![a-z0-9@/]|\.\w))" for first, second in sorted(joints))
            + ")[._]"
        )
        if joints
        else None,
        signs=telling,
        hints=tuple(dict.fromkeys(form for sign in telling for form in (_flat(sign), _pairs(_flat(sign))))),
        drawn=tuple(
            (word, skeleton(word), re.compile(r"(?<![a-z0-9])" + _spellings(word) + r"(?![a-z0-9])"))
            for word in words
            if word not in _COMMON or any(word in phrase for phrase in names)
        ),
    )


_COMMON = frozenset(
    """
    compte service carte cartes espace dossier application caisse sante assurance securite mon votre vos droits attestation
    primaire nationale
    europeenne sociale francaise v3 de des d l la le
    """.split()
)


_SHORT = 4
"""Letters of a word that digits make a code of rather than a spelling: cp4m."""


def _spellings(word: str) -> str:
    """The pattern of what is drawn like the word, or written with digits and signs for its letters."""
    if len(word) <= _SHORT:
        return drawn_like(word).pattern
    drawn = {letter: drawn_like(letter).pattern for letter in word}
    return "".join(
        f"[{drawn[letter].strip('[]')}{_LEET[letter]}]" if letter in _LEET else drawn[letter] for letter in word
    )


def _tests(phrase: str) -> tuple[str, ...]:
    """Substrings of which one occurs wherever the phrase does: its most telling word, or its last two words, however joined."""
    words = re.findall(r"[a-z0-9]+", phrase)
    telling = [word for word in words if word not in _COMMON]
    if telling:
        return (max(telling, key=len),)
    if len(words) == 1:
        return (words[0],)
    return tuple(joint.join(words[-2:]) for joint in (" ", "-", ""))


def _alternatives(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the phrases, the longest first; a blank may be a hyphen or missing, an apostrophe may be missing."""
    ordered = sorted(phrases, key=len, reverse=True)
    shapes = [re.escape(phrase).replace(r"\ ", "[ -]?").replace("'", "[' ]?") for phrase in ordered]
    return re.compile(_LEFT + "(?:" + "|".join(shapes) + ")" + _RIGHT)


def names_of(brand: Brand) -> Names:
    """The brand's words, compiled once."""
    claim = brand.claim
    return _compiled(claim.names, claim.products, claim.not_names, claim.services, claim.given_names)


@cache
def _slips(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), meant) for pattern, meant in pairs)


_POINTED = re.compile(r"(?<=[^\W\d_])[·‧∙⋅](?=[^\W\d_])")
"""A point in the middle of a word: "mala·die", and "assuré·e·s"."""


def readable(folded: str, brand: Brand) -> str:
    """Folded text in which the brand's words are spelled out (a m e l i, ame1i, vitaie) and other bodies' names are blanked."""
    words = names_of(brand)
    folded = _POINTED.sub("", folded)
    for slip, meant in _slips(brand.claim.slips):
        folded = slip.sub(meant, folded)
    if words.hints and not _hinted(folded, words.hints):
        return folded
    text = _UNDERLINED.sub("", folded) if "_" in folded else folded
    text = text.replace("\ufffd", "")  # bytes that no charset explains leave a mark between letters, not a blank
    squeezed = text.translate(_SQUEEZE)
    if any(squeezed.count(sign) > text.count(sign) for sign in words.signs if sign in squeezed):
        text = _SPACED.sub(_closed_up, text)
    flat = text.translate(_SINGLE)
    for pair, drawn in _DOUBLE:
        flat = flat.replace(pair, drawn)
    for word, drawn, pattern in words.drawn:
        if drawn in flat and flat.count(drawn) > text.count(word):
            text = _spelled_out(text, word, pattern, brand.claim.not_names)
    if words.joined is not None:
        text = words.joined.sub(lambda found: found[0][:-1] + " ", text)
    if words.parted is not None and "\n" in text and may_name(text, brand):
        text = words.parted.sub(r"\1 \2", text)
    if words.not_names is not None and may_name(text, brand):
        text = words.not_names.sub(" ", text)
    return text


_DROPPED = {**_SINGLE, **dict.fromkeys(map(ord, " .*_-\n\ufffd"))}


def _flat(text: str) -> str:
    """Every letter as the one that it looks like, without blanks and separators."""
    return text.translate(_DROPPED)


def _pairs(flat: str) -> str:
    for pair, drawn in _DOUBLE:
        flat = flat.replace(pair, drawn)
    return flat


def _hinted(folded: str, hints: tuple[str, ...]) -> bool:
    """A cheap test that is true wherever `readable` finds a name, however it is spelled; both ways to read rn, vv and cl count."""
    flat = _flat(folded)
    if any(hint in flat for hint in hints):
        return True
    paired = _pairs(flat)
    return any(hint in paired for hint in hints)


def _closed_up(found: re.Match[str]) -> str:
    return _SPACERS.sub("", found[0])


def _spelled_out(text: str, word: str, pattern: re.Pattern[str], kept: tuple[str, ...]) -> str:
    """Every spelling that looks like `word` replaced by it, but for codes and the words that mean somebody else."""
    return pattern.sub(lambda found: found[0] if found[0] in kept or _is_code(found) else word, text)


_UNDERLINED = re.compile(r"(?<![\w.@/])_+(?=[a-z0-9])|(?<=[a-z0-9])_+(?![\w.@/-])")
"""Emphasis of plain text: _Assurance_Maladie_."""
_DIGITS = re.compile(r"\d\d")
_LETTERS, _CODE = 3, 5
_REFERENCE = re.compile(
    r"\b(?:ref\w{0,6}|code|cle|numero|num|no?\W?|commande|colis|lot|facture|order|salle|vol)\W{1,3}\Z"
)
_BEFORE, _BEHIND = re.compile(r"\d\d[-_/.#]\Z"), re.compile(r"[-_/.#]\w?\d\d")


def _is_code(found: re.Match[str]) -> bool:
    """Rather a reference or a handle than a word that was spelled with digits: AM311, "commande 4M3L1", 4M3L1-7788, @meli."""
    word = found[0]
    if word[0] == "@":
        return True
    digits = sum(map(str.isdigit, word))
    letters = sum(map(str.isalpha, word))
    if digits < 2 or (len(word) > _CODE and letters >= _LETTERS):
        return False
    if letters < _LETTERS and _DIGITS.search(word):
        return True
    before = found.string[max(0, found.start() - 20) : found.start()]
    return bool(_REFERENCE.search(before) or _BEFORE.search(before) or _BEHIND.match(found.string, found.end()))


def may_name(text: str, brand: Brand) -> bool:
    """A cheap test that is true wherever a name or product of the brand occurs in readable text."""
    return any(sign in text for sign in names_of(brand).signs)


_PERSON = re.compile(r"[a-z'-]{1,40} [a-z'-]{1,40}(?: [a-z'-]{1,40})?")


def is_person(display: str, brand: Brand) -> bool:
    """A display name that is a given name of the brand's spelling beside one or two words that mean nothing else: Ameli Durand."""
    if not _PERSON.fullmatch(display):
        return False
    words = re.findall(r"[a-z]+", re.sub(r"\b[dl]'", "", display))
    others = [word for word in words if word not in brand.claim.given_names]
    meant = NOT_FAMILY_NAMES | GENERIC | GLUE | set(brand.claim.host_words) | set(brand.claim.host_weak_stems)
    return len(others) < len(words) and bool(others) and all(word not in meant and len(word) > 1 for word in others)


def family_name_in(display: str, addr: str, brand: Brand) -> bool:
    """The words beside the given name stand in the address too: Ameli Durand <a.durand@...>, not Ameli Fichiers <patrice@...>."""
    plain = re.sub(r"[^a-z@]", "", addr.lower())
    words = [word for word in re.findall(r"[a-z]{3,}", display) if word not in brand.claim.given_names]
    return any(word in plain for word in words)


def glued_name(display: str, brand: Brand) -> bool:
    """A name of the brand inside one word of a display name: MonCompteAmeli, ameli2026. Other people's words hold none (Camélia)."""
    return any(
        in_word(word, brand) for word in re.findall(r"[a-z0-9_-]{5,40}", display) if word not in brand.claim.given_names
    )


NOT_FAMILY_NAMES = frozenset(
    """
    service services client clients clientele equipe compte comptes espace info infos information informations support contact sante
    securite secu sociale carte vitale assurance assurances maladie fr france com pro remboursement remboursements notification
    notifications message messages alerte gouv gouvernement portail mon ma mes votre vos l le la les de du des no reply noreply
    administration admin assistance aide conseiller conseillers officiel direct connect en ligne sms mail email web droits dossier
    renouvellement livraison expedition paiement paiements facturation secretariat cpam cnam service-client assure assures via bot
    europe international internationale etranger etudiant etudiants etudiante etudiantes jeune jeunes voyage voyages mobilite famille
    familles employeur employeurs entreprise entreprises professionnels prevention maternite retraites prestations indemnites
    """.split()
)
