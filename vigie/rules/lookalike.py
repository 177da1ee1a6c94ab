"""Does a host name imitate a brand's? Decided by whole labels, words glued together, and look and typing errors (C-22..C-24, C-47).

Two grades. CERTAIN: nobody else has a reason for that name; enough to say that an author poses as the brand.
POSSIBLE: the brand's sign is in it, beside words that somebody else might use; damning only where the text claims to be the brand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache

from publicsuffixlist import PublicSuffixList
from rapidfuzz.distance import DamerauLevenshtein

from vigie.message.fold import fold, skeleton, to_unicode
from vigie.rules.brand import Brand


class Grade(IntEnum):
    """How sure we are that a name imitates the brand's."""

    NONE = 0
    POSSIBLE = 1
    CERTAIN = 2


@dataclass(frozen=True, slots=True)
class Likeness:
    """The outcome for one host: the grade, and the brand's sign that was recognised in it."""

    grade: Grade
    sign: str = ""


NONE = Likeness(Grade.NONE)

# What fraudsters (and administrations) glue to a name; says nothing by itself. Seen in red.flag.domains, TweetFeed, openphish.
GLUE = frozenset(
    """
    a acces access account accueil acceuil activate activation activer actu actualisation actualiser administration aide alerte app
    appli application assist assistance assistances attente authentification auth avis base bestes beneficiaire beneficiaires
    bureau center central centre certif client clients cliente cmd code com commande commander compte comptes confirm confirmation
    connect connecte connecter connection connexion contact covid covids customer de declaration demande demandes des dev
    dossier dossiers droit droits du en enligne envoi equipe espace espaces etat eu expedition expiration expire facturation facture
    form formulaire formulaires formule fr frais france french gestion gouv gouvernement gov help home id identification identite info
    infos information informations infoservice infoservices inscription interne internet la le les liaison ligne live
    livraison livraisons login ma
    mail mailing maj mes message messagerie messages mettre mise miseajour mobile moi mon my net new news nos notif notification
    notifications notre nouveau nouvel nouvelle nouvelles numerique obligatoire obtenir obtention offres officiel online org page
    paiement paiements part particulier particuliers pay perte perdue perso portail portal pro procedure profil pros prox
    public ref refund regul
    regularisation renew renou renouv renouvel renouveler renouvelement renouvellement renouvellements reno replacement republique
    requete rdv resiliation rubrique sas se sec secur secure secured securise securisee securisation securitee security serv server
    serveur service services simple simplifie site sms solution solutions soutien statut sub suivi sup supp support supports sur
    system systeme tel tele teleservice teleservices telephone temps update updates urgent urgence us user usager usagers valid
    validation valider verif verification verifications verifier verify versement vigilance vos votre votres vtl web webmail www
    y z cv v v2 v3 v4 ref1 conditions protection sos pharmacie dactivation dexpiration dinformation redirection suspension suspendu
    enregistrement enregistrer config configuration declare declarer reactualisation avantage avantages accompagnement secours cmu
    ass assu assur cpa renouvellem renouvellements formulair formulaires securit securites renouveler renouvellez
    """.split()
)
GLUE_BEGINNINGS = (
    "renouv", "secur", "inform", "support", "servic", "formul", "verif", "valid", "confirm", "demand", "comman", "expir", "suspen",
    "redirect", "authent", "regul", "actual", "reactual", "rembours", "enregist", "connex", "connect", "identif", "benefic", "livrai",
    "config", "notif", "assist", "accompagn", "resili", "recouvr", "inscri", "abonne", "fermetur", "blocage", "activ", "reactiv",
    "desactiv",
)  # fmt: skip
"""What inflected, glued and misspelt glue words begin with."""
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NOT_LETTERS = re.compile(r"[^a-z]+")
_AND_MORE = re.compile(r"et[a-z]{5,}")
_LONG_STEM = 9
"""From this length on one typing error still leaves the name unmistakable."""
_MAX_HOST = 253
_MAX_RUN = 40


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The registrable domain (public suffix plus one label, the private section included); the host itself when there is none."""
    return str(_suffixes().privatesuffix(host) or host)


def likeness(host: str, brand: Brand) -> Likeness:
    """How `host` (lower-case A-labels) resembles the brand's names. Official, owned and innocent hosts resemble nothing."""
    name = host.rstrip(".").lower()
    if not name or len(name) > _MAX_HOST or brand.official_host(name) or brand.owns(name):
        return NONE
    if any(name == other or name.endswith("." + other) for other in brand.innocent_hosts):
        return NONE
    if any(name == domain or name.endswith("." + domain) for item in brand.neighbours for domain in item.domains):
        return NONE
    return _likeness(name, _names_of(brand.name, brand))


