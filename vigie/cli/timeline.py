"""Verdicts over time in the words of the command line."""

from __future__ import annotations

from typing import Any

from vigie.cli import words
from vigie.cli.language import current
from vigie.web import timeline as drawn
from vigie.web.timeline import HEIGHT, MOST_BARS, WIDTH, Days, Tongue

__all__ = ["HEIGHT", "MOST_BARS", "WIDTH", "Days", "timeline"]


def timeline(days: Days) -> dict[str, Any] | None:
    """See web.timeline; in the language in use."""
    return drawn.timeline(days, Tongue(current(), words.verdict, words.counted))
