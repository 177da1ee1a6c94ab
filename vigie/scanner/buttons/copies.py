"""Of which messages that people report a copy is kept: of whole ones, not too big, and of so many an hour of one account.

A report is noted all the same: its message lies in the mailbox, where reviewers are shown it (handed_in_rows).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from vigie.ledger.handed_in_types import Source
from vigie.ledger.store import Ledger
from vigie.ledger.types import Record
from vigie.scanner.judging import Job

REPORT_BYTES: Final = 4 * 1024 * 1024
"""Of a message that is kept: it lies in the ledger, which is copied."""
HOUR: Final = timedelta(hours=1)


class Noted(StrEnum):
    """What became of a report."""

    KEPT = "kept"
    """With a copy of the message."""
    TOO_BIG = "too-big"
    TOO_MANY = "too-many"


class Copies:
    """For one batch of one folder, at one instant."""

    def __init__(self, ledger: Ledger, account: str, source: Source, *, hourly: int, at: datetime) -> None:
        self._ledger = ledger
        self._source = source
        self._room = hourly - ledger.handed_in.kept_since(account, at - HOUR)

    def of(self, job: Job, case_of: Record) -> Noted:
        """Whether a copy of that message is kept; takes the room that it needs."""
        if self._ledger.handed_in.keeps(self._source, case_of.id, case_of.sha256):
            return Noted.KEPT
        if job.partial or job.size > REPORT_BYTES:
            return Noted.TOO_BIG
        if self._room <= 0:
            return Noted.TOO_MANY
        self._room -= 1
        return Noted.KEPT