def in_word(word: str, brand: Brand) -> bool:
    """A folded word certainly holds one of the brand's stems, glued to words of the same kind."""
    names = _names_of(brand.name, brand)
    return _in_text(_untwisted(word, names), names).grade is Grade.CERTAIN


@dataclass(frozen=True, slots=True)
class _Names:
    """The brand's stems, prepared. Hashable by brand name, so that look-ups are cached."""

    key: str
    stems: tuple[str, ...]
    weak: tuple[str, ...]
    words: frozenset[str]
    foreign: frozenset[str]
    given: frozenset[str]
    innocent: frozenset[str]
    generic: frozenset[str]
    official: tuple[str, ...]


_PREPARED: dict[str, tuple[Brand, _Names]] = {}


def _names_of(key: str, brand: Brand) -> _Names:
    held = _PREPARED.get(key)
    if held is not None and held[0] is brand:
        return held[1]
    claim = brand.claim
    names = _Names(
        key=key,
        stems=claim.host_stems,
        weak=claim.host_weak_stems,
        words=frozenset(claim.host_words),
        foreign=frozenset(claim.foreign_suffixes),
        given=frozenset(claim.given_names),
        innocent=frozenset(claim.innocent_words),
        generic=frozenset(claim.generic_stems),
        official=tuple(
            domain
            for domain in brand.owned_domains
            if not any(item.historic and item.host == domain for item in brand.hosts)
        ),
    )
    _PREPARED[key] = (brand, names)
    return names


@lru_cache(maxsize=8192)
def _likeness(name: str, names: _Names) -> Likeness:
    own = registrable(name)
    suffix = own.partition(".")[2]
    inner = name[: -len(suffix) - 1] if suffix and name.endswith("." + suffix) else name
    if _embeds(inner, names):
        return Likeness(Grade.CERTAIN, inner)
    shown = fold(to_unicode(inner))
    found = max(
        (_in_text(form, names) for form in dict.fromkeys((shown, _untwisted(shown, names)))),
        key=lambda item: item.grade,
    )
    if found.grade is Grade.NONE:
        return _joined_with_suffix(inner, suffix, names)
    if found.sign in names.generic and suffix.rpartition(".")[2] in names.foreign:
        return Likeness(Grade.POSSIBLE, found.sign)  # another country's insurers use the ordinary word
    own_label = _untwisted(fold(to_unicode(own.partition(".")[0])), names)
    if found.grade is Grade.CERTAIN and "." in inner and not _partakes(own_label, names):
        return Likeness(Grade.POSSIBLE, found.sign)  # somebody else's domain with a sub-domain of that name
    return found


def _embeds(inner: str, names: _Names) -> bool:
    """An official domain written into a foreign name, whatever joins its labels: assure.ameli.fr.evil, ameli-fr.evil, amelifr.evil."""
    dotted = "." + inner.replace("-", ".").replace("_", ".") + "."
    labels = dotted.split(".")
    return any(f".{official}." in dotted or official.replace(".", "") in labels for official in names.official)


def _partakes(own_label: str, names: _Names) -> bool:
    """The registrable label itself plays a part: it holds a stem, or is a piece of one (maladie.help, vitale.zip)."""
    run = _SEPARATORS.sub("", own_label)
    return any(stem in run or (len(run) > 4 and run in stem) for stem in (*names.stems, *names.weak)) or bool(
        _in_text(own_label, names).grade
    )


def _joined_with_suffix(inner: str, suffix: str, names: _Names) -> Likeness:
    """The name only shows when the top-level domain is read with it: ame.li."""
    last = inner.rpartition(".")[2]
    joined = last + suffix
    return Likeness(Grade.POSSIBLE, joined) if "." not in suffix and joined in names.stems else NONE


