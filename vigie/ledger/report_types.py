"""What a report is to the person who asks for it, and to the service that sends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReportState(StrEnum):
    """How far a report is. The first four are open."""

    ASKED = "asked"
    """The service has to fetch the message."""
    DRAFTED = "drafted"
    """What would be sent can be looked at; nobody has said yet that it goes."""
    WAITING = "waiting"
    """It goes as soon as the channel takes it."""
    SENDING = "sending"
    SENT = "sent"
    """The channel has it; its answer is the receipt."""
    REFUSED = "refused"
    """The channel does not want it, and would not another time."""
    GIVEN_UP = "given-up"
    """The channel took nothing for days."""
    UNFETCHED = "unfetched"
    """There is nothing to send: the message is gone, or not of a kind that the channel takes."""
    DROPPED = "dropped"
    """Nobody wanted it in the end, or nobody says any more that it is a fraud."""


OPEN_REPORTS = (ReportState.ASKED, ReportState.DRAFTED, ReportState.WAITING, ReportState.SENDING)


@dataclass(frozen=True, slots=True)
class Report:
    """One fraud for one channel."""

    id: str
    record_id: str
    account: str
    channel: str
    who: str
    """Who asked."""
    approved_by: str
    """In whose name it goes; "" until somebody has said so."""
    dry_run: bool
    state: ReportState
    asked_at: datetime
    due_at: datetime
    expires_at: datetime
    tries: int
    ended_at: datetime | None
    receipt: str
    """What the channel answered, one line: a file's name, a queue's number."""
    detail: str
    """Why it is not further: one English sentence, free of the mail and of secrets."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that a program has taken to send it, until its lease is over."""

    report: Report
    draft: bytes
    """What was shown to whoever approved it, as the channel has written it."""


@dataclass(frozen=True, slots=True)
class ReportCounts:
    """What was reported to one channel, and what came back."""

    channel: str
    by_state: Mapping[ReportState, int]
    stopped: bool
