"""The one door through which an account logs in: two refusals close it until its secret has changed (I-38)."""

from __future__ import annotations

import threading
from pathlib import Path

from vigie.scanner.credentials.obtain import secret_files
from vigie.scanner.settings import AccountSettings

AUTH_TRIES = 2
"""More would lock people out of their own mailbox."""
_Stamp = tuple[int, int, int] | None


class Gate:
    """Shared by an account's supervisor and its watchers. Thread-safe.

    While it is not `trusted` the supervisor alone tries: ten watchers that meet a password that was changed would be ten
    refusals, and ten watchers on a server that allows few connections would leave none for the work (I-44).
    """

    def __init__(self, account: AccountSettings) -> None:
        self._account = account
        self._lock = threading.Lock()
        self._refused = 0
        self._tried_with: dict[Path, _Stamp] = {}
        self.trusted = threading.Event()
        """The last attempt to log in succeeded, and nobody was refused since."""
        self.turn = threading.Lock()
        """Held by a watcher while it logs in."""
        self.reason = ""
        """The last refusal, for people."""

    @property
    def stopped(self) -> bool:
        """Nobody logs in any more."""
        with self._lock:
            return self._refused >= AUTH_TRIES

    def try_now(self) -> None:
        """The secret is about to be read: what changes from here on is another one."""
        stamps = self._stamps()
        with self._lock:
            self._tried_with = stamps

    def welcomed(self) -> None:
        """A login succeeded, and the mailbox could be used."""
        with self._lock:
            self._refused = 0
        self.trusted.set()

    def doubt(self) -> None:
        """No connection could be made, for whatever reason: the supervisor finds out."""
        self.trusted.clear()

    def refused(self, reason: str) -> None:
        """The server refused who we say we are."""
        oauth = self._account.oauth
        with self._lock:
            self._refused += 1
            self.reason = reason
            if oauth is not None and oauth.token_file is not None:
                # A refused token is replaced within the attempt: what we wrote ourselves is nobody's new login.
                self._tried_with[oauth.token_file] = _stamp(oauth.token_file)
        self.trusted.clear()

    def reopened(self) -> bool:
        """True where a file with a secret is another than the one that was refused; then it may be tried twice again."""
        stamps = self._stamps()
        with self._lock:
            if stamps == self._tried_with:
                return False
            self._refused = 0
            return True

    def _stamps(self) -> dict[Path, _Stamp]:
        return {file: _stamp(file) for file in secret_files(self._account)}


def _stamp(file: Path) -> _Stamp:
    """Changes whenever the file does; None where there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
