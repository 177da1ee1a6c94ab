"""How the service stands with each mailbox, in one word and a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vigie.ledger.types import Heartbeat
from vigie.web.review.shown import line
from vigie.web.words import Words

SILENT = timedelta(minutes=15)
"""Without a sign; a service that runs gives one every minute at least."""
LATE = 600.0
"""Seconds that a message may wait to be judged."""


@dataclass(frozen=True, slots=True)
class Health:
    """One folder. `state`: good, late, silent, fault; `tone` is the class of its tag."""

    account: str
    folder: str
    state: str
    word: str
    tone: str
    lag: str
    seen: datetime
    error: str


_TONES = {"good": "good", "late": "doubt", "silent": "bad", "fault": "bad"}


def health(beat: Heartbeat, now: datetime, t: Words) -> Health:
    """What a heartbeat says now."""
    state = _state(beat, now)
    return Health(
        account=line(beat.account, 100),
        folder=line(beat.folder, 100),
        state=state,
        word=t(f"review.overview.health_state.{state}"),
        tone=_TONES[state],
        lag=_lag(beat, now, t),
        seen=beat.at,
        error=line(beat.error, 300),
    )


def _state(beat: Heartbeat, now: datetime) -> str:
    if beat.error:
        return "fault"
    if now - beat.at > SILENT:
        return "silent"
    return "late" if (beat.lag_seconds(now) or 0.0) > LATE else "good"


def _lag(beat: Heartbeat, now: datetime, t: Words) -> str:
    seconds = beat.lag_seconds(now)
    if seconds is None:
        return t("review.overview.lag_word.unknown")
    waiting = t("review.overview.lag_word.uids", count=t.number(beat.lag_uids)) if beat.lag_uids else ""
    if seconds < 60:
        return waiting or t("review.overview.lag_word.none")
    minutes = int(seconds // 60)
    unit, count = ("minutes", minutes) if minutes < 120 else ("hours", minutes // 60)
    told = t(f"review.overview.lag_word.{unit}", count=t.number(count))
    return f"{told}, {waiting}" if waiting else told
