"""What a page that stays open looks at every few seconds: marks that change with what it shows, and with nothing else.

A sign of life of the service, which comes every few seconds, is no reason to fetch a page anew.
"""

from __future__ import annotations

import hashlib

from fastapi import Request

from vigie.web import site
from vigie.web.person import Person
from vigie.web.review.desks import desk_of, words_of
from vigie.web.review.health import Health, health


def versions(request: Request, person: Person) -> dict[str, str]:
    """By the name that a live part of a page has in data-live: cases, health."""
    return {"cases": desk_of(request, person).mark(), "health": _mark(healths(request, person))}


def healths(request: Request, person: Person) -> list[Health]:
    """How the service stands with each folder that she sees."""
    here, t = site.of(request), words_of(request)
    now = here.now()
    return [health(beat, now, t) for beat in here.ledger.heartbeats() if person.sees(beat.account)]


def _mark(rows: list[Health]) -> str:
    """The minute of the last sign is what a page shows of it."""
    told = [(row.account, row.folder, row.state, row.lag, f"{row.seen:%Y-%m-%d %H:%M}", row.error) for row in rows]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
