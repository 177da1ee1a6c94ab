"""Maildir, read only: what lies in `new` and `cur`; `tmp` holds deliveries that have not ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

PARTS = frozenset({"cur", "new", "tmp"})


def is_maildir(folder: Path) -> bool:
    """True where `cur` and `new` are there."""
    return (folder / "cur").is_dir() and (folder / "new").is_dir()


def paths(folder: Path, fault: Callable[[OSError], None]) -> list[Path]:
    """The message files of one Maildir by name, that is by delivery time; hidden files are none (maildir(5))."""
    found: list[Path] = []
    for part in ("cur", "new"):
        try:
            found += [path for path in (folder / part).iterdir() if not path.name.startswith(".")]
        except OSError as error:
            fault(error)
    return sorted(found, key=lambda path: path.name)
