"""One batch from cases to deeds: decide, write the intents, write the records and the cursor, act. The order: see cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import UTC, datetime

from vigie.ledger.answers import Asked
from vigie.ledger.freezing import sightings, signature_ids
from vigie.ledger.types import ActionKind, Cursor, Intent, Outcome, Place, Record, State
from vigie.rules.types import Case, Label
from vigie.scanner import journal, recover
from vigie.scanner.buttons.plan import Button, Deeds, Moved
from vigie.scanner.decide import NOTHING, Mode, Plan, decide
from vigie.scanner.hands import Hands, closed
from vigie.scanner.judging import Batch, Job, Judging
from vigie.scanner.locate import same
from vigie.scanner.mailboxes.base import FolderStatus, MailboxError
from vigie.scanner.summary import Progress, Summary

_ACTIONABLE = (Label.IMPERSONATION, Label.SUSPICIOUS)
_ENDED_OTHERWISE = (State.FAILED, State.GONE)
_Judged = tuple[Job, Case]
SUPERSEDED = "not stored: the message is answered otherwise meanwhile"


class Settler:
    """Writes and acts for one pass over one folder, which is selected read-only before and after each call."""

    def __init__(
        self,
        hands: Hands,
        judging: Judging,
        summary: Summary,
        progress: Callable[[Progress], None] | None,
        mode_now: Callable[[], Mode],
        button: Button | None = None,
    ) -> None:
        """`button`: the folder is one, see buttons.plan."""
        self._button = button
        self._hands = hands
        self._ledger = hands.ledger
        self._judging = judging
        self._summary = summary
        self._progress = progress
        self._mode_now = mode_now
        self._done = 0

    def settle(self, batch: Batch, uidvalidity: int, *, cursor: Cursor | None) -> None:
        """T1 and the actions of one batch. Raises StoppedError while nothing of it is written yet."""
        jobs = self._unknown(batch.jobs)
        judged = self._seen_elsewhere([(job, self._judging.case(job)) for job in jobs])
        self._summary.mode = (
            self._mode_now()
        )  # a pass over an old mailbox takes hours: a rollback must not wait for its end
        at = datetime.now(UTC)
        relocated = {known.id: known.place for known in batch.carried_over.values()}
        given_up = self._ledger.under_their_ids(batch.ready)
        records = self._under_their_ids([self._record(job, case, at) for job, case in judged], relocated)
        deeds = self._deeds(judged, records, uidvalidity)
        words = Deeds(()) if self._button is None else self._button.give_up(given_up)
        records, intents = deeds.records, {**words.intents, **deeds.intents}
        self._summary.gone += deeds.gone
        here = {record.place for record in records}
        frozen = {job.place: journal.frozen(job, case, self._judging.edition, at=at) for job, case in judged}
        self._ledger.add_records(  # T1
            [*given_up, *records],
            cursor,
            [intent for wanted in intents.values() for intent in wanted],
            frozen={place: kept for place, kept in frozen.items() if kept is not None and place in here},
            sightings=[seen for job, case in judged if job.place in here for seen in sightings(case, job.place, at)],
            relocated=relocated,
            asked=Asked((*deeds.asked.letters, *words.asked.letters), deeds.asked.reported),
        )
        for old in deeds.superseded:  # after T1: a death between leaves a word too many, never one too few
            self._ledger.close_intent(closed(old, State.FAILED, SUPERSEDED))
        for record in records:
            self._summary.count_record(record)
        again = {record.id for record in records}
        still = [record for record in batch.carried_over.values() if record.id not in again]
        self._summary.carried_over += len(still)
        self._ledger.uncount_attempts(job.place for job in batch.jobs if job.counted and job.place not in here)
        self._done += batch.vanished + len(batch.jobs) - len(jobs)
        came = {job.place: job.received for job, _ in judged}
        for record in (*still, *given_up, *records):
            done = [(intent, self._act(intent)) for intent in intents.get(record.id, ())]
            intent, outcome = done[-1] if done else (None, None)
            self._tell(record, intent, outcome, came.get(record.place))
        told = {record.id for record in (*given_up, *records)}
        for intent in (one for known, wanted in intents.items() if known not in told for one in wanted):
            self._act(intent)  # of a message whose case stands elsewhere
            self._done += 1
        if intents:
            self.examine(uidvalidity)

    def examine(self, uidvalidity: int) -> None:
        """The pass's folder again, read-only, after others were selected."""
        same(self._hands.mailbox.select(self._summary.folder, read_only=True), uidvalidity)

    def _unknown(self, jobs: Sequence[Job]) -> Sequence[Job]:
        """The same without what our own release, or answer, has put there: its case follows it, a second one would know nothing of it.

        Place and content have to agree: a copy that somebody else brought has another UID, and is another message. Nor is a
        reply of ours judged, wherever it lies: only the same bytes are that reply.
        """
        contents = {job.sha256 for job in jobs}
        back = self._ledger.brought_back(self._summary.account, contents) if jobs else {}
        ours = self._ledger.answers.ours(self._summary.account, contents)
        return [
            job
            for job in jobs
            if job.sha256 not in ours and (job.place not in back or not self._follows(job, back[job.place]))
        ]

    def _follows(self, job: Job, back: Intent) -> bool:
        """Whether the job's message is the intent's; one that has another case at its place, as before, keeps that."""
        if back.sha256 != job.sha256 or (back.kind is ActionKind.ANSWER and back.source == job.place):
            return False
        if job.judgement > 1:
            return False  # row 7: its own case waits to be judged again
        known = self._ledger.record_at(*astuple(job.place))
        return known is None or (back.kind is ActionKind.ANSWER and known.id == back.record_id)

    def _seen_elsewhere(self, judged: Sequence[_Judged]) -> Sequence[_Judged]:
        """The same, where a signature was seen in other accounts with what that says (S-43).

        Known only now: the signatures are read by the judging processes, never by the program that holds the passwords.
        """
        ids = {job.place: signature_ids(case) for job, case in judged}
        seen = self._ledger.elsewhere({name for names in ids.values() for name in names}, self._summary.account)
        if not seen:
            return judged
        others = {place: set().union(*(seen.get(name, ()) for name in names)) for place, names in ids.items()}
        again = {
            job.place: self._judging.again(job, case, elsewhere=len(others[job.place]))
            for job, case in judged
            if others[job.place]
        }
        known = {place: (job, self._judging.case(job)) for place, job in again.items()}
        better = {place: pair for place, pair in known.items() if pair[1].error is None}
        return [better.get(job.place, (job, case)) for job, case in judged]

    def _under_their_ids(self, records: Sequence[Record], relocated: Mapping[str, Place]) -> Sequence[Record]:
        """As Ledger.under_their_ids, with what will have been relocated when they are written."""
        ids = {place: known for known, place in relocated.items()}
        named = {record.place: record for record in self._ledger.under_their_ids(records)}
        return [replace(record, id=ids.get(record.place, named[record.place].id)) for record in records]

    def _record(self, job: Job, case: Case, at: datetime) -> Record:
        return journal.judged(
            case,
            job.place,
            job.sha256,
            at=at,
            partial=job.partial,
            size=job.size,
            judgement=job.judgement,
            consented=self._button is not None and self._button.reports,
        )

    def _act(self, intent: Intent) -> Outcome | None:
        """None: not now. When asked to stop, what is durable can wait for the next pass (I-53)."""
        outcome = None if self._judging.stopping else recover.carry_out(intent, self._hands)
        self._summary.count_outcome(intent.kind, outcome)
        return outcome

    def _tell(self, record: Record, intent: Intent | None, outcome: Outcome | None, received: datetime | None) -> None:
        self._done += 1
        if self._progress is not None:
            kind = None if intent is None else intent.kind
            total = max(self._summary.total, self._done)
            self._progress(Progress(self._done, total, record, kind, outcome, received))

    # -- deciding ---------------------------------------------------------------------------------------------------

    def _deeds(self, judged: Sequence[_Judged], records: Sequence[Record], uidvalidity: int) -> Deeds:
        """What is to be done, by record; not durable yet."""
        if self._button is None:
            intents = self._intents(judged, records, uidvalidity)
            return Deeds(records, {record_id: (intent,) for record_id, intent in intents.items()})
        moved = [Moved(job, case, record) for (job, case), record in zip(judged, records, strict=True)]
        status = same(self._hands.mailbox.select(self._summary.folder, read_only=False), uidvalidity)
        if status.read_only:  # I-17
            self._summary.read_only = True
            return Deeds(records)
        deeds = self._button.plan(moved, status, self._summary.mode, lambda: self._destination(needed=True))
        if not deeds.intents:
            self.examine(uidvalidity)
        return deeds

    def _intents(self, judged: Sequence[_Judged], records: Sequence[Record], uidvalidity: int) -> dict[str, Intent]:
        """What is to be done, by record; not durable yet. Selects the folder read-write only where there may be something."""
        if self._summary.mode == "observe" or self._summary.read_only:
            return {}
        some = [
            (job, case, record)
            for (job, case), record in zip(judged, records, strict=True)
            if case.verdict.label in _ACTIONABLE
        ]
        if not some:
            return {}
        # Only a read-write SELECT says which keywords are kept: EXAMINE answers PERMANENTFLAGS () (RFC 9051 section 7.1).
        status = same(self._hands.mailbox.select(self._summary.folder, read_only=False), uidvalidity)
        if status.read_only:  # I-17
            self._summary.read_only = True
            return {}
        destination = self._destination(needed=any(case.verdict.label is Label.IMPERSONATION for _, case, _ in some))
        plans = {
            record.place.uid: (record, self._plan(job, case, record, status, can_move=bool(destination)))
            for job, case, record in some
        }
        wanted = {uid: (record, plan) for uid, (record, plan) in plans.items() if plan.kind is not None}
        intents = {}
        for seen in self._hands.mailbox.summaries(sorted(wanted)) if wanted else ():
            if seen.uid in wanted:
                record, plan = wanted[seen.uid]
                folder = destination if plan.kind is ActionKind.QUARANTINE else ""
                intents[record.id] = journal.intent_for(record, plan, seen, folder, record.judged_at)
        self._summary.gone += len(wanted) - len(intents)
        if not intents:
            self.examine(uidvalidity)
        return intents

    def _plan(self, job: Job, case: Case, record: Record, status: FolderStatus, *, can_move: bool) -> Plan:
        released = self._ledger.released(job.place.account, job.sha256)
        plan = decide(
            case.verdict,
            self._summary.mode,
            keeps=status.keeps,
            released=released,
            partial=job.partial or not can_move,
        )
        return NOTHING if self._was_done(record, plan) else plan

    def _was_done(self, record: Record, plan: Plan) -> bool:
        """What was done, or is to be done, to this very message is not wanted once more (with `since`, after a retry)."""
        known = {intent.kind for intent, _ in self._ledger.outcomes(record.id) if intent.state not in _ENDED_OTHERWISE}
        return plan.kind in known or ActionKind.QUARANTINE in known

    def _destination(self, *, needed: bool) -> str:
        """The quarantine folder's real name; "" where it is not needed, or not to be had: then the message is tagged.

        Nor is it moved where quarantine itself is scanned: a folder into which its own mail is moved never comes to rest.
        """
        if not needed or self._summary.mode != "enforce":
            return ""
        try:
            folder = self._hands.mailbox.ensure_folder(self._hands.session.account.quarantine_folder)
            return (
                ""
                if folder == self._summary.folder or "INBOX" == folder.upper() == self._summary.folder.upper()
                else folder
            )
        except MailboxError as error:
            if error.kind in recover.OF_THE_CONNECTION or error.retry_after_s is not None:
                raise  # I-39: asked to come back later, by then there may well be one
            self._summary.homeless += 1
            recover.LOG.error("%s: no quarantine folder, false mail is tagged: %s", self._summary.account, error)
            return ""
