"""Messages under way between fetching and writing: the judging goes on while the next ones are fetched."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

from vigie.ledger.types import Place, Record
from vigie.rules.types import Case
from vigie.scanner.mailboxes.base import Fetched

_STEP_S = 0.1
_T = TypeVar("_T")


class Pool(Protocol):
    """What a scan needs of judge.workers.WorkerPool."""

    def submit(self, raw: bytes, *, received: datetime | None, key: str) -> Future[Case]:
        """See WorkerPool."""
        ...


class StoppedError(Exception):
    """The caller asked the pass to end. It never leaves this package."""


@dataclass(frozen=True, slots=True)
class Job:
    """A message that is being judged."""

    place: Place
    sha256: str
    size: int
    partial: bool
    case: Future[Future[Case]]
    """Handed over by a thread of its own: the pool makes whoever hands in wait while it is full."""
    counted: bool = True
    """The ledger counts this attempt."""
    judgement: int = 1
    """The how-manieth judgement it is (row 7)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that are written together."""

    jobs: Sequence[Job]
    upto: int | None
    """Every UID up to it is in this batch or in an earlier one; None: that cannot be said yet."""
    ready: Sequence[Record] = ()
    """Records that need no judging: known content at a new place, or given up."""
    vanished: int = 0
    """Messages that were gone before they could be fetched."""

    @property
    def size(self) -> int:
        """Bytes that wait or are being judged."""
        return sum(job.size for job in self.jobs if not _is_judged(job))


class Judging:
    """Hands messages to the pool in order and waits for their cases. A context manager; used by one thread."""

    def __init__(self, pool: Pool, stop: threading.Event) -> None:
        self._pool = pool
        self._stop = stop
        self._feeder = ThreadPoolExecutor(1, "vigie-feed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._feeder.shutdown(wait=True, cancel_futures=True)

    @property
    def stopping(self) -> bool:
        """The caller asked the pass to end."""
        return self._stop.is_set()

    def begin(self, fetched: Fetched, place: Place, *, sha256: str, counted: bool = True, judgement: int = 1) -> Job:
        """Has it judged as soon as a worker is free; does not wait."""
        key = f"{place.account}/{place.folder} uid {place.uid} sha256 {sha256[:12]}"
        case = self._feeder.submit(self._pool.submit, fetched.raw, received=fetched.internaldate, key=key)
        return Job(place, sha256, len(fetched.raw), fetched.partial, case, counted, judgement)

    def case(self, job: Job) -> Case:
        """Its case, as soon as there is one. Raises StoppedError, WorkersError."""
        inner: Future[Case] = self._result(job.case)
        return self._result(inner)

    def _result(self, future: Future[_T]) -> _T:
        while True:
            try:
                return future.result(timeout=_STEP_S)
            except NotYet:
                if self._stop.is_set():
                    raise StoppedError from None


def content_hash(fetched: Fetched) -> str:
    """SHA-256 of the bytes as they were fetched, in hex."""
    return hashlib.sha256(fetched.raw).hexdigest()


def _is_judged(job: Job) -> bool:
    return job.case.done() and not job.case.cancelled() and job.case.exception() is None and job.case.result().done()
