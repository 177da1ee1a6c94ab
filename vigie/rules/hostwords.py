"""The words that a host name is made of: glued together, misspelt, drawn to resemble others (C-22, C-47)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from vigie.message.fold import skeleton

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
_NOT_LETTERS = re.compile(r"[^a-z]+")
_MAX_RUN = 40


@dataclass(frozen=True, slots=True)
class Names:
    """The brand's stems, prepared. Compared by `key` alone, which no two share, so that look-ups are cached."""

    key: str
    stems: tuple[str, ...] = field(compare=False)
    weak: tuple[str, ...] = field(compare=False)
    ordinary: frozenset[str] = field(compare=False)
    """Weak stems that are words of everyday language."""
    words: frozenset[str] = field(compare=False)
    foreign: frozenset[str] = field(compare=False)
    given: frozenset[str] = field(compare=False)
    innocent: frozenset[str] = field(compare=False)
    generic: frozenset[str] = field(compare=False)
    official: tuple[str, ...] = field(compare=False)


_PLACES = frozenset("fr france com la le les www a y z plus central center centre bureau new my us".split())


def asks(word: str) -> bool:
    """A word of administrations and of fraud, not of places or of nothing."""
    return (word in GLUE and word not in _PLACES) or word.startswith(GLUE_BEGINNINGS)


_MISSPELT = 8
"""From this length on a glue word is known with one typing error, or drawn with other letters."""


@lru_cache(maxsize=8192)
def misspelt_glue(word: str) -> bool:
    """A word of administrations and of fraud with one typing error (experation), or drawn alike (lnfos)."""
    if word in GLUE:
        return False
    if skeleton(word) in _DRAWN:
        return True
    return len(word) >= _MISSPELT and any(
        abs(len(word) - len(glue)) < 2 and DamerauLevenshtein.distance(word, glue, score_cutoff=1) <= 1
        for glue in _LONG_GLUE
    )


_LONG_GLUE = tuple(sorted(word for word in GLUE if len(word) >= _MISSPELT))
_DRAWN = frozenset(skeleton(word) for word in GLUE if len(word) > 4)


def untwisted(text: str, names: Names) -> str:
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


def words_of(text: str, names: Names) -> list[str]:
    """The words of the labels: separated by anything but letters, and glued ones taken apart where every piece is known."""
    words: list[str] = []
    for token in _NOT_LETTERS.split(text):
        if token:
            words.extend(_taken_apart(token, names))
    return words


@lru_cache(maxsize=64)
def _known(names: Names) -> frozenset[str]:
    return GLUE | names.words | set(names.stems) | set(names.weak)


@lru_cache(maxsize=64)
def _longest_first(names: Names) -> tuple[str, ...]:
    return tuple(sorted(names.stems + names.weak, key=len, reverse=True))


@lru_cache(maxsize=8192)
def _taken_apart(token: str, names: Names) -> tuple[str, ...]:
    """A token as known words, the fewest and longest.

    Where pieces stay unknown, a stem counts only at the token's start or end and beside a known word, so that streamelite,
    camelia and amelioration hold none.
    """
    if len(token) > _MAX_RUN:
        return (token,)
    known = _known(names)
    if token in known:
        return (token,)
    whole = _segment(token, known)
    if whole and any(piece in names.stems or piece in names.weak for piece in whole):
        return whole
    return _edge_stem(token, names, known) or (whole or (token,))


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


def _edge_stem(token: str, names: Names, known: frozenset[str]) -> tuple[str, ...]:
    """A stem at one end of a token that is otherwise unknown: amelicartevtl, xcpameli are seen, hamelin and amelioration are not."""
    for stem in _longest_first(names):
        if stem not in token:
            continue
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
            if len(stem) > 4 and front.startswith(GLUE_BEGINNINGS):
                return (front, stem)
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
