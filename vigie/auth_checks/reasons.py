"""The reasons of this package in another language.

They are written once, in English, where they arise. `reasons_<lang>.toml` has the words of each pattern: `{}` stands for what varies, and
what varies may be such a text itself.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, zip_longest

PLACE = "{}"
DEEPEST = 4
"""A reason within a reason within ...: what varies is translated that deep."""
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """One English pattern and its French."""

    english: re.Pattern[str]
    french: str
    weight: int
    """Literal characters: of several patterns that fit, the one that says most is meant."""


def in_language(text: str, lang: str) -> str:
    """The reason in that language; as it is where no pattern fits, or the language is none of ours. Never raises."""
    return _french(text, DEEPEST) if lang == "fr" else text


def taken_apart(text: str) -> tuple[Pattern, tuple[str, ...]] | None:
    """The pattern that says most about the text, and what varies in it; None where none fits."""
    for pattern in catalogue():
        match = pattern.english.fullmatch(text)
        if match is not None:
            return pattern, match.groups()
    framed = [(frame, match.groups()) for frame in catalogue("frame") if (match := frame.english.fullmatch(text))]
    # The first colon or bracket holds the text together; those behind it belong to what it holds.
    return min(framed, key=lambda found: len(found[1][0]), default=None)


def _french(text: str, depth: int) -> str:
    found = taken_apart(text) if depth and text and len(text) <= LONGEST else None
    if found is None:
        return text
    pattern, varying = found
    said_so = [_french(part, depth - 1) for part in varying]
    # Not by format(): what a mail says may hold braces.
    return "".join(chain.from_iterable(zip_longest(pattern.french.split(PLACE), said_so, fillvalue="")))


@cache
def catalogue(only: str = "") -> tuple[Pattern, ...]:
    """The patterns of that table, else of all but `frame`; the most telling first."""
    found = [
        Pattern(_expression(english), french, len(english.replace(PLACE, "")))
        for name, table in tables().items()
        if name == only or (not only and name != "frame")
        for english, french in table.items()
    ]
    return tuple(sorted(found, key=lambda pattern: -pattern.weight))


@cache
def tables() -> dict[str, dict[str, str]]:
    """The catalogue as it is written, table by table."""
    path = resources.files(__package__) / "reasons_fr.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _expression(english: str) -> re.Pattern[str]:
    return re.compile("(.*?)".join(map(re.escape, english.split(PLACE))), re.DOTALL)