def _in_text(text: str, names: _Names) -> Likeness:
    """The best reading of the labels as words."""
    words = _words(text, names)
    best = _exact(words, names)
    if best.grade is Grade.CERTAIN:
        return best
    run = _SEPARATORS.sub("", text)
    return max(best, _long_stem(run, words, names), _short_stem(words, names), key=lambda item: item.grade)


def _exact(words: list[str], names: _Names) -> Likeness:
    """Stems that stand as words of their own, and weak ones beside a word of the brand's subject."""
    for word in words:
        if word in names.stems:
            strangers = [
                other
                for other in words
                if not (other in GLUE or _asks(other) or other in names.words or other in names.weak)
            ]
            borne = word in names.given and any(other != word and len(other) > 2 for other in strangers)
            return Likeness(Grade.POSSIBLE if borne else Grade.CERTAIN, word)
    for position, word in enumerate(words):
        if word not in names.weak:
            continue
        others = words[:position] + words[position + 1 :]
        if any(other in names.words and other != word for other in others):
            return Likeness(Grade.CERTAIN, word)
        if any(_asks(other) for other in others):
            return Likeness(Grade.POSSIBLE, word)
    return NONE


_PLACES = frozenset(
    {
        "fr",
        "france",
        "com",
        "la",
        "le",
        "les",
        "www",
        "a",
        "y",
        "z",
        "plus",
        "central",
        "center",
        "centre",
        "bureau",
        "new",
        "my",
        "us",
    }
)


def _asks(word: str) -> bool:
    """A word of administrations and of fraud, not of places or of nothing."""
    return (word in GLUE and word not in _PLACES) or word.startswith(GLUE_BEGINNINGS)


def _long_stem(run: str, words: list[str], names: _Names) -> Likeness:
    """A long name written together, or with one typing error: assurance-maladie, cartvitale, monnespacesante."""
    for stem in names.stems:
        if len(stem) < _LONG_STEM:
            continue
        if stem in run:
            wider = _AND_MORE.match(
                run.partition(stem)[2]
            )  # monespacesanteetbienetre: the words go on to something else
            return Likeness(Grade.POSSIBLE if wider else Grade.CERTAIN, stem)
        error = _nearly_in(stem, run)
        if error:
            return Likeness(Grade.CERTAIN if any(word in names.words for word in words) else Grade.POSSIBLE, stem)
    return NONE


def _nearly_in(stem: str, run: str) -> bool:
    """`stem` lies in `run` with one error (Damerau-Levenshtein), starting with its own first two letters or ending with its last."""
    if len(run) < len(stem) - 1:
        return False
    for start in range(min(len(run) - len(stem) + 2, _MAX_HOST)):
        for length in (len(stem), len(stem) - 1, len(stem) + 1):
            piece = run[start : start + length]
            anchored = len(piece) == length and (piece[:2] == stem[:2] or piece[-3:] == stem[-3:])
            if anchored and DamerauLevenshtein.distance(piece, stem, score_cutoff=1) <= 1:
                return True
    return False


def _short_stem(words: list[str], names: _Names) -> Likeness:
    """A short name with a typing error (amelii, ammeli, amlei): only beside a word of the brand's subject, or with a doubled letter."""
    for word in words:
        for stem in names.stems:
            if (
                len(stem) >= _LONG_STEM
                or abs(len(word) - len(stem)) > 1
                or word in names.weak
                or word in names.innocent
            ):
                continue
            if DamerauLevenshtein.distance(word, stem, score_cutoff=1) > 1:
                continue
            others = [other for other in words if other != word]
            if any(other in names.words for other in others):
                return Likeness(Grade.CERTAIN, stem)
            if _doubled(word) == _doubled(stem) or (others and all(other in GLUE for other in others)):
                return Likeness(Grade.POSSIBLE, stem)
    return NONE


def _doubled(word: str) -> str:
    """Without doubled letters."""
    return re.sub(r"(.)\1+", r"\1", word)


