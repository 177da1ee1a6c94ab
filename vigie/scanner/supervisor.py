"""One loop per account: scans when asked, waits after faults, never gives up but where a password is refused (I-25, I-38)."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from vigie import log_keys
from vigie.judge.workers import WorkersError
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import ActionKind
from vigie.scanner import cycle
from vigie.scanner.judging import Pool
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.operation.meter import Meter
from vigie.scanner.recover import OF_THE_CONNECTION
from vigie.scanner.session import Connect, Session
from vigie.scanner.settings import AccountSettings
from vigie.scanner.summary import Summary

LOG = logging.getLogger(__name__)

FIRST_S = 1.0
LONGEST_S = 300.0
LONGEST_WISH_S = 3600.0
"""What a server asks for beyond it is not granted: nobody can make an account deaf for days."""
AUTH_TRIES = 2
"""More would lock people out of their own mailbox (I-38)."""
LOOK_S = 5.0
"""How soon a release that somebody asked for on the review pages is noticed."""
_CHANCE = random.SystemRandom()


class Backoff:
    """How long to wait after the n-th fault in a row: full jitter below 1 s, 2 s, 4 s ... 5 min; a server's own wish counts."""

    def __init__(self, chance: Callable[[float, float], float] = _CHANCE.uniform) -> None:
        self._chance = chance
        self._faults = 0

    def next(self, wished_s: float | None = None) -> float:
        """Seconds to wait now. `wished_s`: how long the server asked us to stay away (I-39)."""
        ceiling = min(LONGEST_S, FIRST_S * 2 ** min(self._faults, 20))
        self._faults += 1
        wait = self._chance(0.0, ceiling)
        return wait if wished_s is None else min(wished_s, LONGEST_WISH_S) + wait

    def reset(self) -> None:
        """All is well again."""
        self._faults = 0


