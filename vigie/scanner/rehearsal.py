"""What enforce would do, without doing it: from the ledger, or by judging the folders again. Nothing is written or touched."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from vigie.ledger.handed_in_rows import is_place
from vigie.ledger.store import Ledger
from vigie.ledger.types import Intent, Place, Record
from vigie.rules.types import Label, Verdict
from vigie.scanner import journal
from vigie.scanner.decide import Plan, decide
from vigie.scanner.judging import Job, Judging, Pool, StoppedError, content_hash
from vigie.scanner.mailboxes.base import Fetched, Mailbox
from vigie.scanner.retrieve import message_of
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings

CHUNK = 32
"""Messages that are fetched and judged together."""
_LOOKED_UP = 200
EVERYTHING = 10**9


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One message, and what enforce would do to it. `record` is what the ledger holds, or would hold, of it."""

    record: Record
    came: datetime
    """INTERNALDATE where it is known, else when it was judged."""
    plan: Plan
    told: dict[str, Any]
    """The case."""
    then: str = ""
    """Judged again: the verdict that the ledger holds, where it is another one."""


def from_ledger(ledger: Ledger, account: str | None, since: datetime) -> Iterator[Rehearsed]:
    """Every judged message that came since, newest judgement first. Raises LedgerError.

    Of unrelated mail the ledger keeps no date of arrival: the instant of its judgement stands in its place. What people
    decided later is left out of account: the question is what the verdict alone would have done. A released message that
    an older version has given a second case at its new place is one message. What people handed in came to no mailbox.
    """
    back = ledger.brought_back(account)
    records = ledger.records(account=account, since=since, limit=EVERYTHING)
    while some := list(islice(records, _LOOKED_UP)):
        came = ledger.received([record.id for record in some if record.verdict != Label.UNRELATED])
        for record in some:
            arrived = came.get(record.id, record.judged_at)
            if arrived >= since and not is_second(record, back) and not is_place(record.place):
                told = journal.told(record)
                yield Rehearsed(record, arrived, _plan(record, told), told)


def is_second(record: Record, back: Mapping[Place, Intent]) -> bool:
    """Whether the record is a second case of a message that our own release has put there. `back`: Ledger.brought_back."""
    release = back.get(record.place)
    return release is not None and release.record_id != record.id and release.sha256 == record.sha256


def again(
    session: Session,
    ledger: Ledger,
    pool: Pool,
    since: datetime,
    *,
    limit: int,
    stop: threading.Event,
    total: Callable[[int], None] = lambda _: None,
) -> Iterator[Rehearsed]:
    """Every message of the account's folders, and of its quarantine as far as it is ours, that came since, judged now.

    EXAMINE and BODY.PEEK[] only; the ledger is read to compare. `total` is told how many there are, folder by folder.
    Raises MailboxError, LedgerError, WorkersError.
    """
    account, count = session.account, 0
    try:
        with Judging(pool, stop, account.recipients) as judging:
            look = _Look(account, ledger, judging)
            for folder in account.folders:
                status = session.mailbox.select(folder, read_only=True)
                uids = list(session.mailbox.uids_since(since))
                count += len(uids)
                total(count)
                for start in range(0, len(uids), CHUNK):
                    found = session.mailbox.fetch(uids[start : start + CHUNK], limit=limit)
                    fresh = [fetched for fetched in found if fetched.internaldate >= since]
                    yield from look.judged(folder, status.uidvalidity, fresh)
            yield from look.held(session.mailbox, since)
    except StoppedError:
        return


class _Look:
    """One account's messages on their way through the judging processes."""

    def __init__(self, account: AccountSettings, ledger: Ledger, judging: Judging) -> None:
        self._account = account
        self._ledger = ledger
        self._judging = judging
        self._back = ledger.brought_back(account.name)

    def judged(self, folder: str, uidvalidity: int, some: Sequence[Fetched]) -> Iterator[Rehearsed]:
        """Messages of one folder."""
        cases = [self._case(Place(self._account.name, folder, uidvalidity, fetched.uid), fetched) for fetched in some]
        begun = [(self._begun(place, fetched), known) for (place, known), fetched in zip(cases, some, strict=True)]
        for job, known in begun:
            yield self._rehearsed(job, known)

    def _case(self, place: Place, fetched: Fetched) -> tuple[Place, Record | None]:
        """What the ledger holds of the message, and where: of a released one where it was judged, as of a held one."""
        release = self._back.get(place)
        if release is not None and release.sha256 == content_hash(fetched):
            known = self._ledger.record(release.record_id)
            if known is not None:
                return known.place, known
        return place, self._ledger.record_at(*astuple(place))

    def held(self, mailbox: Mailbox, since: datetime) -> Iterator[Rehearsed]:
        """What lies in quarantine, as if it lay where it was."""
        for known in self._ledger.records(account=self._account.name, held=True, limit=EVERYTHING):
            came = self._ledger.received([known.id]).get(known.id, known.judged_at)
            raw = message_of(mailbox, known, self._ledger.outcomes(known.id)) if came >= since else None
            if raw is not None:
                partial = journal.is_partial(known)
                yield self._rehearsed(self._begun(known.place, Fetched(known.place.uid, raw, (), came, partial)), known)

    def _begun(self, place: Place, fetched: Fetched) -> Job:
        return self._judging.begin(fetched, place, sha256=content_hash(fetched))

    def _rehearsed(self, job: Job, known: Record | None) -> Rehearsed:
        case = self._judging.case(job)
        now = datetime.now(UTC)
        record = journal.judged(case, job.place, job.sha256, at=now, partial=job.partial, size=job.size)
        told = journal.told(record)
        then = "" if known is None or known.verdict == record.verdict else known.verdict
        return Rehearsed(record, job.received, _plan(record, told), told, then)


def _plan(record: Record, told: dict[str, Any]) -> Plan:
    """As the settler would make it, for a folder that keeps keywords. In doubt the message stays where it is."""
    proven = told.get("proven") is not False
    verdict = Verdict(Label(record.verdict), record.brand, record.decided_by, (), proven=proven)
    return decide(verdict, "enforce", keeps=_always, released=False, partial=told.get("partial") is not False)


def _always(_: str) -> bool:
    return True
