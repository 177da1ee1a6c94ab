"""The reasons of `auth_checks` in the reader's language.

They are written once, in English, where they arise. `reasons_fr.toml` has the French of each pattern: `{}` stands for what varies, and
what varies may be such a text itself.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain, zip_longest

from vigie.cli.language import current

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


def said(text: str) -> str:
    """The reason in the language that is in use; as it is where no pattern fits. Never raises."""
    return text if current() == "en" else _french(text, DEEPEST)


def _french(text: str, depth: int) -> str:
    if not depth or not text or len(text) > LONGEST:
        return text
    for pattern in catalogue():
        match = pattern.english.fullmatch(text)
        if match is not None:
            varying = [_french(group, depth - 1) for group in match.groups()]
            # Not by format(): what a mail says may hold braces.
            return "".join(chain.from_iterable(zip_longest(pattern.french.split(PLACE), varying, fillvalue="")))
    return text


@cache
def catalogue() -> tuple[Pattern, ...]:
    """Every pattern, the most telling first."""
    found = [
        Pattern(_expression(english), french, len(english.replace(PLACE, "")))
        for table in tables().values()
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
