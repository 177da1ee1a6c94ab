"""What is wrong with the service now, as values: looked up in the ledger and on the disk, told to nobody here."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from vigie.ledger.store import LedgerError
from vigie.ledger.types import ActionKind
from vigie.scanner.operation.folders import Folder, folders
from vigie.scanner.operation.meter import Meter, Watched
from vigie.scanner.operation.settings import AlertSettings

FAILED_FOR_S: Final = 3600.0
"""A move that was refused for good is news for that long."""
MB: Final = 1024 * 1024


class Kind(StrEnum):
    """What can be wrong."""

    ACCOUNT_STOPPED = "account-stopped"
    """The login was refused twice: nothing is watched there any more (I-38)."""
    LAG = "lag"
    """A mail waits for long to be judged (Heartbeat.lag_seconds), many wait, or nobody knows for as long."""
    LEDGER = "ledger"
    """The ledger cannot be read or written: nothing is moved (I-51)."""
    DISK = "disk"
    """Little room where the ledger lies (X-19)."""
    QUARANTINE = "quarantine"
    """False mail waits to be moved for long, or its move was refused."""
    AUDIT = "audit"
    """The chain of the audit log does not hold: somebody has changed it, or the disk has (W-21)."""
    CONFIGURATION = "configuration"
    """A reload was refused, or what it said about an account; the old configuration stays."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong. `subject`: the account or account/folder; "" where it is about all. No mail content."""

    kind: Kind
    subject: str
    detail: str

    @property
    def key(self) -> str:
        """The same trouble has the same key, whatever its figures say."""
        return f"{self.kind.value} {self.subject}".strip()


class Lookout:
    """Looks at everything that `watched` is about. Used by one thread; `refused` may be set by another."""

    def __init__(
        self, watched: Watched, settings: AlertSettings, meter: Meter, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._watched = watched
        self._settings = settings
        self._meter = meter
        self._clock = clock
        self._ailing: dict[tuple[str, str], float] = {}
        self._failures: dict[str, int] = {}
        self._failed_at: dict[str, float] = {}
        self.refused: Mapping[str, str] = {}
        """What the last reload has refused, and why: accounts by their names, "" for the whole of it."""

    def look(self) -> Sequence[Trouble]:
        """What is wrong now."""
        found = list(self._disk())
        found += [Trouble(Kind.CONFIGURATION, name, why) for name, why in self.refused.items()]
        try:
            self._watched.ledger.check()
            for folder in folders(self._watched.ledger, self._watched.accounts):
                found += self._folder(folder)
            for account in self._watched.accounts:
                found += self._quarantine(account.name)
            found += self._audit()
        except LedgerError as error:
            found.append(Trouble(Kind.LEDGER, "", str(error)))
        unique = {trouble.key: trouble for trouble in found}
        return tuple(unique.values())

    def _disk(self) -> Iterator[Trouble]:
        try:
            free = shutil.disk_usage(self._watched.ledger.path.parent).free
        except OSError as error:
            yield Trouble(Kind.DISK, "", error.strerror or "")
            return
        if free < self._settings.disk_free_mb * MB:
            yield Trouble(Kind.DISK, "", f"{free // MB} MB")

    def _folder(self, folder: Folder) -> Iterator[Trouble]:
        where = f"{folder.account}/{folder.name}"
        key = folder.account, folder.name
        most = self._settings.lag_minutes
        if folder.state == "stopped":
            yield Trouble(Kind.ACCOUNT_STOPPED, folder.account, folder.error)
            return
        if folder.state == "ok" and not self._is_overdue(folder):
            self._ailing.pop(key, None)
        else:
            since = self._ailing.setdefault(key, self._clock())
            minutes = (self._clock() - since) / 60
            if minutes >= most:
                yield Trouble(Kind.LAG, where, folder.error or f"{minutes:.0f} min")
                return
        if folder.lag_seconds is not None and folder.lag_seconds >= most * 60:
            # Measured, and kept in the ledger: a service that is restarted all the time does not begin to count anew.
            yield Trouble(Kind.LAG, where, folder.error or f"{folder.lag_seconds / 60:.0f} min")
            return
        if folder.lag > self._settings.lag_messages:
            yield Trouble(Kind.LAG, where, f"{folder.lag} messages")

    def _is_overdue(self, folder: Folder) -> bool:
        """Its schedule came twice and nothing was heard of it. Of a cron schedule that cannot be said."""
        account = next(one for one in self._watched.accounts if one.name == folder.account)
        if account.cron is not None or folder.at is None:
            return False
        return datetime.now(UTC) - folder.at > 2 * timedelta(seconds=account.schedule_s)

    def _audit(self) -> Iterator[Trouble]:
        """What the daily job has found. A new process looks itself: else an old alert would be taken back until that job."""
        if self._meter.audit_breaks is None:
            self._meter.audited(len(self._watched.ledger.audit_verified().breaks))
        if breaks := self._meter.audit_breaks:
            yield Trouble(Kind.AUDIT, "", f"{breaks}")

    def _quarantine(self, account: str) -> Iterator[Trouble]:
        failures = self._meter.quarantine_failures(account)
        if failures > self._failures.get(account, 0):
            self._failed_at[account] = self._clock()
        self._failures[account] = failures
        old = datetime.now(UTC) - timedelta(minutes=self._settings.quarantine_minutes)
        waiting = sum(
            intent.kind is ActionKind.QUARANTINE and intent.created_at < old
            for intent in self._watched.ledger.open_intents(account)
        )
        if waiting:
            yield Trouble(Kind.QUARANTINE, account, f"{waiting} messages")
        elif self._clock() - self._failed_at.get(account, float("-inf")) < FAILED_FOR_S:
            yield Trouble(Kind.QUARANTINE, account, "refused")