def _untwisted(text: str, names: _Names) -> str:
    """The text with look-alike spellings of the brand's names (ame1i, vitaie, arneli) put right."""
    flat = skeleton(text)
    out = text
    for stem in (*names.stems, *names.weak):
        drawn = skeleton(stem)
        if drawn not in flat or stem in out:
            continue
        out = re.sub(drawn_like(stem), stem, out)
    return out


@cache
def drawn_like(stem: str) -> re.Pattern[str]:
    """A pattern for every spelling whose `skeleton` is the stem's. One class a letter: linear."""
    classes = {
        "i": "[il1j|!]", "l": "[il1j|!]", "j": "[il1j|!]", "o": "[o0]", "e": "[e3]", "s": "[s5]",
        "m": "(?:m|rn)", "w": "(?:w|vv)", "d": "(?:d|cl)",
    }  # fmt: skip
    return re.compile("".join(classes.get(letter, re.escape(letter)) for letter in stem))


def _words(text: str, names: _Names) -> list[str]:
    """The words of the labels: separated by anything but letters, and glued ones taken apart where every piece is known."""
    words: list[str] = []
    for token in _NOT_LETTERS.split(text):
        if token:
            words.extend(_taken_apart(token, names))
    return words


@lru_cache(maxsize=8192)
def _taken_apart(token: str, names: _Names) -> tuple[str, ...]:
    """A token as known words, the fewest and longest.

    Where pieces stay unknown, a stem counts only at the token's start or end and beside a known word, so that streamelite,
    camelia and amelioration hold none.
    """
    if len(token) > _MAX_RUN:
        return (token,)
    known = GLUE | names.words | set(names.stems) | set(names.weak)
    if token in known:
        return (token,)
    whole = _segment(token, frozenset(known))
    if whole and any(piece in names.stems or piece in names.weak for piece in whole):
        return whole
    return _edge_stem(token, names, frozenset(known)) or (whole or (token,))


_SHORT_PIECES = frozenset({"fr", "ma", "cv", "tv", "v"})
"""Short words that are seen glued to names; others would cut amelia into ameli and a."""


def _segment(token: str, known: frozenset[str]) -> tuple[str, ...]:
    """The token as a sequence of known words, fewest first; () when there is none. Dynamic programming, at most 40 letters."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(token)
    for end in range(1, len(token) + 1):
        for start in range(max(0, end - 20), end):
            before = best[start]
            piece = token[start:end]
            if before is None or piece not in known or (len(piece) < 3 and piece not in _SHORT_PIECES):
                continue
            held = best[end]
            if held is None or len(before) + 1 < len(held):
                best[end] = (*before, piece)
    return best[-1] or ()


# What may follow the letters of a stem inside another word: amelie, amelia, ameline, ameliorer, amelita, vitales, vitalement.
_GOES_ON = frozenset("aeiklnotuyjhs")


def _edge_stem(token: str, names: _Names, known: frozenset[str]) -> tuple[str, ...]:
    """A stem at one end of a token that is otherwise unknown: amelicartevtl, xcpameli are seen, hamelin and amelioration are not."""
    for stem in sorted(names.stems + names.weak, key=len, reverse=True):
        rest = token[len(stem) :]
        if token.startswith(stem) and rest:
            head = next((piece for piece in _prefixes(rest) if piece in known and len(piece) > 3), "")
            if not head and rest.startswith(GLUE_BEGINNINGS):
                head = rest
            if head:
                return (stem, head, rest[len(head) :])
            if rest[0] not in _GOES_ON and stem in names.stems:
                return (stem, rest)
        front = token[: -len(stem)]
        if token.endswith(stem) and front:
            whole = _segment(front, known) or (_segment(front + stem[0], known) if len(front) > 1 else ())
            if whole:
                return (*whole, stem)
            tail = next((piece for piece in _suffixes_of(front) if piece in known and len(piece) > 3), "")
            if tail:
                return (front[: -len(tail)], tail, stem)
    return ()


def _prefixes(text: str) -> list[str]:
    return [text[:length] for length in range(len(text), 1, -1)]


def _suffixes_of(text: str) -> list[str]:
    return [text[start:] for start in range(len(text) - 1)]
