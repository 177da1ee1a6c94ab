"""Messages under way between fetching and writing: the judging goes on while the next ones are fetched."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self, TypeVar

from vigie.auth_checks.types import UNKNOWN_DELIVERY, Delivery, DnsAnswer
from vigie.judge.edition import Edition
from vigie.ledger.types import Place, Record
from vigie.rules.types import Case
from vigie.scanner.mailboxes.base import Fetched
from vigie.scanner.room import Grant

_STEP_S = 0.1
_T = TypeVar("_T")


class Pool(Protocol):
    """What a scan needs of judge.workers.WorkerPool."""

    @property
    def edition(self) -> Edition:
        """What it judges with."""
        ...

    def submit(
        self,
        raw: bytes,
        *,
        received: datetime | None,
        key: str,
        now: datetime | None = None,
        delivery: Delivery = UNKNOWN_DELIVERY,
        answers: Sequence[DnsAnswer] | None = None,
        whose: str = "",
    ) -> Future[Case]:
        """See WorkerPool."""
        ...


class StoppedError(Exception):
    """The caller asked the pass to end. It never leaves this package."""


@dataclass(frozen=True, slots=True)
class Job:
    """A message that is being judged."""

    place: Place
    sha256: str
    raw: bytes
    received: datetime
    delivery: Delivery
    partial: bool
    case: Future[Future[Case]]
    """Handed over by a thread of its own: the pool makes whoever hands in wait while it is full."""
    key: str
    """What the logs call it."""
    counted: bool = True
    """The ledger counts this attempt."""
    judgement: int = 1
    """The how-manieth judgement it is (row 7)."""

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.raw)


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages that are written together."""

    jobs: Sequence[Job]
    upto: int | None
    """Every UID up to it is in this batch or in an earlier one; None: that cannot be said yet."""
    ready: Sequence[Record] = ()
    """Records that need no judging: given up."""
    vanished: int = 0
    """Messages that were gone before they could be fetched."""
    grants: Sequence[Grant] = ()
    """The room that its messages take."""
    carried_over: Mapping[str, Record] = field(default_factory=dict)
    """By id: records of known contents, at the places where those are now (I-08)."""

    @property
    def size(self) -> int:
        """Bytes that are kept until the batch is written."""
        return sum(job.size for job in self.jobs)


class Judging:
    """Hands messages to the pool in order and waits for their cases. A context manager; used by one thread."""

    def __init__(self, pool: Pool, stop: threading.Event, recipients: tuple[str, ...] = ()) -> None:
        """`recipients`: the addresses of the mailbox."""
        self._pool = pool
        self._delivery = Delivery(recipients)
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

    @property
    def edition(self) -> Edition:
        """What is judged with."""
        return self._pool.edition

    def begin(self, fetched: Fetched, place: Place, *, sha256: str, counted: bool = True, judgement: int = 1) -> Job:
        """Has it judged as soon as a worker is free; does not wait."""
        key = f"{place.account}/{place.folder} uid {place.uid} sha256 {sha256[:12]}"
        return Job(
            place=place,
            sha256=sha256,
            raw=fetched.raw,
            received=fetched.internaldate,
            delivery=self._delivery,
            partial=fetched.partial,
            case=self._feeder.submit(
                self._pool.submit,
                fetched.raw,
                received=fetched.internaldate,
                key=key,
                delivery=self._delivery,
                whose=place.account,
            ),
            key=key,
            counted=counted,
            judgement=judgement,
        )

    def again(self, job: Job, case: Case, *, elsewhere: int) -> Job:
        """The same judgement with one thing more that is known: other mailboxes have it, too. The DNS is not asked again."""
        delivery = replace(job.delivery, elsewhere=elsewhere)
        evidence = case.evidence if case.evidence is not None and not case.evidence.unfrozen else None
        handed_in = self._feeder.submit(
            self._pool.submit,
            job.raw,
            received=job.received,
            key=job.key,
            now=None if evidence is None else evidence.examined_at,
            delivery=delivery,
            answers=None if evidence is None else evidence.answers,
            whose=job.place.account,
        )
        return replace(job, delivery=delivery, case=handed_in)

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
