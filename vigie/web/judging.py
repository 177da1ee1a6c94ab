"""Judging for those who ask over HTTP: in the worker pool, with a bound on how much waits, and no thread of the pages held.

Nothing that a message says of its way is believed here, whatever `[trust]` says: it comes from whoever asks, not from our own
border, and results in our border's name are written within a minute. What we compute ourselves counts: DKIM, the DNS.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Final, Literal

from starlette.concurrency import run_in_threadpool

from vigie.auth_checks.settings import TrustSettings
from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WAITING_BYTES, CrowdedError, WorkerPool, WorkersError
from vigie.message.types import Medium
from vigie.rules.types import Case
from vigie.web.body import RefusedError

MOST: Final = 128
"""Requests whose message is being read, waits or is judged; the server takes 200 connections, so the pages have some left."""
MOST_OF_ONE: Final = 100
"""Of one asker."""
RETRY_AFTER_S: Final = 5
WAIT_S = 30.0
"""For its case; then the request ends, and its message is judged no more."""

Kind = Medium | Literal["guess"]


class Place:
    """What one request takes of the room. Made by Judging.place."""

    def __init__(self, judging: Judging, whose: str) -> None:
        self._judging = judging
        self.whose = whose
        self.taken = 0

    def grows(self, size: int) -> None:
        """So many bytes more. Raises RefusedError (503)."""
        self._judging.reserve(size)
        self.taken += size


class Judging:
    """The pool, started when the first message comes. Give places in the thread of the event loop alone."""

    def __init__(self, settings: JudgeSettings, *, most: int = MOST, most_bytes: int = WAITING_BYTES) -> None:
        self._settings = settings.model_copy(update={"trust": TrustSettings()})
        self._most, self._most_bytes = most, most_bytes
        self._starting = threading.Lock()
        self._pool: WorkerPool | None = None
        self._closed = False
        self._bytes = 0
        self._places: Counter[str] = Counter()

    def close(self) -> None:
        """Ends every process at once."""
        with self._starting:
            self._closed = True
            if self._pool is not None:
                self._pool.close()

    @property
    def taken(self) -> int:
        """Places that are taken now."""
        return self._places.total()

    @contextmanager
    def place(self, whose: str, *, most: int = MOST_OF_ONE) -> Iterator[Place]:
        """A place, before the message is read. `whose`: askers get equal shares, `most` each. Raises RefusedError (503): there is none."""
        if self.taken >= self._most or self._places[whose] >= min(most, MOST_OF_ONE, self._most):
            raise RefusedError(503, retry_after_s=RETRY_AFTER_S)
        place = Place(self, whose)
        self._places[whose] += 1
        try:
            yield place
        finally:
            self._bytes -= place.taken
            self._places[whose] -= 1
            if not self._places[whose]:
                del self._places[whose]

    def reserve(self, size: int) -> None:
        """For Place.grows."""
        if self._bytes + size > self._most_bytes:
            raise RefusedError(503, retry_after_s=RETRY_AFTER_S)
        self._bytes += size

    async def case(self, raw: bytes, place: Place, *, text: Kind | None = None, opens: bool = True) -> Case:
        """The case of a message, whose attachments are opened or not, or of a text of that kind. Raises RefusedError (503)."""
        future = await run_in_threadpool(self._submitted, raw, place.whose, text, opens)
        try:
            async with asyncio.timeout(WAIT_S):
                return await asyncio.wrap_future(future)
        except (TimeoutError, WorkersError):
            raise RefusedError(503, retry_after_s=RETRY_AFTER_S) from None

    def _submitted(self, raw: bytes, whose: str, text: Kind | None, opens: bool) -> Future[Case]:
        """Never waits: what was given up but is judged still takes room in the pool, and the pages need their threads."""
        with self._starting:
            if self._closed:
                raise RefusedError(503, retry_after_s=RETRY_AFTER_S)
            if self._pool is None:
                self._pool = WorkerPool(self._settings, most=self._most)
            pool = self._pool
        try:
            return pool.submit(
                raw, received=None, key=f"asked by {whose}", text=text, whose=whose, patient=False, opens=opens
            )
        except CrowdedError:
            raise RefusedError(503, retry_after_s=RETRY_AFTER_S) from None
