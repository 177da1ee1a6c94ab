"""What reaches the terminal: never a control character of a mail, a file name or a server."""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def plain(text: str) -> str:
    """One line without control, format, surrogate or private characters: escape sequences of a mail stay text (W-14)."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


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


class _JsonLines(logging.Formatter):
    """One JSON object a line; the extra keys that a log call names stand beside the message."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            extra["exception"] = record.exc_info[0].__name__
        return json.dumps({**told, **extra}, default=str)


class _TextLines(logging.Formatter):
    """A line for people; the extra keys as key=value behind it."""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _STANDARD)
        at = datetime.fromtimestamp(record.created, UTC).astimezone().isoformat(sep=" ", timespec="seconds")
        return plain(f"{at} {record.levelname.lower()} {record.getMessage()} {extra}")


def start_logging(style: str, verbosity: int, *, quiet: bool = True) -> None:
    """Log lines go to stderr. Quiet commands show warnings only, unless -v asks for more; -vv shows other libraries', too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if style == "json" else _TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    level = logging.WARNING if quiet and verbosity == 0 else logging.INFO if verbosity < 2 else logging.DEBUG
    logging.getLogger("vigie").setLevel(level)
