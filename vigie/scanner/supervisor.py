"""One loop per account: scans when asked, waits after faults, never gives up but where a password is refused (I-25, I-38)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vigie import log_keys
from vigie.judge.workers import WorkersError
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Heartbeat
from vigie.scanner import cycle, modes, viewing
from vigie.scanner.backoff import Backoff
from vigie.scanner.beats import Beats
from vigie.scanner.decide import Mode
from vigie.scanner.gate import Gate
from vigie.scanner.judging import Pool
from vigie.scanner.lag import Lag, utc_now
from vigie.scanner.life import Life
from vigie.scanner.lock import AccountBusyError
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.operation.meter import Meter
from vigie.scanner.recover import OF_THE_CONNECTION
from vigie.scanner.room import Room
from vigie.scanner.session import Connect, Session
from vigie.scanner.settings import AccountSettings
from vigie.scanner.summary import Progress
from vigie.scanner.waiting import OpenIntents

LOG = logging.getLogger(__name__)

LOOK_S = 1.0
"""How soon what somebody asked for on the review pages is noticed."""
LOOKS = 5
"""After so many looks at a ledger in which nobody wrote it is read all the same: something may have become due."""
SECRET_S = 2.0
"""How soon another password is noticed."""
ATTEMPT_S = 3600.0
"""The longest that a scan may take over one batch: 64 messages from a server that sends as slowly as one is waited for (I-43)."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What a pass judges with."""

    pool: Pool
    limit: int
    """Bytes of a message that are judged."""
    room: Room


