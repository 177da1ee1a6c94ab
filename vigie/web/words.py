"""What the pages say, in French and English: words/<language>/<page>.toml. A key is "page.key"; a test compares the two."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

LANGUAGES: Final = ("fr", "en")
_FOLDER = Path(__file__).parent / "words"


class Words:
    """One language: words("sign_in.title"), words("people.invited", name="Marie"). An unknown key is a KeyError."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._told = catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """The text, with {names} filled in."""
        return self._told[key].format_map(values) if values else self._told[key]

    def has(self, key: str) -> bool:
        """There is such a text."""
        return key in self._told

    def counted(self, key: str, count: int, **values: object) -> str:
        """`key.one` or `key.many`, with {count}; in French nothing is singular, too."""
        one = count < 2 if self.language == "fr" else count == 1
        return self(f"{key}.{'one' if one else 'many'}", count=self.number(count), **values)

    def number(self, value: int) -> str:
        """With the thousands set apart as the reader does it."""
        return f"{value:,}".replace(",", "\u202f" if self.language == "fr" else ",")


def when(value: datetime, language: str) -> str:
    """Date and minute, of this machine's time zone, as the reader writes them: 20/11/2026 08:30, 2026-11-20 08:30."""
    return f"{day(value, language)} {value.astimezone():%H:%M}"


def day(value: datetime, language: str) -> str:
    """The date."""
    return f"{value.astimezone():{'%d/%m/%Y' if language == 'fr' else '%Y-%m-%d'}}"


def said(language: str) -> Words:
    """The words of a language; French for one that there is not."""
    return _words(language if language in LANGUAGES else LANGUAGES[0])


@cache
def _words(language: str) -> Words:
    return Words(language)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of a language by its key."""
    told: dict[str, str] = {}
    for file in sorted((_FOLDER / language).glob("*.toml")):
        told |= _flat(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
    return told


def _flat(prefix: str, table: Mapping[str, Any]) -> dict[str, str]:
    return dict(_pairs(prefix, table))


def _pairs(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _pairs(f"{prefix}.{key}", value)
        else:
            yield f"{prefix}.{key}", str(value)


def wanted(header: str) -> str:
    """The language that an Accept-Language header prefers (RFC 9110 section 12.5.4): fr unless English is rated higher."""
    ratings: dict[str, float] = {}
    for part in header.split(",")[:20]:
        tag, _, rating = part.partition(";")
        short = tag.strip().lower()[:2]
        if short in LANGUAGES and short not in ratings:
            ratings[short] = _rating(rating)
    return max(LANGUAGES, key=lambda language: ratings.get(language, 0.0))


def _rating(text: str) -> float:
    try:
        return max(0.0, min(1.0, float(text.strip().removeprefix("q=")))) if text.strip() else 1.0
    except ValueError:
        return 0.0
