"""How much of what was fetched lies in memory, over all mailboxes: whoever wants more waits, the others go on."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

SMALL = 4 * 1024 * 1024
"""What one FETCH brings of ordinary mail (mailboxes.imap_reading). A grant for more is for one huge message."""
SHARE = 4
"""One part in so many is kept for ordinary mail: huge messages, however slowly they come, never stand in its way."""
TINY = 256 * 1024
"""Nobody waits with so little who holds nothing else: no mailbox is deaf because others have filled the room."""
LOOK_S = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """Room for so many bytes, until it is given back."""

    size: int
    huge: bool


class Room:
    """Bytes that were fetched and are not judged and written yet. Thread-safe.

    More than there is at all is granted to who is alone in it: no message is too big to be judged. Who has to wait comes before all who
    ask later, huge messages and ordinary mail each in a row of their own: else those who need little would take what is given back for
    hours. Who waits must hold no grant: two that wait for each other's room would wait for ever.
    """

    def __init__(self, most: int) -> None:
        """`most`: bytes, [limits] fetched_bytes."""
        self._changed = threading.Condition()
        self._most = most
        self._used = {False: 0, True: 0}
        self._queues: dict[bool, deque[object]] = {False: deque(), True: deque()}
        """Those who wait."""

    @property
    def used(self) -> int:
        """Bytes granted now."""
        with self._changed:
            return sum(self._used.values())

    @property
    def waiting(self) -> int:
        """How many wait now."""
        with self._changed:
            return sum(map(len, self._queues.values()))

    def resize(self, most: int) -> None:
        """From here on so many bytes; what was granted stays so."""
        with self._changed:
            self._most = most
            self._changed.notify_all()

    def try_take(self, size: int) -> Grant | None:
        """Room for so many bytes; None where there is none now."""
        with self._changed:
            huge = size > SMALL
            return None if self._queues[huge] else self._granted(size, huge=huge)

    def take(self, size: int, stop: threading.Event) -> Grant | None:
        """The same, waited for; None: `stop` was set."""
        huge, tiny, turn = size > SMALL, size <= TINY, object()
        with self._changed:
            queue = self._queues[huge]
            queue.append(turn)
            try:
                while not stop.is_set():
                    grant = self._granted(size, huge=huge, always=tiny) if tiny or queue[0] is turn else None
                    if grant is not None:
                        return grant
                    self._changed.wait(LOOK_S)
                return None
            finally:
                queue.remove(turn)
                self._changed.notify_all()

    def give_back(self, *grants: Grant) -> None:
        """What they were for is written, or dropped."""
        with self._changed:
            for grant in grants:
                self._used[grant.huge] -= grant.size
            self._changed.notify_all()

    def _granted(self, size: int, *, huge: bool, always: bool = False) -> Grant | None:
        part = self._most // SHARE
        if not always and self._used[huge] and self._used[huge] + size > (self._most - part if huge else part):
            return None
        self._used[huge] += size
        return Grant(size, huge)