class Supervisor(threading.Thread):
    """The only one in this process that acts on the account. Requests that come during a scan make one more, not many."""

    def __init__(
        self,
        account: AccountSettings,
        ledger: Ledger,
        bench: Bench,
        *,
        connect: Connect,
        meter: Meter | None = None,
    ) -> None:
        """Raises LedgerError."""
        super().__init__(name=f"vigie-{account.name}", daemon=True)
        self.account = account
        self.gate = Gate(account)
        self.life = Life()
        self._ledger = ledger
        self._bench = bench
        self._judging: Bench | None = None
        """That of the pass under way."""
        self._meter = meter or Meter()
        self._session = Session(account, connect)
        self._backoff = Backoff()
        self._stop_event = threading.Event()
        self._halt = threading.Event()
        """Set when the pass under way is to end."""
        self._news = threading.Condition()
        self._wanted: list[str] = []
        self._read_at = utc_now()
        self._open = OpenIntents(account.name, ledger)
        self._version = self._looks = 0
        known = {beat.folder: beat for beat in ledger.heartbeats() if beat.account == account.name}
        self._beats = {
            folder: Beats(ledger, Lag(account.name, folder, before=known.get(folder), now=utc_now()))
            for folder in account.watched
        }

    def request(self, folders: Iterable[str] = (), *, uidnext: int = 0, idling: bool = False) -> None:
        """Asks for a scan of these folders (all, if none is named) as soon as may be; returns at once.

        `uidnext`, `idling`: what a watcher saw, for the lag, see Lag.told.
        """
        with self._news:
            for folder in tuple(folders) or self.account.watched:
                if uidnext:
                    self._beats[folder].lag.told(uidnext, utc_now(), idling=idling)
                if folder not in self._wanted:
                    self._wanted.append(folder)
            self._news.notify_all()

    def stop(self) -> None:
        """Ends the loop after the current command; does not wait."""
        self._stop_event.set()
        with self._news:
            self._halt.set()
            self._news.notify_all()

    def use(self, bench: Bench) -> None:
        """Judges with that from now on: a pass under way ends after its current command, and is begun again where it was."""
        with self._news:
            self._bench = bench
            self._halt.set()

    def lets_go(self, pool: Pool, within_s: float) -> bool:
        """Waits until no pass judges with that pool; False where one still does."""
        with self._news:
            return self._news.wait_for(lambda: self._judging is None or self._judging.pool is not pool, within_s)

    def file_was_read(self) -> None:
        """vigie.toml was read again, and says of the account what it said before, see modes.in_force."""
        self._read_at = utc_now()

    @property
    def stopping(self) -> threading.Event:
        """Set when the loop is to end: the account's watchers end, too."""
        return self._stop_event

    @property
    def is_sound(self) -> bool:
        """It is at work, and the last that was heard of every folder is no fault."""
        return self.is_alive() and not self.gate.stopped and not any(one.now().error for one in self._beats.values())

    @property
    def is_known(self) -> bool:
        """Of every folder the lag is known, or the fault for which it is not."""
        return all(beats.is_known for beats in self._beats.values())

    @property
    def is_well(self) -> bool:
        """The loop turns, and no fault of our own has kept it from knowing the lag for long: nothing that a restart would mend."""
        alive = self.is_alive() or self._stop_event.is_set()
        return alive and self.life.is_well

    def heartbeats(self) -> Sequence[Heartbeat]:
        """What is known now, folder by folder."""
        return [beats.now() for beats in self._beats.values()]

    def note_lag(self) -> None:
        """Writes down where the account is behind, while its own thread may be busy. Never raises."""
        for beats in self._beats.values():
            beats.note()

    def run(self) -> None:
        """The loop."""
        with log_keys.about(account=self.account.name):
            self._loop()

    def _loop(self) -> None:
        while (folder := self._next()) is not None:
            with log_keys.about(folder=folder):
                fault = self._attempt(folder)
            if fault is None:
                self._backoff.reset()
            elif not self._goes_on(folder, fault):
                break
        self._session.close()

    # -- one attempt -------------------------------------------------------------------------------------------------

    def _attempt(self, folder: str) -> Exception | None:
        """One scan; the fault that ended it, or None. Here alone everything is caught: an account must not die silently (R5)."""
        self.life.sign(ATTEMPT_S)
        if not self.gate.trusted.is_set():
            self._session.close()  # a connection that is open still says nothing about the next login
        self.gate.try_now()
        beats = self._beats[folder]
        bench, halt = self._take_bench()
        try:
            self._open.before()
            beats.lag.begin()
            begun = utc_now()
            summary = cycle.scan(
                self.account,
                self._ledger,
                bench.pool,
                folder=folder,
                mode=self._mode,
                limit=bench.limit,
                progress=lambda told: self._settled_one(beats, told),
                stop=halt,
                session=self._session,
                room=bench.room,
            )
            self._meter.passed(summary)
            beats.passed(summary, begun)
            self._open.after()
        except Exception as fault:  # noqa: BLE001 - the one supervisor loop per account (house)
            self._open.failed()
            self._learn_from(fault)
            return fault
        finally:
            self._put_bench_down()
        if summary.stopped and not self._stop_event.is_set():
            self.request((folder,))
        self.life.well()
        self.gate.welcomed()
        return None

    def _take_bench(self) -> tuple[Bench, threading.Event]:
        with self._news:
            self._halt = threading.Event()
            if self._stop_event.is_set():
                self._halt.set()
            self._judging = self._bench
            return self._bench, self._halt

    def _put_bench_down(self) -> None:
        with self._news:
            self._judging = None
            self._news.notify_all()

    def _mode(self) -> Mode:
        return modes.in_force(self._ledger, self.account, read_at=self._read_at)

    def _settled_one(self, beats: Beats, told: Progress) -> None:
        self.life.sign(ATTEMPT_S)
        self._meter.progress(self.account.name, told)
        beats.progress(told)

    def _learn_from(self, fault: Exception) -> None:
        """What a fault says about the login, and about ourselves."""
        if isinstance(fault, MailboxError | LedgerError):
            self.life.well()
        else:
            self.life.ill()
        if _is_refused(fault):
            self.gate.refused(str(fault))
        elif self._session.is_open:
            self.gate.welcomed()
        elif isinstance(fault, MailboxError) and not isinstance(fault, AccountBusyError):
            self.gate.doubt()

    def _goes_on(self, folder: str, fault: Exception) -> bool:
        """Says what happened, and waits; False: it is to end."""
        if self._stop_event.is_set():
            return False
        text = _told(fault)
        self._meter.broke(self.account.name)
        LOG.warning("%s/%s: %s", self.account.name, folder, text, extra={"folder": folder})
        self._beats[folder].failed(text)
        logged_in = self._session.is_open
        # Whatever it was, nothing of the old connection is believed any more: a goodbye can look like a mere limit (I-26).
        self._session.close()
        connection = not isinstance(fault, MailboxError) or fault.kind in OF_THE_CONNECTION
        if logged_in and isinstance(fault, MailboxError) and not fault.temporary and not connection:
            return True  # of this folder alone: the schedule tries again
        self.request((folder,))
        if not self.gate.stopped:
            wait = self._backoff.next(fault.retry_after_s if isinstance(fault, MailboxError) else None)
            self.life.sign(wait)
            self._wait_out(wait)
        return True

    # -- waiting -----------------------------------------------------------------------------------------------------

    def _next(self) -> str | None:
        """The next folder to scan, waited for; None: stop."""
        while not self._stop_event.is_set():
            self.life.sign(LOOK_S)
            if self.gate.stopped:
                self._sit_out()
                continue
            with self._news:
                if not self._wanted:
                    self._news.wait(LOOK_S)
                if self._wanted and not self._stop_event.is_set():
                    return self._wanted.pop(0)
            if self._stop_event.is_set() or self._wanted or not self._news_in_ledger():
                continue
            if viewing.waiting(self._ledger, self.account.name):
                self._show()
            if self._open.ask():
                # Any folder does, but one that cannot be opened: recovery comes after that.
                sound = (folder for folder, beats in self._beats.items() if not beats.now().error)
                self.request((next(sound, self.account.folders[0]),))
        return None

    def _news_in_ledger(self) -> bool:
        """Somebody wrote since the last look, or that was some looks ago. Cheap: forty accounts look every second."""
        try:
            version = self._ledger.version()
        except LedgerError:
            return True  # reading it says what is wrong
        self._looks += 1
        if version == self._version and self._looks < LOOKS:
            return False
        self._version, self._looks = version, 0
        return True

    def _show(self) -> None:
        """Hands out messages that people want to look at; where that cannot be now, they are told so. Never raises."""
        if not self.gate.trusted.is_set():
            # The next pass finds out; nobody is locked out of his mail for the sake of a look (I-38).
            viewing.refuse(self._ledger, self.account.name, viewing.AWAY)
            return
        self.life.sign(ATTEMPT_S)
        try:
            viewing.answer(self._session.mailbox, self._ledger, self.account.name)
        except MailboxError as error:
            # It may be the connection that was kept since the last pass: a pass opens another one, and answers.
            LOG.warning("%s: %s", self.account.name, error)
            self._session.close()
            self.gate.doubt()
            self.request(self.account.folders[:1])
        except LedgerError as error:
            LOG.warning("%s: %s", self.account.name, error)

    def _wait_out(self, wait_s: float) -> None:
        """After a fault. Who waits for a message meanwhile is told that it cannot be now."""
        deadline = time.monotonic() + wait_s
        while (left := deadline - time.monotonic()) > 0:
            viewing.refuse(self._ledger, self.account.name, viewing.AWAY)
            if self._stop_event.wait(min(left, LOOK_S)):
                return

    def _sit_out(self) -> None:
        """Two refused logins: nothing is tried until somebody has changed the secret, or stops or reloads the service (I-38)."""
        self._session.close()
        mend = "vigie login" if self.account.oauth is not None else "change the password"
        LOG.error(
            "%s: stopped: the login was refused twice; %s; it starts again when the file with the secret changes, or at a reload",
            self.account.name,
            mend,
        )
        for beats in self._beats.values():
            beats.failed(f"stopped: {self.gate.reason}")
        while not self._stop_event.wait(SECRET_S):
            self.life.sign(SECRET_S)
            viewing.refuse(self._ledger, self.account.name, viewing.LOCKED)
            if self.gate.reopened():
                LOG.info("%s: the secret has changed: it starts again", self.account.name)
                self._backoff.reset()
                self.request()
                return


def _is_refused(fault: Exception) -> bool:
    """A temporary fault of kind auth is of a vault or a token file that is away for a while: nobody was refused."""
    return isinstance(fault, MailboxError) and fault.kind == "auth" and not fault.temporary


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
