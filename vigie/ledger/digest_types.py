"""What a digest is to its sender, and what a link in it is to the page that it opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from vigie.ledger.types import Record

PERSON: Final = "person:"
"""A recipient who reviews, by the id of the person."""
OWNER: Final = "account:"
"""A recipient whose mailbox it is, by the account's name."""


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom digests go."""

    key: str
    """PERSON or OWNER, and who: what the ledger knows him by."""
    address: str
    accounts: frozenset[str]
    """Whose cases he is told about."""
    language: str

    @property
    def is_owner(self) -> bool:
        """The mailbox is his: he may ask for a message, and decides about none."""
        return self.key.startswith(OWNER)


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a digest is about."""

    name: str
    """The day, YYYY-MM-DD: a recipient gets one digest of that name."""
    until: datetime
    """Not included."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One that a program has taken to send it, until its lease is over."""

    id: str
    recipient: str
    since: datetime
    until: datetime
    planned_at: datetime
    tries: int
    """This one included: who has taken it says which one he made, so that nobody ends what another one is at."""


@dataclass(frozen=True, slots=True)
class HeldMail:
    """One message of a digest, which lies in quarantine still."""

    record: Record
    at: datetime
    """When it was moved there."""


class Asked(StrEnum):
    """What became of a request for a message."""

    REQUESTED = "requested"
    """The reviewers are told."""
    RELEASED = "released"
    """The scanner puts it back."""
    NOT_HELD = "not-held"
    """It does not lie in quarantine any more; the link was not used up."""
    USED = "used"
    """The link, or another one for the same message and recipient, was used before."""
    UNKNOWN = "unknown"
    """There is no such link, or its time is over: both look the same."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A link that is good."""

    record: Record
    held: bool
    used_at: datetime | None


Held = Sequence[HeldMail]
