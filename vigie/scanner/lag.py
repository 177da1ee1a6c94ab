"""How far a folder is behind its server: measured from the UIDNEXT that the server says and from what is judged, never hoped."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from vigie.ledger.types import Heartbeat


class Lag:
    """One folder. Thread-safe: a watcher tells what has come, the supervisor what is judged.

    The age of the oldest message that is not judged is known from both sides. It came after the server was last heard to have
    nothing new, and, where the server was telling all the while (IDLE), when it told. INTERNALDATE, which whoever appends a
    message may choose, only ever makes it younger than that, never older.
    """

    def __init__(self, account: str, folder: str, *, before: Heartbeat | None, now: datetime) -> None:
        """`before`: what an earlier run of the service knew."""
        self._account, self._folder = account, folder
        self._lock = threading.Lock()
        self._known_at = before.known_at if before is not None else None
        self._settled_at = self._known_at or now
        self._since = before.behind_since if before is not None else None
        self._behind = before.lag_uids if before is not None else 0
        self._judged: int | None = None
        """None: no pass has ended yet."""
        self._told = 0
        """UIDNEXT as a watcher has it; 0: it told nothing since the last pass began."""

    def told(self, uidnext: int, now: datetime, *, idling: bool) -> None:
        """A watcher heard UIDNEXT. `idling`: the server would have told at once, so what is new came just now."""
        with self._lock:
            self._known_at = now
            self._told = uidnext
            if self._judged is not None and uidnext - 1 > self._judged:
                self._behind = uidnext - 1 - self._judged
                self._since = self._since or (now if idling else self._settled_at)

    def begin(self) -> None:
        """A pass begins: from here on what the server says to it is newer than what a watcher told, also after a UIDVALIDITY change."""
        with self._lock:
            self._told = 0

    def progress(self, left: int, received: datetime | None, now: datetime) -> None:
        """A pass has settled a message, the server's oldest; `left` are known to wait behind it."""
        with self._lock:
            self._known_at = now
            self._behind = left
            if left:
                # In order of their UIDs: those behind it came no earlier, as far as dates can be believed.
                since = self._since or self._settled_at
                self._since = min(max(since, received or since), now)

    def settled(self, uidnext: int, judged: int, begun: datetime, now: datetime) -> None:
        """A pass has ended, which asked for `uidnext` after `begun`; everything up to the UID `judged` is settled."""
        with self._lock:
            self._known_at = now
            self._judged = judged
            self._behind = max(max(uidnext, self._told) - 1 - judged, 0)
            if max(uidnext - 1, 0) <= judged:
                self._settled_at = begun
                # what a watcher told meanwhile came during the pass
                self._since = begun if self._behind else None
            elif self._since is None:
                self._since = self._settled_at

    def heartbeat(self, now: datetime, error: str = "") -> Heartbeat:
        """What is known now."""
        with self._lock:
            return Heartbeat(self._account, self._folder, now, self._behind, error, self._known_at, self._since)


def lag_now(beat: Heartbeat | None, now: datetime, patience: timedelta) -> float | None:
    """The lag in seconds, None while nobody can know it: the server was not heard for longer than `patience`, or never."""
    if beat is None or beat.known_at is None:
        return None
    if beat.behind_since is None and now - beat.known_at > patience:
        return None
    return beat.lag_seconds(now)


def utc_now() -> datetime:
    """The wall clock: what is compared between runs of the service and shown to people. Durations are monotonic (I-52)."""
    return datetime.now(UTC)
