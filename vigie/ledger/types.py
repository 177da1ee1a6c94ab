"""The nouns of the ledger. All instants are aware datetimes in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vigie.auth_checks.types import DnsAnswer


class ActionKind(StrEnum):
    """What the scanner can be asked to do to a message."""

    TAG = "tag"
    QUARANTINE = "quarantine"
    RELEASE = "release"
    ANSWER = "answer"
    """Somebody moved a message into a folder that is a button: it is told what was found, and put back."""


class State(StrEnum):
    """The life of an intent (threats 2.0)."""

    PENDING = "pending"
    """Durable, nothing has been sent for it."""
    MOVING = "moving"
    """A command that changes the mailbox may have been sent: look before anything is sent again."""
    DONE = "done"
    GONE = "gone"
    """The message is in neither folder: somebody else moved it."""
    FAILED = "failed"
    """Refused for good; the message is where it was."""


class Decision(StrEnum):
    """What a person said about a case."""

    RELEASED = "released"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies: (account, folder, UIDVALIDITY, UID)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder was judged: every UID <= last_uid of that UIDVALIDITY has a record or was found gone."""

    account: str
    folder: str
    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Record:
    """One judged message. Text fields are masked and bounded before they get here."""

    id: str
    """Short, opaque, unique: what people type after `vigie review show`."""
    place: Place
    """Where it was judged."""
    sha256: str
    message_id: str
    subject: str
    author: str
    verdict: str
    brand: str | None
    decided_by: int
    case_json: str
    """The whole case as `vigie check --json` prints it, masked."""
    judged_at: datetime
    elapsed_ms: float
    size: int
    decision: Decision | None = None
    retry_at: datetime | None = None
    """Judge again at that instant (row 7), or None."""
    attempts: int = 1
    theme: str = ""
    """What a false or doubtful mail is about, see themes; "" for others."""
    campaign: str = ""
    """What mails of one campaign have in common, as a hash, see message.shape; "" where there is none."""
    sender: str = ""
    """The domain that the author was proven to write from, else his domain behind a "?"; "" where there is none."""
    version: int = 0
    """Grows with every decision, and when the case is judged otherwise: who decides says which one he saw (W-16)."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a verdict rests on beside the message's bytes: with it the verdict can be computed again months later."""

    program: str
    """Version of Vigie and a hash of what decides, see judge.edition."""
    settings: str
    """The settings that decide, as JSON."""
    examined_at: datetime
    received: datetime | None
    """INTERNALDATE."""
    mailbox: str
    """Fingerprint of the mailbox's addresses (identity.mailbox_mark), not the addresses; "" where none were known."""
    elsewhere: int
    """In how many other accounts a signature of the message had been seen."""
    answers: tuple[DnsAnswer, ...] = ()
    """Every DNS answer, in the order of the questions."""
    lacking: str = ""
    """Why it cannot be computed again, in English; "" where it can."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A DKIM signature that was seen in an account (S-43)."""

    signature_id: str
    """See DkimResult: a hash, nothing that leads back to the message."""
    account: str
    at: datetime
    place: Place | None = None
    """The message that carries it: when that is forgotten, so is what it alone carries."""


@dataclass(frozen=True, slots=True)
class Intent:
    """Something that is to be done to one message, durable before it is begun."""

    id: str
    record_id: str
    kind: ActionKind
    source: Place
    destination: str
    """Folder; "" for TAG, and for an ANSWER that leaves the message where it is."""
    keywords: tuple[str, ...]
    """TAG: to add. QUARANTINE: to add before the move. RELEASE: to have removed afterwards. ANSWER: to add."""
    state: State
    message_id: str
    sha256: str
    size: int
    created_at: datetime
    flags: tuple[str, ...] = ()
    """The message's flags and keywords before we touched it, for the way back."""
    internaldate: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """What is known about the carrying out of an open intent."""

    before: Place | None = None
    """The destination before anything was sent: its UIDVALIDITY, and as UID its UIDNEXT. What lies below it is not ours."""
    refusals: int = 0
    """How often the server refused it for a while, or left it unclear."""
    retry_at: datetime | None = None
    """New mail goes first, and it is not tried before that instant; None: nobody has refused it."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What the service last knew about one folder."""

    account: str
    folder: str
    at: datetime
    """When it was written."""
    lag_uids: int
    """UIDs that the server has given out and that are not judged yet."""
    error: str
    """The current fault, or ""."""
    known_at: datetime | None = None
    """When the server was last heard about what it has; None: never."""
    behind_since: datetime | None = None
    """The oldest message that is not judged came no earlier; None: everything was judged at `known_at`."""

    def lag_seconds(self, now: datetime) -> float | None:
        """The greatest age that a message may have which the server has and nobody has judged; None: unknown.

        0.0 speaks of `known_at`: how long ago that may be is a matter of the account's schedule.
        """
        if self.behind_since is not None:
            return max((now - self.behind_since).total_seconds(), 0.0)
        return None if self.error or self.known_at is None else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an intent ended."""

    intent_id: str
    state: State
    at: datetime
    destination: Place | None = None
    """Where the message lies now, when that is known."""
    detail: str = ""
    kept_keywords: tuple[str, ...] = ()
    """Keywords that the server was seen to have kept. Never claim one that is not here."""


class Step(StrEnum):
    """How an account came by its mode."""

    FILE = "file"
    """vigie.toml says it: first seen, or changed since."""
    PROMOTE = "promote"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class ModeChange:
    """An account was given a mode. `mode`, `before` and `file_mode` are observe, tag or enforce."""

    account: str
    step: Step
    mode: str
    before: str
    file_mode: str
    """What vigie.toml said then."""
    at: datetime
    who: str = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed from the ledger; the mailboxes' messages were not touched."""

    records: int = 0
    thinned: int = 0
    """Cases that lie in quarantine without anybody's decision: only what the way back needs is left of them."""
    signatures: int = 0
    audit: int = 0
    under_way: int = 0
    """Left alone, because an action about them has not ended."""

    def __add__(self, other: Erased) -> Erased:
        return Erased(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def anything(self) -> bool:
        """Something was removed."""
        return self.records + self.thinned + self.signatures + self.audit > 0
