"""One thing that doctor looked at, and the catalogue that says of each wrong set-up what, why and how to mend it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from vigie.cli.console import plain
from vigie.cli.language import colon, say

WEAK = {
    "others may read it": ("lisible par tous", "everybody may read it"),
    "others may change it": ("modifiable par d'autres", "others may change it"),
    "owned by somebody else": ("appartient à quelqu'un d'autre", "owned by somebody else"),
}
"""How a file that holds a secret is open to others, see credentials.secret.weakness."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A wrong set-up; each text in French and English."""

    what: tuple[str, str]
    why: tuple[str, str]
    mend: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at. `remedy` "": nothing to mend. `setup`: its name in the catalogue."""

    good: bool
    text: str
    remedy: str = ""
    setup: str = ""

    @property
    def why(self) -> str:
        """Why it matters; "" where nothing is wrong."""
        return say(*catalogue()[self.setup].why) if self.setup else ""


@cache
def catalogue() -> dict[str, Setup]:
    """Every wrong set-up by name."""
    data = tomllib.loads((resources.files("vigie.cli.checkup") / "setups.toml").read_text("utf-8"))
    return {name: Setup(*(tuple(entry[key]) for key in ("what", "why", "mend"))) for name, entry in data.items()}


def wrong(setup: str, where: str = "", detail: str = "", *, mend: str = "") -> Found:
    """Something that has to be mended: doctor ends with status 3."""
    return _found(setup, where, detail, mend, good=False)


def note(setup: str, where: str = "", detail: str = "", *, mend: str = "") -> Found:
    """Something that may be meant so: it is said, and that is all."""
    return _found(setup, where, detail, mend, good=True)


def _found(setup: str, where: str, detail: str, mend: str, *, good: bool) -> Found:
    known = catalogue()[setup]
    text = f"{plain(where)}{colon()} " if where else ""
    text += say(*known.what) + (f" ({plain(detail)})" if detail else "")
    return Found(good, text, mend or say(*known.mend), setup)
