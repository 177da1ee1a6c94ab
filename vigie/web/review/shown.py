"""Words of a mail as they may stand on a page of ours: escaping is the template's business, what cannot be seen is ours (W-14)."""

from __future__ import annotations

_KEPT = frozenset("\n\t")
MARK = "\N{REPLACEMENT CHARACTER}"


def line(text: object, most: int = 1_000) -> str:
    """One line without control, format, surrogate or private characters: a name cannot turn the letters around it (C-21)."""
    found = text if isinstance(text, str) else "" if text is None else str(text)
    return " ".join("".join(char if char.isprintable() else " " for char in found[: 4 * most]).split())[:most]


def lines(text: str, most: int) -> str:
    """The same with its line ends; what cannot be seen is marked instead of blanked, so that a torn word shows."""
    return "".join(char if char.isprintable() or char in _KEPT else MARK for char in text[:most])


def host(name: str, most: int = 34) -> str:
    """A host or address short enough for a box of a picture: the end stays, it says who owns it."""
    found = line(name, 300)
    return found if len(found) <= most else f"…{found[1 - most :]}"
