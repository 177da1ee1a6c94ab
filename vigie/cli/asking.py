"""Questions to the person at the terminal. Anything but yes means no; where nobody is there, the command ends (Fault)."""

from __future__ import annotations

import sys

from vigie.cli.language import say
from vigie.cli.status import Fault, Status

_YES = frozenset(("o", "oui", "y", "yes"))


def agreed(question: str) -> bool:
    """True after yes (oui, o, y)."""
    return _answer(f"{question} {say('[o/N]', '[y/N]')} ").lower() in _YES


def typed(question: str, expected: str) -> bool:
    """True where exactly that was typed: nobody types a number by habit."""
    return _answer(f"{question} ") == expected


def _answer(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        print(file=sys.stderr)
        raise Fault(
            say("personne n'a répondu : --help dit comment confirmer", "nobody answered: --help says how to confirm"),
            Status.USAGE,
        )
    return line.strip()
