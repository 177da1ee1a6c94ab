"""Instants as people type them after --since: 30d, 12h, 45m, 2026-11-01, 2026-11-01T08:30."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from vigie.cli.language import say
from vigie.cli.status import Fault, Status

_AGO = re.compile(r"([1-9][0-9]{0,4}) ?(m|min|h|d|j|w)")
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "j": timedelta(days=1),
    "w": timedelta(weeks=1),
}
"""`j`: jours. No `s`: seconds to some, semaines to others."""


def since(text: str, now: datetime | None = None) -> datetime:
    """The instant, aware, in UTC; a date is its midnight here. Raises Fault (usage)."""
    now = now or datetime.now(UTC)
    try:
        ago = _AGO.fullmatch(text.strip().lower())
        found = now - int(ago[1]) * _UNITS[ago[2]] if ago else datetime.fromisoformat(text.strip()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        right = say("attendu : 30d, 12h, 45m ou AAAA-MM-JJ", "expected: 30d, 12h, 45m or YYYY-MM-DD")
        raise Fault(f"--since {text}: {right}", Status.USAGE) from None
    if found > now:
        raise Fault(f"--since {text}: {say('est dans le futur', 'is in the future')}", Status.USAGE)
    return found
