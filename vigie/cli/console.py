"""What reaches the terminal: never a control character of a mail, a file name or a server."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def plain(text: str) -> str:
    """One line without control, format, surrogate or private characters: escape sequences of a mail stay text (W-14)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def json_line(value: object) -> str:
    """One line of JSON in which nothing but letters reaches a terminal; the same value for whoever reads it.

    JSON itself escapes no C1 control (U+009B begins a sequence) and no character that turns the letters around it (W-14).
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return (
        text if text.isprintable() else "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)
    )


def complain(text: str) -> None:
    """One line on stderr, marked as ours."""
    print(f"vigie: {plain(text)}", file=sys.stderr, flush=True)


def tolerate_any_text() -> None:
    """File names and mails may hold what the terminal's encoding lacks: shown escaped instead of raising."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def abandon_output() -> None:
    """After a broken pipe: what is still buffered goes nowhere, quietly (Python's documentation of SIGPIPE)."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def screen(*, stderr: bool = False) -> Console:
    """A rich console that shows text as it is: no markup, no emoji codes, no guessing of numbers."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            """Rich would end with status 1, which here says that a false mail was found."""
            raise BrokenPipeError

    return Screen(stderr=stderr, markup=False, emoji=False, highlight=False, soft_wrap=True)
