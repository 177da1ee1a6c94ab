"""One IDLE connection per folder beside the working one: it asks for a scan as soon as the server tells of something."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from vigie import log_keys
from vigie.scanner.backoff import Backoff
from vigie.scanner.gate import Gate
from vigie.scanner.mailboxes.base import FolderStatus, MailboxError
from vigie.scanner.settings import AccountSettings

LOG = logging.getLogger(__name__)

REIDLE_S = 8 * 60.0
"""Below every NAT's and server's patience (I-19, I-20); DONE and its answer prove that the server is still there."""
SLICE_S = 2.0
"""How soon a stop is noticed."""


class IdleMailbox(Protocol):
    """What watching needs of a connection, see mailboxes.imap.ImapMailbox."""

    @property
    def can_idle(self) -> bool:
        """The server knows IDLE."""
        ...

    def select(self, folder: str, *, read_only: bool) -> FolderStatus:
        """See Mailbox."""
        ...

    def ensure_folder(self, folder: str) -> str:
        """See Mailbox."""
        ...

    def idle_start(self) -> None:
        """Begins to wait."""
        ...

    def idle_wait(self, timeout: float) -> bool:
        """True: something happened."""
        ...

    def idle_done(self) -> bool:
        """Ends the wait; True: something happened meanwhile."""
        ...

    def close(self) -> None:
        """See Mailbox."""
        ...


Wake = Callable[[str, int, bool], None]
"""Called with the folder, its UIDNEXT, and whether the server was telling all the time before: a scan is wanted."""


class Watcher(threading.Thread):
    """Watches one folder until `stop` is set. Misses nothing: each new connection and each re-IDLE asks for a scan, too."""

    def __init__(
        self,
        account: AccountSettings,
        folder: str,
        wake: Wake,
        stop: threading.Event,
        *,
        connect: Callable[[AccountSettings], IdleMailbox],
        reidle_s: float = REIDLE_S,
        gate: Gate | None = None,
    ) -> None:
        """`gate`: the account's; without it there is no supervisor that tries first."""
        super().__init__(name=f"vigie-idle-{account.name}-{folder}", daemon=True)
        self._account = account
        self._folder = folder
        self._wake = wake
        self._stop_event = stop
        self._connect = connect
        self._reidle_s = reidle_s
        self._backoff = Backoff()
        if gate is None:
            gate = Gate(account)
            gate.trusted.set()
        self._gate = gate

    def run(self) -> None:
        """Connections one after the other; any doubt about one ends it."""
        with log_keys.about(account=self._account.name, folder=self._folder):
            self._loop()

    def _loop(self) -> None:
        while not self._stop_event.is_set():
            if not self._gate.trusted.wait(SLICE_S):
                continue
            wished = None
            try:
                if not self._watch():
                    return
                continue
            except MailboxError as error:
                if self._stop_event.is_set():
                    return
                LOG.warning("%s/%s: IDLE: %s", self._account.name, self._folder, error)
                wished = error.retry_after_s
                if error.kind == "auth" and not error.temporary:
                    self._gate.refused(str(error))
                    self._wake(self._folder, 0, False)
            except Exception as fault:  # noqa: BLE001 - a watcher that dies silently makes the folder deaf until the schedule (I-25)
                LOG.error("%s/%s: IDLE: unexpected %s", self._account.name, self._folder, type(fault).__name__)
            self._stop_event.wait(self._backoff.next(wished))

    def _watch(self) -> bool:
        """One connection, for as long as it lasts and the account is trusted. False: the server has no IDLE; the schedule has to do."""
        with self._gate.turn:
            if not self._gate.trusted.is_set():
                return True
            mailbox = self._connect(self._account)
        try:
            if not mailbox.can_idle:
                LOG.info("%s: the server has no IDLE; mail is looked for by schedule", self._account.name)
                return False
            idling = False
            # A folder that is a button is made where there is none, and stands where the server has own folders (I-14).
            name = mailbox.ensure_folder(self._folder) if self._folder in self._account.buttons else self._folder
            while self._goes_on():
                # EXAMINE each time: it gives UIDNEXT, and from here on IDLE tells of every message that comes.
                status = mailbox.select(name, read_only=True)
                self._wake(self._folder, status.uidnext, idling)
                self._backoff.reset()
                self._idle(mailbox)
                idling = True
        finally:
            mailbox.close()
        return True

    def _goes_on(self) -> bool:
        return not self._stop_event.is_set() and self._gate.trusted.is_set()

    def _idle(self, mailbox: IdleMailbox) -> None:
        """One IDLE: ends when something happened, when it is time for the next, or to stop."""
        deadline = time.monotonic() + self._reidle_s
        mailbox.idle_start()
        while self._goes_on() and time.monotonic() < deadline:
            if mailbox.idle_wait(min(SLICE_S, max(deadline - time.monotonic(), 0.0))):
                break
        mailbox.idle_done()
