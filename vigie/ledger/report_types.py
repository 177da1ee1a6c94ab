"""What a report is to the person who asks for it, and to the service that sends it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from vigie.ledger.types import Record


class ReportState(StrEnum):
    """How far a report is. The first five are open."""

    ASKED = "asked"
    """The service has to fetch the message."""
    FETCHED = "fetched"
    """What would be sent has to be written."""
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


OPEN_REPORTS = (
    ReportState.ASKED,
    ReportState.FETCHED,
    ReportState.DRAFTED,
    ReportState.WAITING,
    ReportState.SENDING,
)


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
class Draft:
    """What is sent, letter by letter: shown to whoever lets it go, and not changed afterwards."""

    to: tuple[str, ...]
    """Addresses; or what people know the place by: a folder, a host."""
    media_type: str
    """Of `body`: message/rfc822, application/json."""
    body: bytes
    redacted: bool
    """Nothing in it names the recipient, see ledger.redaction; else it is the message as it came."""

    def written(self) -> bytes:
        """As one run of bytes: a line of JSON, then the body."""
        head = {"to": list(self.to), "media_type": self.media_type, "redacted": self.redacted}
        return json.dumps(head).encode() + b"\n" + self.body

    @classmethod
    def read(cls, written: bytes) -> Self:
        """What `written` gave."""
        head, _, body = written.partition(b"\n")
        told = json.loads(head)
        return cls(tuple(told["to"]), told["media_type"], body, told["redacted"])


@dataclass(frozen=True, slots=True)
class FetchedFraud:
    """A report whose message lies in the ledger, and what is known of it."""

    report: Report
    record: Record
    raw: bytes
    own: tuple[str, ...] = ()
    """Addresses of the mailbox that it lies in, which a message to undisclosed recipients does not name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that a program has taken to send it, until its lease is over."""

    report: Report
    draft: Draft


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report in a list."""

    number: int
    """Grows from one to the next."""
    report: Report
    subject: str
    """Of its case."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a channel said, or why it could not be asked, about reports that it does not have."""

    text: str
    """One English line, free of the mail and of secrets."""
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ReportStatistics:
    """What was reported to one channel in a time, and what came back. Rehearsals are not counted."""

    channel: str
    by_state: Mapping[ReportState, int]
    """Every state, those that none is in with 0."""
    stopped: bool
    """Nothing is sent there now, by its own switch or by the one of all channels."""
    last_sent_at: datetime | None
    last_receipt: str
    answers: Sequence[Answer]
    """The most frequent first, at most 5."""

    @property
    def asked(self) -> int:
        """How many reports people, or the settings, have asked for."""
        return sum(self.by_state.values())

    @property
    def sent(self) -> int:
        """How many the channel has."""
        return self.by_state[ReportState.SENT]

    @property
    def waiting(self) -> int:
        """How many are on their way, or wait for somebody to let them go."""
        return sum(self.by_state[state] for state in OPEN_REPORTS)

    @property
    def lost(self) -> int:
        """How many the channel refused, did not take for days, or could not be given."""
        return sum(self.by_state[one] for one in (ReportState.REFUSED, ReportState.GIVEN_UP, ReportState.UNFETCHED))
