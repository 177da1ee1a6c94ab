"""One IDLE connection per folder beside the working one: it asks for a scan as soon as the server tells of something."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from vigie import log_keys
from vigie.scanner.mailboxes.base import FolderStatus, MailboxError
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import AUTH_TRIES, Backoff

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


Wake = Callable[[str, int], None]
"""Called with the folder and its UIDNEXT: a scan is wanted."""


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
        after: threading.Event | None = None,
    ) -> None:
        """`after`: begins when that is set."""
        super().__init__(name=f"vigie-idle-{account.name}-{folder}", daemon=True)
        self._account = account
        self._folder = folder
        self._wake = wake
        self._stop_event = stop
        self._connect = connect
        self._reidle_s = reidle_s
        self._after = after
        self._backoff = Backoff()
        self._refused = 0

    def run(self) -> None:
        """Connections one after the other; any doubt about one ends it."""
        with log_keys.about(account=self._account.name, folder=self._folder):
            self._loop()

    def _loop(self) -> None:
        while self._after is not None and not self._after.wait(SLICE_S):
            if self._stop_event.is_set():
                return
        while not self._stop_event.is_set():
            try:
                if not self._watch():
                    return
            except MailboxError as error:
                if self._stop_event.is_set():
                    return
                LOG.warning("%s/%s: IDLE: %s", self._account.name, self._folder, error)
                if not self._may_try_again(error):
                    return
                self._stop_event.wait(self._backoff.next(error.retry_after_s))

    def _may_try_again(self, error: MailboxError) -> bool:
        """The supervisor speaks about refused logins; a second thread that tries for ever would lock the account (I-38)."""
        self._refused = self._refused + 1 if error.kind == "auth" and not error.temporary else 0
        return self._refused < AUTH_TRIES

    def _watch(self) -> bool:
        """One connection, for as long as it lasts. False: IDLE is not to be had here; the schedule has to do."""
        mailbox = self._connect(self._account)
        try:
            if not mailbox.can_idle:
                LOG.info("%s: the server has no IDLE; mail is looked for by schedule", self._account.name)
                return False
            while not self._stop_event.is_set():
                # EXAMINE each time: it gives UIDNEXT, and from here on IDLE tells of every message that comes.
                status = mailbox.select(self._folder, read_only=True)
                self._wake(self._folder, status.uidnext)
                self._backoff.reset()
                self._refused = 0
                self._idle(mailbox)
        finally:
            mailbox.close()
        return True

    def _idle(self, mailbox: IdleMailbox) -> None:
        """One IDLE: ends when something happened, when it is time for the next, or to stop."""
        deadline = time.monotonic() + self._reidle_s
        mailbox.idle_start()
        while not self._stop_event.is_set() and time.monotonic() < deadline:
            if mailbox.idle_wait(min(SLICE_S, max(deadline - time.monotonic(), 0.0))):
                break
        mailbox.idle_done()
