"""Where in a text the findings stand: segments for a template, so that no mark-up is ever made of a mail's words (W-14)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

FEWEST = 3
"""Characters of a quote that is looked for: shorter ones stand everywhere."""
PLACES = 20
"""Places of one quote that are marked."""
NEEDLES = 200


@dataclass(frozen=True, slots=True)
class Needle:
    """What a finding quotes. `kind`: claim, contradiction, lure, excuse, note."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text; `kind` "" where no finding stands in it. The segments of a text, joined, are the text."""

    text: str
    kind: str = ""


_WEIGHT = {"contradiction": 0, "lure": 1, "claim": 2, "excuse": 3, "note": 4}


def marked_all(texts: Sequence[str], needles: Iterable[Needle]) -> list[list[Segment]]:
    """Each of the texts of one message in segments, see `marked`: what is looked for is made ready once."""
    ready = _ready(needles)
    return [_marked(text, ready) for text in texts]


def marked(text: str, needles: Iterable[Needle]) -> list[Segment]:
    """The text in segments. Blanks, case and accents of a quote do not count; where two findings overlap the weightier one is shown."""
    return _marked(text, _ready(needles))


def _ready(needles: Iterable[Needle]) -> list[tuple[str, str]]:
    """(plain text, kind), the weightiest last; a quote that several findings have is looked for once a kind."""
    some = sorted(list(needles)[:NEEDLES], key=lambda one: _WEIGHT.get(one.kind, 9), reverse=True)
    plain = ((_plain(one.text.strip("… \n\t"))[0].strip(), one.kind) for one in some)
    return list(dict.fromkeys(pair for pair in plain if len(pair[0]) >= FEWEST))


def _marked(text: str, needles: Iterable[tuple[str, str]]) -> list[Segment]:
    plain, places = _plain(text)
    kinds: list[str] = [""] * len(text)
    for wanted, kind in needles:
        start = plain.find(wanted)
        for _ in range(PLACES):
            if start < 0:
                break
            first, last = places[start], places[start + len(wanted) - 1]
            kinds[first : last + 1] = [kind] * (last + 1 - first)
            start = plain.find(wanted, start + len(wanted))
    return _segments(text, kinds)


_SAME = {"’": "'", "‘": "'", "œ": "oe", "æ": "ae", "ß": "ss", "‐": "-", "‑": "-"}


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Lower case without accents, as rules quote it, every run of blanks as one; and for each character its place in the text."""
    chars: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char.isspace():
            letters = "" if chars and chars[-1] == " " else " "
        elif char.isascii():
            letters = char.lower()
        else:
            letters = "".join(one for one in normalize("NFKD", _SAME.get(char.lower(), char.lower())) if _is_seen(one))
        chars += letters
        places += [place] * len(letters)
    return "".join(chars), places


def _is_seen(char: str) -> bool:
    """No accent that was part of a letter, and nothing without width."""
    return category(char) not in ("Mn", "Cf")


def _segments(text: str, kinds: Sequence[str]) -> list[Segment]:
    found: list[Segment] = []
    start = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or kinds[place] != kinds[start]:
            found.append(Segment(text[start:place], kinds[start]))
            start = place
    return found
