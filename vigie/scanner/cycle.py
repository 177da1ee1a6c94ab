"""One pass over a folder: fetch what is new, judge, decide, write the intent, act, verify, write the outcome.

The order of the writes, and why a kill at any point loses nothing and repeats nothing wrongly:

    T0  an attempt is counted for each message of the batch   before it is judged: what kills the scan is found (I-50)
    T1  records, intents and cursor, one transaction           nothing has been sent to the server yet
        the actions, one by one, and each outcome              in state MOVING before anything is sent

- Killed before T1: the cursor stands before the batch, so all of it is fetched and judged again.
- Killed after T1: every deed that the batch wants is an open intent. Recovery, which begins each pass, carries it out, or
  looks in both folders first when it may have been begun. The cursor can therefore pass the batch before it is acted on:
  it never passes a message whose intent is not durable.
- A place that has a record is settled: its intent, if it wanted one, became durable with it. So a rescan after a UIDVALIDITY
  change (I-08) can be cut off and begun again: the cursor moves once, at its end, and known contents are carried over to
  their new place without acting.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime

from vigie.judge.settings import LimitSettings
from vigie.ledger.store import Ledger
from vigie.ledger.types import Cursor, Intent, Outcome, Place, Record
from vigie.scanner import journal, recover, viewing
from vigie.scanner.buttons.plan import Button
from vigie.scanner.decide import Mode
from vigie.scanner.hands import Hands
from vigie.scanner.judging import Batch, Judging, Pool, StoppedError, content_hash
from vigie.scanner.lock import account_lock
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import Fetched, FolderStatus, MailboxError
from vigie.scanner.reading import Reading
from vigie.scanner.room import Grant, Room
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings
from vigie.scanner.settle import Settler
from vigie.scanner.summary import Progress, Summary

LOG = logging.getLogger(__name__)

CHUNK = 64
"""Messages that are asked for and written together: at most so many, times DEPTH, are judged twice after a kill."""
GROUP_BYTES = 16 * 1024 * 1024
"""After so many bytes a group is handed over before its chunk is complete."""
DEPTH = 3
"""Batches under way: the oldest is written while the others are judged and the next is fetched."""
UNDER_WAY_BYTES = 48 * 1024 * 1024
RETRY_S = 30.0
"""Of one pass for what is judged again, and for what was refused; the rest waits for the next pass."""
__all__ = ["Progress", "Summary", "scan"]


def scan(
    account: AccountSettings,
    ledger: Ledger,
    pool: Pool,
    *,
    folder: str,
    mode: Mode | Callable[[], Mode] | None = None,
    since: datetime | None = None,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    session: Session | None = None,
    room: Room | None = None,
) -> Summary:
    """One pass over `folder` from where the last one stopped; with `since`, over what arrived from that day on, without cursor.

    `mode`: instead of the account's; a function is asked again before each batch is acted on. `limit`: bytes of a message that
    are judged, [limits] message_bytes. `progress` is called in this thread. `stop`: ends the pass after the current command;
    nothing is lost. `session`: a connection of the caller's; else one is opened and closed. `room`: what all mailboxes share.
    Raises MailboxError (AccountBusyError while another Vigie acts on the account), LedgerError and WorkersError; what was
    settled until then is settled, and the next pass goes on.
    """
    stop = stop or threading.Event()
    mode_now = mode if callable(mode) else lambda: mode or account.mode
    summary = Summary(account.name, folder, mode_now())
    with ExitStack() as stack:
        stack.enter_context(account_lock(ledger.path, account.name, stop=stop))
        session = session or stack.enter_context(Session(account, imap.connect))
        judging = stack.enter_context(Judging(pool, stop, account.recipients))
        hands = Hands(session, ledger)
        button = None
        if folder in account.buttons:
            summary.folder = _made(hands, folder)
            button = Button(hands, summary.folder, reports=folder == account.report_folder)
        settler = Settler(hands, judging, summary, progress, mode_now, button)
        usual = LimitSettings()
        reading = Reading(hands, room or Room(usual.fetched_bytes), limit or usual.message_bytes, stop)
        _Pass(hands, judging, settler, summary, stop, reading, button).run(since)
    return summary


def _made(hands: Hands, folder: str) -> str:
    """The real name of a folder that is a button, which is made where there is none: a client shows it then. As `_connected`."""
    kept = hands.session.is_open
    try:
        return hands.mailbox.ensure_folder(folder)
    except MailboxError as error:
        if not kept or error.kind not in recover.OF_THE_CONNECTION:
            raise
        return hands.session.renew().ensure_folder(folder)


class _Pass:
    """The state of one pass. All commands and all writes happen in the thread that called `scan`."""

    def __init__(
        self,
        hands: Hands,
        judging: Judging,
        settler: Settler,
        summary: Summary,
        stop: threading.Event,
        reading: Reading,
        button: Button | None,
    ) -> None:
        self._button = button
        self._hands = hands
        self._ledger = hands.ledger
        self._judging = judging
        self._settler = settler
        self._summary = summary
        self._stop = stop
        self._reading = reading
        self._account, self._folder = summary.account, summary.folder
        self._begun = _now()
        self._uidvalidity = 0
        self._batches: deque[Batch] = deque()
        self._suspects: dict[int, int] = {}
        """UID -> attempts: an earlier scan may have died over it. It is read alone, so that nobody else is blamed."""
        self._relocated: set[str] = set()
        """Ids of the records that were found at a new place."""
        self._renumbered = False
        """UIDVALIDITY is another one than when the folder was last judged to its end."""
        self._again = False
        """`since`: everything is judged again, and the cursor stays."""

    def run(self, since: datetime | None) -> None:
        """The whole pass."""
        begun = time.monotonic()
        self._again = since is not None
        try:
            status = self._connected()
            self._recover()
            self._show()
            known = self._ledger.cursor(self._account, self._folder)
            self._renumbered = known is not None and known.uidvalidity != status.uidvalidity
            uids = list(self._wanted(known) if since is None else self._hands.mailbox.uids_since(since))
            self._summary.total = len(uids)
            self._suspects = self._ledger.attempts(self._account, self._folder, self._uidvalidity)
            for chunk in self._chunks(uids):
                self._attend()
                self._read(chunk)
            self._settle_down_to(0)
            if not self._again:
                # Asked for before the UIDs were: everything below it has a record by now, or is gone.
                self._ledger.add_records((), self._cursor(max(status.uidnext - 1, 0)))
            # Last, and not for long: what has to be judged again, or was refused, new mail never waits for.
            self._retry()
            self._later()
        except StoppedError:
            self._summary.stopped = True
        finally:
            self._uncount()
            self._reading.close()
            self._summary.elapsed_s = time.monotonic() - begun

    # -- before anything is read -------------------------------------------------------------------------------------

    def _connected(self) -> FolderStatus:
        """The folder, read-only. A connection that was kept since the last pass may be dead: then over a new one."""
        kept = self._hands.session.is_open
        try:
            status = self._hands.mailbox.select(self._folder, read_only=True)
        except MailboxError as error:
            if not kept or error.kind not in recover.OF_THE_CONNECTION:
                raise
            status = self._hands.session.renew().select(self._folder, read_only=True)
        if not status.uidvalidity:  # I-09: without it a UID names nothing
            raise MailboxError("folder", f"{self._folder}: the server gives it no UIDVALIDITY", temporary=False)
        self._uidvalidity = self._summary.uidvalidity = status.uidvalidity
        self._summary.uidnext = status.uidnext
        return status

    def _recover(self) -> None:
        """What earlier passes, and people, left to be done."""
        if self._ledger.open_intents(self._account):
            self._count(recover.recover(self._hands, self._summary.mode, stop=self._stop))
            self._settler.examine(self._uidvalidity)

    def _attend(self) -> None:
        """What people asked for since the pass began: the first one over a large mailbox takes hours."""
        refused = self._ledger.sendings(self._account)
        if any(intent.id not in refused for intent in self._ledger.open_intents(self._account)):
            self._recover()
        self._show()

    def _show(self) -> None:
        """Hands out the messages that people want to look at. Selects other folders."""
        if viewing.waiting(self._ledger, self._account):
            viewing.answer(self._hands.mailbox, self._ledger, self._account)
            self._settler.examine(self._uidvalidity)

    def _later(self) -> None:
        """What was refused for a while. Selects other folders."""
        if self._ledger.sendings(self._account):
            self._count(recover.later(self._hands, due=self._begun, stop=self._stop, most_s=RETRY_S))

    def _count(self, ended: Iterable[tuple[Intent, Outcome]]) -> None:
        for intent, outcome in ended:
            self._summary.recovered += 1
            self._summary.count_outcome(intent.kind, outcome)

    def _wanted(self, known: Cursor | None) -> Iterable[int]:
        """The UIDs to judge, ascending."""
        last = known.last_uid if known is not None and not self._renumbered else 0
        if self._renumbered:
            LOG.warning("%s/%s: UIDVALIDITY has changed: the folder is read again", self._account, self._folder)
            self._summary.rescanned = True
        return self._hands.mailbox.uids_after(last)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _chunks(self, uids: Sequence[int]) -> Iterator[Sequence[int]]:
        """What is fetched together, in order."""
        chunk: list[int] = []
        for uid in uids:
            alone = uid in self._suspects
            if chunk and (alone or len(chunk) == CHUNK):
                yield chunk
                chunk = []
            if alone:
                yield (uid,)
            else:
                chunk.append(uid)
        if chunk:
            yield chunk

    def _read(self, chunk: Sequence[int]) -> None:
        """Fetches a chunk and has it judged; writes older batches while too much is under way."""
        if self._stop.is_set():
            raise StoppedError
        if len(chunk) == 1 and chunk[0] in self._suspects:
            self._read_alone(chunk[0])
            return
        wanted = [uid for uid in chunk if not self._is_settled(uid)]
        try:
            self._fetch(wanted, upto=chunk[-1])
        except MailboxError as error:
            if not (error.cut or (error.kind == "refused" and error.temporary)):
                raise
            # One message whose answer nobody can read, or over which the server's process dies, must not make the folder deaf
            # for ever: the culprit is looked for.
            LOG.warning("%s/%s: %s; reading one by one", self._account, self._folder, error)
            self._reading.drop()
            self._hands.session.renew()
            self._settler.examine(self._uidvalidity)
            for uid in wanted:
                self._read_alone(uid)
        self._settle_down_to(DEPTH - 1)

    def _read_alone(self, uid: int) -> None:
        """One message over which a scan may have died: counted before it is fetched, given up after the third time (I-50)."""
        self._settle_down_to(0)
        if self._is_settled(uid):
            return  # carried over before the connection was lost: judged anew, it would be acted upon (I-08)
        place, attempts = self._place(uid), self._suspects.get(uid, 0)
        if attempts >= journal.MOST_ATTEMPTS:
            LOG.error(
                "%s/%s uid %d: given up after %d attempts",
                self._account,
                self._folder,
                uid,
                attempts,
                extra={"uid": uid},
            )
            self._batches.append(Batch((), uid, (journal.given_up(place, attempts, _now()),)))
        else:
            self._ledger.count_attempts((place,))
            self._fetch((uid,), upto=uid, counted=True)
        self._settle_down_to(0)

    def _fetch(self, uids: Sequence[int], *, upto: int, counted: bool = False) -> None:
        group: list[Fetched] = []
        seen = size = 0
        left = uids
        while left:
            for fetched in self._reading.fetch(left):
                group.append(fetched)
                seen, size = seen + 1, size + len(fetched.raw)
                if size >= GROUP_BYTES:
                    self._hand_over(group, upto=None, counted=counted)
                    group, size = [], 0
            left = self._reading.left
            if left:  # who waits for room holds none
                self._hand_over(group, upto=None, counted=counted, grants=self._reading.handed_over())
                group, size = [], 0
                self._settle_down_to(0)
                self._reading.wait()
        grants = self._reading.handed_over()
        self._hand_over(group, upto=upto, vanished=len(uids) - seen, counted=counted, grants=grants)

    def _hand_over(
        self,
        group: Sequence[Fetched],
        *,
        upto: int | None,
        vanished: int = 0,
        counted: bool = False,
        grants: Sequence[Grant] = (),
    ) -> None:
        """T0, then the judging begins. `grants`: of all that was fetched so far, also of what was handed over before."""
        carried: dict[str, Record] = {}
        begun: list[tuple[Fetched, str]] = []
        for fetched in group:
            sha256 = content_hash(fetched)
            record = self._carried_over(fetched.uid, sha256)
            if record is None:
                begun.append((fetched, sha256))
                continue
            carried[record.id] = record
            if (
                self._again or self._button is not None or record.retry_at is not None
            ):  # row 7: what was to be judged again is judged now
                begun.append((fetched, sha256))
        if not counted:
            self._ledger.count_attempts(self._place(fetched.uid) for fetched, _ in begun)
        jobs = [self._judging.begin(fetched, self._place(fetched.uid), sha256=sha256) for fetched, sha256 in begun]
        self._batches.append(Batch(jobs, upto, (), vanished, grants, carried))

    def _carried_over(self, uid: int, sha256: str) -> Record | None:
        """After a UIDVALIDITY change: the record of the same content, at its new place. Nothing is done to it again (I-08).

        One message, one record: each is used once, so a second copy that came meanwhile is another message, as ever.
        """
        if self._button is not None:
            known = self._button.known(self._place(uid), sha256, self._relocated)
            self._relocated |= set() if known is None else {known.id}
            return known
        if not self._renumbered or self._has_record(uid):
            return None
        for known in self._ledger.stale_records(self._account, self._folder, self._uidvalidity, sha256):
            if known.id not in self._relocated:
                self._relocated.add(known.id)
                return replace(known, place=self._place(uid))
        return None

    def _retry(self) -> None:
        """Row 7: judges again what DNS had kept from being decided. Counted, and put off, before it is judged."""
        deadline = time.monotonic() + RETRY_S
        for record in self._ledger.due_retries(self._account, _now()):
            if record.place.folder != self._folder:
                continue
            if time.monotonic() > deadline:
                break
            if self._stop.is_set():
                raise StoppedError
            if record.place.uidvalidity != self._uidvalidity:
                self._ledger.add_records((replace(record, retry_at=None),), None)
                continue
            judgement = record.attempts + 1
            later = replace(record, attempts=judgement, retry_at=journal.next_retry(judgement, _now()))
            self._ledger.add_records((later,), None)
            fetched = self._reading.one(record.place.uid)
            if fetched is None:
                self._ledger.add_records((replace(later, retry_at=None),), None)
                continue
            job = self._judging.begin(
                fetched, record.place, sha256=content_hash(fetched), counted=False, judgement=judgement
            )
            grants = self._reading.handed_over()
            self._settler.settle(Batch((job,), None), self._uidvalidity, cursor=None)
            self._reading.give_back(grants)
            self._summary.retried += 1

    # -- writing -----------------------------------------------------------------------------------------------------

    def _settle_down_to(self, count: int) -> None:
        """Writes and acts, oldest first, until so few batches, and bytes, are under way."""
        while self._batches and (len(self._batches) > count or self._bytes() > UNDER_WAY_BYTES):
            if self._stop.is_set():
                raise StoppedError
            batch = self._batches[0]
            moves = batch.upto is not None and not self._again and not self._summary.rescanned
            cursor = self._cursor(batch.upto) if moves and batch.upto is not None else None
            self._settler.settle(batch, self._uidvalidity, cursor=cursor)
            self._batches.popleft()
            self._reading.give_back(batch.grants)

    def _uncount(self) -> None:
        """An orderly end, also by an error of the server's: no message is to blame, so no attempt is counted."""
        jobs = (job for batch in self._batches for job in batch.jobs if job.counted)
        self._ledger.uncount_attempts(job.place for job in jobs)
        self._batches.clear()

    def _bytes(self) -> int:
        return sum(batch.size for batch in self._batches)

    def _is_settled(self, uid: int) -> bool:
        """During a rescan: done by an earlier attempt at it that was cut off."""
        return self._summary.rescanned and self._has_record(uid)

    def _has_record(self, uid: int) -> bool:
        return self._ledger.record_at(self._account, self._folder, self._uidvalidity, uid) is not None

    def _cursor(self, last: int) -> Cursor:
        return Cursor(self._account, self._folder, self._uidvalidity, last)

    def _place(self, uid: int) -> Place:
        return Place(self._account, self._folder, self._uidvalidity, uid)


def _now() -> datetime:
    return datetime.now(UTC)
