"""What the review shows and answers: lists, counts, campaigns, decisions of many cases, messages fetched to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vigie.ledger.review import Conflict, Decided, History, Refusal, Standing
from vigie.ledger.types import Decision, Intent, Record

Scope = frozenset[str] | None
"""Names of the accounts whose cases a person may see and decide about; None: all of them (W-12)."""

EVERYWHERE: Scope = None

MANY = 50
"""Above so many cases, one decision about all of them has to be confirmed by their number (W-17)."""


# -- lists -----------------------------------------------------------------------------------------------------------------


class Pile(StrEnum):
    """Which cases are wanted, by what became of them."""

    WAITING = "waiting"
    """In quarantine, and nobody has decided about it."""
    REQUESTED = "requested"
    """In quarantine, and its recipient asked for it since somebody decided last."""
    HELD = "held"
    """In quarantine, decided or not."""
    CONFIRMED = "confirmed"
    RELEASED = "released"
    DECIDED = "decided"
    IN_PLACE = "in-place"
    """Never moved, or moved back by somebody."""
    ALL = "all"


class Sort(StrEnum):
    """In which order a list comes."""

    NEWEST = "newest"
    OLDEST = "oldest"
    AUTHOR = "author"
    SUBJECT = "subject"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases are wanted; what is left out does not narrow. All of it may come from a URL: nothing raises."""

    pile: Pile = Pile.WAITING
    account: str = ""
    verdicts: tuple[str, ...] = ()
    """None named: all but `unrelated`, of which nothing is kept that could be shown."""
    theme: str = ""
    """One of ledger.themes.NAMES."""
    campaign: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Not included."""
    search: str = ""
    """Words that all have to occur in author, subject, Message-ID or id, whatever their case and accents; at most 10 of them."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line of the list."""

    id: str
    version: int
    """What `Desk.decide` wants as `seen`."""
    account: str
    folder: str
    author: str
    subject: str
    verdict: str
    brand: str | None
    theme: str
    campaign: str
    """"" where the message belongs to none."""
    sender: str
    """See Record."""
    judged_at: datetime
    standing: Standing
    decision: Decision | None
    decided_by: str
    decided_at: datetime | None
    requested: datetime | None = None
    """See ReviewCase."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """A part of the list. Marks are opaque; a mark that is none begins at the top."""

    cases: Sequence[CaseLine]
    total: int
    """Of the whole list; at most COUNTED, which then means that or more. 0 where it was not counted."""
    after: str
    """The mark of the next page; "" where this is the last."""
    before: str
    """The mark of the page before; "" where this is the first."""


COUNTED = 100_000


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """All that is known about one case."""

    record: Record
    history: History
    standing: Standing
    decisions: Sequence[Decided]
    """Oldest first."""
    received: datetime | None
    alike: int
    """Cases of its campaign that wait for a decision, this one included."""
    can: frozenset[str]
    """What would not be refused now: "release", "confirm", "undo"."""
    requested: datetime | None = None
    """When the owner of the mailbox asked for it, by the link in a digest; None: he did not, or it was decided since."""
    wanted_back: Sequence[str] = ()
    """Who asked for what somebody else has confirmed as fraud, and waits for a second person to agree, see wishes."""

    @property
    def version(self) -> int:
        """What `Desk.decide` wants as `seen`."""
        return self.record.version


# -- counts ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counts:
    """Figures for the overview. Days are UTC."""

    waiting: int
    """In quarantine without a decision, whenever it was judged."""
    held: int
    oldest_waiting: datetime | None
    judged: Mapping[str, int]
    """Verdict -> how many, in the time asked for."""
    by_day: Sequence[tuple[str, Mapping[str, int]]]
    """(YYYY-MM-DD, verdict -> how many), every day of the time asked for, oldest first."""
    by_theme: Sequence[tuple[str, int]]
    """(theme, frauds about it), most frequent first; frauds are `impersonation` and `suspicious` not released."""
    waiting_by_account: Mapping[str, int]
    requested: int = 0
    """In quarantine, and asked for by their recipients."""


# -- decisions -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """The decision is durable; the scanner carries out the intent, if there is one."""

    record_id: str
    version: int
    """The case's version now: `seen` of an undo by the same person."""
    decision: Decision | None
    intent: Intent | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such case, campaign, job or request, or the person may not see it: both look the same (W-12)."""


# -- campaigns -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Campaign:
    """Cases with the same sender shape, subject template, link shape and HTML skeleton."""

    id: str
    example: CaseLine
    """The newest of those that wait, else the newest."""
    waiting: int
    """In quarantine without a decision: what one decision about the campaign is about."""
    total: int
    accounts: int
    senders: int
    """Different senders among those that wait: of several, a release by one decision is refused."""
    first: datetime
    last: datetime


class Of(StrEnum):
    """What is done with each case of a job."""

    RELEASE = "release"
    CONFIRM = "confirm"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Bulk:
    """One decision about many cases. Each is written by itself; what is left when a program dies is gone on with."""

    id: str
    what: Of
    campaign: str
    who: str
    at: datetime
    total: int
    waiting: int
    """Nobody has got to them yet, or their message is on its way just now."""
    decided: int
    refused: Mapping[str, int]
    """Code of the refusal ("conflict": somebody else decided meanwhile) -> how many. These were left alone."""
    moving: int
    """Decided, and the scanner has still to move them."""
    moved: int
    failed: int
    """Decided, and the scanner could not move them: they lie where they were."""
    undone_by: str = ""
    """The job that takes this one back; "" where there is none."""

    @property
    def is_over(self) -> bool:
        """Every case of it was decided about or refused."""
        return self.waiting == 0


@dataclass(frozen=True, slots=True)
class AskAgain:
    """So many cases are more than MANY: nothing was written; say `confirmed=count` once the person has confirmed that number."""

    count: int


@dataclass(frozen=True, slots=True)
class Changed:
    """It is about another number of cases than the person saw: nothing was written."""

    count: int


# -- messages that are looked at -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pending:
    """The scanner has not answered yet."""

    request_id: str
    record_id: str
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """The message, byte for byte as it was judged. Its owner must neither log nor store it."""

    request_id: str
    record_id: str
    raw: bytes
    expires_at: datetime
    partial: bool = False
    """Only its beginning: the message is over [limits] message_bytes."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be fetched. `code` is stable: gone, unreachable, login, fault; `text` one English sentence."""

    request_id: str
    record_id: str
    code: str
    text: str


View = Pending | Fetched | Failed | Unknown

__all__ = [
    "COUNTED",
    "EVERYWHERE",
    "MANY",
    "AskAgain",
    "Bulk",
    "Campaign",
    "CaseLine",
    "CasePage",
    "Changed",
    "Conflict",
    "Counts",
    "Decided",
    "Done",
    "Failed",
    "Fetched",
    "Of",
    "Pending",
    "Pile",
    "Refusal",
    "ReviewCase",
    "Scope",
    "Sort",
    "Standing",
    "Unknown",
    "View",
    "Wanted",
]