class Supervisor(threading.Thread):
    """The only one in this process that acts on the account. Requests that come during a scan make one more, not many."""

    def __init__(
        self,
        account: AccountSettings,
        ledger: Ledger,
        pool: Pool,
        *,
        limit: int,
        connect: Connect,
        meter: Meter | None = None,
    ) -> None:
        super().__init__(name=f"vigie-{account.name}", daemon=True)
        self.account = account
        self._ledger = ledger
        self._pool = pool
        self._limit = limit
        self._meter = meter or Meter()
        self._session = Session(account, connect)
        self._backoff = Backoff()
        self._stop_event = threading.Event()
        self._welcome = threading.Event()
        self._news = threading.Condition()
        self._wanted: list[str] = []
        self._uidnext: dict[str, int] = {}
        self._refused = 0

    def request(self, folders: Iterable[str] = (), *, uidnext: int = 0) -> None:
        """Asks for a scan of these folders (all, if none is named) as soon as may be; returns at once.

        `uidnext`: what a watcher saw, for the lag.
        """
        with self._news:
            for folder in tuple(folders) or self.account.folders:
                self._uidnext[folder] = max(uidnext, self._uidnext.get(folder, 0))
                if folder not in self._wanted:
                    self._wanted.append(folder)
            self._news.notify_all()

    def stop(self) -> None:
        """Ends the loop after the current command; does not wait."""
        self._stop_event.set()
        with self._news:
            self._news.notify_all()

    @property
    def stopping(self) -> threading.Event:
        """Set when the loop is to end, or has given up: the account's watchers end, too."""
        return self._stop_event

    @property
    def welcome(self) -> threading.Event:
        """Set when a first attempt did not end in a refused login: until then nobody else tries the password (I-38)."""
        return self._welcome

    def run(self) -> None:
        """The loop."""
        with log_keys.about(account=self.account.name):
            self._loop()

    def _loop(self) -> None:
        while (folder := self._next()) is not None:
            with log_keys.about(folder=folder):
                fault = self._attempt(folder)
            if not (isinstance(fault, MailboxError) and fault.kind == "auth"):
                self._welcome.set()
            if fault is None:
                self._backoff.reset()
                self._refused = 0
            elif not self._goes_on(folder, fault):
                break
        self._session.close()

    # -- one attempt -------------------------------------------------------------------------------------------------

    def _attempt(self, folder: str) -> Exception | None:
        """One scan; the fault that ended it, or None. Here alone everything is caught: an account must not die silently (R5)."""
        try:
            summary = cycle.scan(
                self.account,
                self._ledger,
                self._pool,
                folder=folder,
                limit=self._limit,
                stop=self._stop_event,
                session=self._session,
                progress=lambda progress: self._meter.progress(self.account.name, progress),
            )
            self._meter.passed(summary)
            self._beat(summary)
        except Exception as fault:  # noqa: BLE001 - the one supervisor loop per account (house)
            return fault
        return None

    def _goes_on(self, folder: str, fault: Exception) -> bool:
        """Says what happened, and waits; False: there is no sense in going on."""
        if self._stop_event.is_set():
            return False
        text = _told(fault)
        self._meter.broke(self.account.name)
        LOG.warning("%s/%s: %s", self.account.name, folder, text, extra={"folder": folder})
        self._beat_fault(folder, text)
        # Whatever it was, nothing of the old connection is believed any more: a goodbye can look like a mere limit (I-26).
        self._session.close()
        connection = not isinstance(fault, MailboxError) or fault.kind in OF_THE_CONNECTION
        # a temporary one is of a vault or a token file that is away for a while: nobody was refused
        if isinstance(fault, MailboxError) and fault.kind == "auth" and not fault.temporary:
            self._refused += 1
            if self._refused >= AUTH_TRIES:
                LOG.error("%s: stopped: the login was refused twice; mend it and reload", self.account.name)
                self._beat_fault(folder, f"stopped: {text}")
                self.stop()
                return False
        if isinstance(fault, MailboxError) and not fault.temporary and not connection:
            return True  # of this folder alone: the schedule tries again
        self.request((folder,))
        wished = fault.retry_after_s if isinstance(fault, MailboxError) else None
        self._stop_event.wait(self._backoff.next(wished))
        return True

    # -- waiting -----------------------------------------------------------------------------------------------------

    def _next(self) -> str | None:
        """The next folder to scan, waited for; None: stop."""
        while not self._stop_event.is_set():
            with self._news:
                if not self._wanted:
                    self._news.wait(LOOK_S)
                if self._wanted and not self._stop_event.is_set():
                    return self._wanted.pop(0)
            if not self._stop_event.is_set() and self._is_asked_to_release():
                self.request(self.account.folders[:1])
        return None

    def _is_asked_to_release(self) -> bool:
        try:
            waiting = self._ledger.open_intents(self.account.name)
        except LedgerError as error:
            LOG.warning("%s: %s", self.account.name, error)
            return False
        return any(intent.kind is ActionKind.RELEASE for intent in waiting)

    # -- heartbeat ---------------------------------------------------------------------------------------------------

    def _beat(self, summary: Summary) -> None:
        """When the folder was known to be settled, and how many UIDs it is behind what anybody has seen of it."""
        cursor = self._ledger.cursor(summary.account, summary.folder)
        seen = max(summary.uidnext, self._uidnext.get(summary.folder, 0))
        lag = max(seen - 1 - cursor.last_uid, 0) if cursor is not None else max(seen - 1, 0)
        self._ledger.beat(summary.account, summary.folder, datetime.now(UTC), lag, "")

    def _beat_fault(self, folder: str, text: str) -> None:
        try:
            cursor = self._ledger.cursor(self.account.name, folder)
            lag = max(self._uidnext.get(folder, 0) - 1 - (cursor.last_uid if cursor else 0), 0)
            self._ledger.beat(self.account.name, folder, datetime.now(UTC), lag, text[:300])
        except LedgerError as error:
            LOG.warning("%s: %s", self.account.name, error)


def _told(fault: Exception) -> str:
    """One line. What is not ours may quote mail: then its type alone."""
    if isinstance(fault, MailboxError | LedgerError | WorkersError):
        return str(fault)
    return f"unexpected {type(fault).__name__}"


def ended(threads: Iterable[threading.Thread], within_s: float) -> bool:
    """Waits for them together; False where one is still at it."""
    deadline = time.monotonic() + within_s
    waiting = [thread for thread in threads if thread.ident is not None]
    for thread in waiting:
        thread.join(max(deadline - time.monotonic(), 0.0))
    return not any(thread.is_alive() for thread in waiting)
