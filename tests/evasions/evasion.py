"""What an evasion is, and the list that the modules beside this one fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.evasions.letters import Letter

Made = Callable[[Letter], bytes]
FOUND = ("impersonation",)
AT_LEAST = ("impersonation", "suspicious")


@dataclass(frozen=True)
class Evasion:
    """One way to carry a letter past a reader of mails. `number`: threats, section 4."""

    number: str
    slug: str
    make: Made
    why: str
    """What clients disagree about, or what a scanner misses."""
    verdicts: tuple[str, ...] = FOUND
    """What a fraud may be judged; anything but FOUND has its reason in `but`."""
    but: str = ""
    honest: bool = True
    """An honest sender's mail can look like this; what only a liar does is not asked of honest letters."""

    @property
    def name(self) -> str:
        return f"{self.number}-{self.slug}"


EVASIONS: dict[str, Evasion] = {}


def evasion(
    number: str, slug: str, *, verdicts: tuple[str, ...] = FOUND, but: str = "", honest: bool = True
) -> Callable[[Made], Made]:
    """Enters a function in the list; its docstring says why it works."""

    def enter(make: Made) -> Made:
        add(Evasion(number, slug, make, " ".join((make.__doc__ or "").split()), verdicts, but, honest))
        return make

    return enter


def add(found: Evasion) -> None:
    """Enters one made from a table."""
    if found.name in EVASIONS or not found.why or (found.verdicts != FOUND) != bool(found.but):
        raise ValueError(f"{found.name}: twice, without a reason, or an exception without one")
    EVASIONS[found.name] = found
