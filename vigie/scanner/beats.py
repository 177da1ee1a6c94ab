"""The heartbeat of one folder: what is known of its lag, written to the ledger and to the log."""

from __future__ import annotations

import logging
import time
from datetime import datetime

from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Heartbeat
from vigie.scanner.lag import Lag, utc_now
from vigie.scanner.summary import Progress, Summary

LOG = logging.getLogger(__name__)

EVERY_S = 5.0
"""During a long pass; also the least lag that is written down while a pass goes on."""
MOST_TEXT = 300


class Beats:
    """Not a thread of its own: the supervisor's writes, and the pulse's while that one is busy."""

    def __init__(self, ledger: Ledger, lag: Lag) -> None:
        self.lag = lag
        self.is_known = False
        """The lag was known once, or the fault for which it is not was told."""
        self._ledger = ledger
        self._error = ""
        self._written = time.monotonic()

    def now(self) -> Heartbeat:
        """What is known."""
        return self.lag.heartbeat(utc_now(), self._error)

    def progress(self, told: Progress) -> None:
        """A pass has settled a message."""
        self._error = ""
        self.is_known = True
        self.lag.progress(max(told.total - told.done, 0), told.received, utc_now())
        if time.monotonic() - self._written > EVERY_S:
            self._write()
            self._log(logging.INFO, f"{told.done} of {told.total} judged")

    def passed(self, summary: Summary, begun: datetime) -> None:
        """A pass has ended without a fault. Raises LedgerError."""
        cursor = self._ledger.cursor(summary.account, summary.folder)
        same = cursor is not None and cursor.uidvalidity == summary.uidvalidity
        self.lag.settled(summary.uidnext, cursor.last_uid if cursor is not None and same else 0, begun, utc_now())
        self._error = ""
        self.is_known = True
        self._write()
        self._log(logging.INFO if summary.judged else logging.DEBUG, f"{summary.judged} judged")

    def failed(self, text: str) -> None:
        """A pass has ended with a fault, or there is none any more. Never raises."""
        self._error = text[:MOST_TEXT]
        self.is_known = True
        self._try_to_write()

    def note(self) -> None:
        """Writes the lag down where there is one that lasts. Never raises."""
        beat = self.now()
        lag = beat.lag_seconds(beat.at)
        if beat.behind_since is not None and lag is not None and lag > EVERY_S:
            self._try_to_write()

    def _try_to_write(self) -> None:
        try:
            self._write()
        except LedgerError as error:
            LOG.warning("%s", error)

    def _write(self) -> None:
        beat = self.now()
        self._ledger.beat(
            beat.account,
            beat.folder,
            beat.at,
            beat.lag_uids,
            beat.error,
            known_at=beat.known_at,
            behind_since=beat.behind_since,
        )
        self._written = time.monotonic()

    def _log(self, level: int, text: str) -> None:
        beat = self.now()
        lag = beat.lag_seconds(beat.at)
        told = "unknown" if lag is None else f"{lag:.1f} s"
        LOG.log(
            level,
            "%s/%s: %s; lag %s",
            beat.account,
            beat.folder,
            text,
            told,
            extra={"account": beat.account, "folder": beat.folder, "lag_seconds": lag, "lag_uids": beat.lag_uids},
        )
