"""Fetching within the room that all mailboxes share: what is in memory is counted from before it is fetched until it is written."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence

from vigie.scanner.hands import Hands
from vigie.scanner.judging import StoppedError
from vigie.scanner.mailboxes.base import Fetched
from vigie.scanner.room import Grant, Room


class Reading:
    """One pass's share of the room. Not thread-safe."""

    def __init__(self, hands: Hands, room: Room, limit: int, stop: threading.Event) -> None:
        """`limit`: bytes of a message that are judged."""
        self._hands = hands
        self._room = room
        self._limit = limit
        self._stop = stop
        self._fresh: list[Grant] = []
        """For what was fetched and is in no batch yet."""
        self._held: list[Grant] = []
        self._spare: Grant | None = None
        """Was waited for, and is not used yet."""
        self._refused = 0
        self.left: Sequence[int] = ()
        """Of the UIDs of the last `fetch`: those for which there was no room."""

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """The messages, in order of their UIDs, as far as there is room; what is over it is `left`. Raises MailboxError."""
        asked: set[int] = set()
        self._refused = 0

        def allows(batch: Sequence[int], size: int) -> bool:
            grant = self._grant(size)
            if grant is None:
                self._refused = size
                return False
            self._fresh.append(grant)
            asked.update(batch)
            return True

        yield from self._hands.mailbox.fetch(uids, limit=self._limit, allows=allows)
        self.left = [uid for uid in uids if uid not in asked] if self._refused else ()

    def one(self, uid: int) -> Fetched | None:
        """One message, with room that is waited for: call it while no batch is under way. Raises MailboxError, StoppedError."""
        found = list(self.fetch((uid,)))
        while self.left:
            self.wait()
            found = list(self.fetch((uid,)))
        return found[0] if found else None

    def wait(self) -> None:
        """Until there is room for what was refused. Raises StoppedError."""
        self._spare = self._room.take(self._refused, self._stop)
        if self._spare is None:
            raise StoppedError

    def handed_over(self) -> Sequence[Grant]:
        """The grants of what was fetched since it was last called: to be given back when that is written."""
        grants, self._fresh = tuple(self._fresh), []
        self._held += grants
        return grants

    def give_back(self, grants: Iterable[Grant]) -> None:
        """What they were for is written."""
        for grant in grants:
            self._held.remove(grant)
            self._room.give_back(grant)

    def drop(self) -> None:
        """What was fetched and is in no batch was lost with the connection."""
        self._room.give_back(*self._fresh)
        self._fresh = []

    def close(self) -> None:
        """Gives everything back: the pass has ended, and nothing of it is kept."""
        self._room.give_back(*self._held, *self._fresh, *([self._spare] if self._spare is not None else []))
        self._held, self._fresh, self._spare = [], [], None

    def _grant(self, size: int) -> Grant | None:
        spare, self._spare = self._spare, None
        if spare is not None:
            if size <= spare.size:
                return spare
            self._room.give_back(spare)
        return self._room.try_take(size)
