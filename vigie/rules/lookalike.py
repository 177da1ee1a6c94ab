"""Does a host name imitate a brand's? Decided by whole labels, words glued together, and look and typing errors (C-22..C-24, C-47).

Two grades. CERTAIN: nobody else has a reason for that name; enough to say that an author poses as the brand.
POSSIBLE: the brand's sign is in it, beside words that somebody else might use; damning only where the text claims to be the brand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from itertools import chain, count

from publicsuffixlist import PublicSuffixList
from rapidfuzz.distance import DamerauLevenshtein

from vigie.message.fold import fold, to_unicode
from vigie.rules.brand import Brand
from vigie.rules.hostwords import GLUE, Names, asks, drawn_like, misspelt_glue, untwisted, words_of

__all__ = ["GLUE", "Grade", "Likeness", "drawn_like", "in_word", "likeness", "misspelt_name", "registrable", "words_in"]


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

_SEPARATORS = re.compile(r"[^a-z0-9]+")
_AND_MORE = re.compile(r"et[a-z]{5,}")
_LONG_STEM = 9
"""From this length on one typing error still leaves the name unmistakable."""
_MAX_HOST = 253
_INNOCENT = 6
"""Longer innocent words are seen inside others too."""
_LOOSE = frozenset("sante esante assurance assurances mutuelle".split())
"""Words of the brand's subject that every practice and broker uses."""


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


def words_in(label: str, brand: Brand) -> list[str]:
    """The words that a label of a host name is made of; glued ones are taken apart where every piece is known."""
    return words_of(label, _names_of(brand.name, brand))


def in_word(word: str, brand: Brand) -> bool:
    """A folded word certainly holds one of the brand's stems, glued to words of the same kind."""
    names = _names_of(brand.name, brand)
    return _in_text(untwisted(word, names), names).grade is Grade.CERTAIN


def misspelt_name(display: str, brand: Brand) -> bool:
    """A folded display name is one of the brand's long names with one typing error and nothing beside it (Carte Vittale).

    The first two letters are kept: "Ton espace santé" is somebody else's.
    """
    run = _SEPARATORS.sub("", display)
    return any(
        run[:2] == stem[:2] and DamerauLevenshtein.distance(run, stem, score_cutoff=1) <= 1
        for stem in brand.claim.host_stems
        if len(stem) >= _LONG_STEM
    )


_COUNTER = count()
_PREPARED: dict[str, tuple[Brand, Names]] = {}


def _names_of(key: str, brand: Brand) -> Names:
    held = _PREPARED.get(key)
    if held is not None and held[0] is brand:
        return held[1]
    claim = brand.claim
    names = Names(
        key=f"{key} {next(_COUNTER)}",
        stems=claim.host_stems,
        weak=claim.host_weak_stems,
        words=frozenset(claim.host_words) | {f"{word}s" for word in claim.host_words},
        foreign=frozenset(claim.foreign_suffixes),
        given=frozenset(claim.given_names),
        innocent=frozenset(claim.innocent_words),
        generic=frozenset(claim.generic_stems),
        ordinary=frozenset(claim.host_ordinary_stems),
        official=tuple(
            domain
            for domain in brand.owned_domains
            if not any(item.historic and item.host == domain for item in brand.hosts)
        ),
    )
    _PREPARED[key] = (brand, names)
    return names


@lru_cache(maxsize=8192)
def _likeness(name: str, names: Names) -> Likeness:
    own = registrable(name)
    suffix = own.partition(".")[2]
    inner = name[: -len(suffix) - 1] if suffix and name.endswith("." + suffix) else name
    if _embeds(inner, names):
        return Likeness(Grade.CERTAIN, inner)
    shown = fold(to_unicode(inner))
    found = max(
        (_in_text(form, names) for form in dict.fromkeys((shown, untwisted(shown, names)))),
        key=lambda item: item.grade,
    )
    if found.grade is Grade.NONE:
        return _joined_with_suffix(inner, suffix, names)
    if found.sign in names.generic and suffix.rpartition(".")[2] in names.foreign:
        return Likeness(Grade.POSSIBLE, found.sign)  # another country's insurers use the ordinary word
    own_label = untwisted(fold(to_unicode(own.partition(".")[0])), names)
    if found.grade is Grade.CERTAIN and "." in inner and not _partakes(own_label, names):
        return Likeness(Grade.POSSIBLE, found.sign)  # somebody else's domain with a sub-domain of that name
    return found


