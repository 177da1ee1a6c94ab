"""Which of the two languages people are addressed in: decided once, when the program starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime

LANGUAGES = ("fr", "en")
_current: ContextVar[str] = ContextVar("language", default="fr")


def choose(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """The language, fr or en: --lang first, then LC_ALL, LC_MESSAGES, LANG. French unless something asks for English.

    The arguments are looked at before they are parsed, because the help is in that language, too.
    """
    for index, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else ""
        if argument == "--lang" and index + 1 < len(arguments):
            value = arguments[index + 1]
        if value in LANGUAGES:
            return value
    locale = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "en" if locale.lower().startswith("en") else "fr"


def use(language: str) -> None:
    """From here on `say` answers in that language."""
    _current.set(language)


def current() -> str:
    """The language, fr or en."""
    return _current.get()


def colon() -> str:
    """French sets a space before its colon."""
    return say(" :", ":")


def decimal(value: float, digits: int = 1) -> str:
    """The number as the reader writes it: French has a comma."""
    return f"{value:.{digits}f}".replace(".", say(",", "."))


def when(at: datetime, *, seconds: bool = False) -> str:
    """Date and minute, of this machine's time zone, as the reader writes them: 20/11/2026 08:30, 2026-11-20 08:30."""
    return f"{day(at)} {at.astimezone():{'%H:%M:%S' if seconds else '%H:%M'}}"


def day(at: datetime) -> str:
    """The date."""
    return f"{at.astimezone():{say('%d/%m/%Y', '%Y-%m-%d')}}"


def say(fr: str, en: str) -> str:
    """The one of the two that the reader wants."""
    return en if _current.get() == "en" else fr
