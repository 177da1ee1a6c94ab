"""Tokens by which programs ask the API (threat W-08): what they are good for, for which mailboxes, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # every command reads the settings: it need not load the whole review for that
    from vigie.ledger.review_types import Scope

PREFIX: Final = "vig_"
"""By it a scanner for secrets finds one in a public file."""
LONGEST_DAYS: Final = 730
USUAL_DAYS: Final = 365


class Use(StrEnum):
    """What a token is good for. None of them includes another."""

    CHECK = "check"
    """Has messages and texts judged; nothing is stored."""
    REPORT = "report"
    """Hands in messages that are kept."""
    RECORDS = "records"
    """Asks what became of a message, in the mailboxes of its scope."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as the ledger knows it; what opens is shown once, when it is made."""

    id: str
    name: str
    """Which program it is for, in the words of who made it."""
    uses: frozenset[Use]
    accounts: Scope
    """The mailboxes whose records it may ask for; who administers all of them administers it. None: every mailbox."""
    by: str
    created_at: datetime
    ends_at: datetime
    used_at: datetime | None = None
    """To the minute; None: never."""