def _embeds(inner: str, names: Names) -> bool:
    """An official domain written into a foreign name, whatever joins its labels: assure.ameli.fr.evil, ameli-fr.evil, amelifr.evil."""
    dotted = "." + inner.replace("-", ".").replace("_", ".") + "."
    labels = dotted.split(".")
    return any(f".{official}." in dotted or official.replace(".", "") in labels for official in names.official)


def _partakes(own_label: str, names: Names) -> bool:
    """The registrable label itself plays a part: it holds a stem, or is a piece of one (maladie.help, vitale.zip)."""
    run = _SEPARATORS.sub("", own_label)
    return any(stem in run or (len(run) > 4 and run in stem) for stem in (*names.stems, *names.weak)) or bool(
        _in_text(own_label, names).grade
    )


def _joined_with_suffix(inner: str, suffix: str, names: Names) -> Likeness:
    """The name only shows when the top-level domain is read with it: ame.li."""
    last = inner.rpartition(".")[2]
    joined = last + suffix
    return Likeness(Grade.POSSIBLE, joined) if "." not in suffix and joined in names.stems else NONE


def _in_text(text: str, names: Names) -> Likeness:
    """The best reading of the labels as words."""
    words = words_of(text, names)
    best = _exact(words, names)
    if best.grade is Grade.CERTAIN:
        return best
    run = _SEPARATORS.sub("", text)
    return max(best, _long_stem(run, words, names), _short_stem(words, names), key=lambda item: item.grade)


def _exact(words: list[str], names: Names) -> Likeness:
    """Stems that stand as words of their own, and weak ones beside a word of the brand's subject."""
    for word in words:
        if word in names.stems:
            strangers = [
                other
                for other in words
                if not (other in GLUE or asks(other) or other in names.words or other in names.weak)
            ]
            borne = word in names.given and any(other != word and len(other) > 2 for other in strangers)
            return Likeness(Grade.POSSIBLE if borne else Grade.CERTAIN, word)
    for position, word in enumerate(words):
        if word not in names.weak:
            continue
        others = words[:position] + words[position + 1 :]
        subjects = [other for other in others if other in names.words and other != word]
        if word in names.ordinary:
            # An adjective or a given name: others sell health and insurance under it too.
            if subjects:
                return Likeness(Grade.POSSIBLE if _LOOSE.issuperset(subjects) else Grade.CERTAIN, word)
            continue
        if subjects:
            return Likeness(Grade.CERTAIN, word)
        if any(asks(other) or misspelt_glue(other) for other in others):
            return Likeness(Grade.POSSIBLE, word)
    return NONE


def _long_stem(run: str, words: list[str], names: Names) -> Likeness:
    """A long name written together, or with one typing error: assurance-maladie, cartvitale, monnespacesante."""
    for stem in names.stems:
        if len(stem) < _LONG_STEM:
            continue
        if stem in run:
            wider = _AND_MORE.match(
                run.partition(stem)[2]
            )  # monespacesanteetbienetre: the words go on to something else
            return Likeness(Grade.POSSIBLE if wider else Grade.CERTAIN, stem)
        error = _nearly_in(stem, _without(run, names))
        if error:
            return Likeness(Grade.CERTAIN if any(word in names.words for word in words) else Grade.POSSIBLE, stem)
    return NONE


def _without(run: str, names: Names) -> str:
    """The run without words that resemble a stem and mean something else (vitalite)."""
    for word in names.innocent:
        if len(word) > _INNOCENT and word in run:
            run = run.replace(word, "-")
    return run


def _nearly_in(stem: str, run: str) -> bool:
    """`stem` lies in `run` with one error (Damerau-Levenshtein), starting with its own first two letters or ending with its last."""
    if len(run) < len(stem) - 1:
        return False
    lengths = (len(stem), len(stem) - 1, len(stem) + 1)
    first = ((start, start + length) for start in _found(stem[:2], run) for length in lengths)
    last = ((end + 3 - length, end + 3) for end in _found(stem[-3:], run) for length in lengths)
    return any(
        DamerauLevenshtein.distance(run[start:end], stem, score_cutoff=1) <= 1
        for start, end in chain(first, last)
        if 0 <= start < _MAX_HOST and end <= len(run)
    )


def _found(piece: str, run: str) -> Iterator[int]:
    at = run.find(piece)
    while at >= 0:
        yield at
        at = run.find(piece, at + 1)


def _short_stem(words: list[str], names: Names) -> Likeness:
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
