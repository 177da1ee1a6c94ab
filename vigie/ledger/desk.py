"""What one person may see and decide: every method keeps to his accounts, and the audit log has his name (W-12, W-21).

`ledger.desk(who, within)` opens one; it is thread-safe, costs nothing, and lives as long as the ledger.

    desk = ledger.desk("web:marie", within=frozenset({"accueil"}))
    page = desk.cases(Wanted(search="remboursement"), sort=Sort.NEWEST, mark=request_mark)
    told = desk.decide(case.record.id, Decision.RELEASED, seen=case.version, at=now)   # Done | Conflict | Refusal | Unknown
    told = desk.decide(case.record.id, None, seen=told.version, at=now)                # takes it back
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from vigie.ledger import (
    audit,
    bulk_rows,
    bulks,
    campaign_rows,
    case_rows,
    change_rows,
    deciding,
    frozen_rows,
    handed_in_rows,
    intent_rows,
    record_rows,
    retention,
    sealing,
    view_rows,
    wishes,
)
from vigie.ledger.audit import What
from vigie.ledger.casefile import is_partial
from vigie.ledger.database import Database
from vigie.ledger.handed_in_desk import HandedInDesk
from vigie.ledger.identity import fresh_id
from vigie.ledger.reports import Reports
from vigie.ledger.review import possible, standing
from vigie.ledger.review_types import (
    AskAgain,
    Bulk,
    Campaign,
    CaseLine,
    CasePage,
    Changed,
    Conflict,
    Counts,
    Done,
    Failed,
    Fetched,
    Pending,
    Pile,
    Refusal,
    ReviewCase,
    Scope,
    Sort,
    Unknown,
    View,
    Wanted,
)
from vigie.ledger.types import Decision, Erased
from vigie.rules.types import Label

PAGE = 50
_LOOKED_AT = frozenset({Label.IMPERSONATION.value, Label.SUSPICIOUS.value, Label.UNDECIDED.value})
_PRIVATE = Refusal("private", "Nothing is wrong with this mail: it is its reader's alone.")


class Desk:
    """See the module. Every method raises LedgerError."""

    def __init__(self, database: Database, who: str, within: Scope, *, second_reviewer: bool = False) -> None:
        self._database = database
        self._who = who
        self._within = within
        self._second_reviewer = second_reviewer

    @property
    def who(self) -> str:
        """In whose name, as the audit log has it."""
        return self._who

    @property
    def reports(self) -> Reports:
        """Confirmed frauds for those who can stop them."""
        return Reports(self._database, self._who, self._within)

    @property
    def handed_in(self) -> HandedInDesk:
        """What people have handed in."""
        return HandedInDesk(self._database, self._who, self._within)

    # -- looking ---------------------------------------------------------------------------------------------------------

    def cases(self, wanted: Wanted, *, sort: Sort = Sort.NEWEST, mark: str = "", limit: int = PAGE) -> CasePage:
        """A page of the list. `mark`: CasePage.after or .before of another page with the same `wanted` and `sort`."""
        with self._database.reading() as connection:
            return case_rows.page(connection, wanted, self._within, sort=sort, mark=mark, limit=limit)

    def every_case(self, wanted: Wanted, *, sort: Sort = Sort.NEWEST) -> Iterator[CaseLine]:
        """The whole list, read in parts while it is taken: what is written meanwhile may be in it or not. Nothing is counted."""
        mark = ""
        while True:
            with self._database.reading() as connection:
                part = case_rows.page(
                    connection, wanted, self._within, sort=sort, mark=mark, limit=case_rows.MOST, counted=False
                )
            yield from part.cases
            mark = part.after
            if not mark:
                return

    def following(self, record_id: str, *, sort: Sort = Sort.NEWEST) -> str:
        """The id of the case that waits and stands behind this one in that order, behind the last the first; "" where no other waits."""
        with self._database.reading() as connection:
            return case_rows.following(connection, record_id, self._within, sort=sort)

    def case(self, record_id: str) -> ReviewCase | None:
        """One case by its id; None: there is none, or not for this person."""
        with self._database.reading() as connection:
            record = deciding.found(connection, record_id, self._within)
            if record is None:
                return None
            history = intent_rows.history(connection, record.id)
            alike = campaign_rows.count(connection, record.campaign, self._within)[0] if record.campaign else 0
            return ReviewCase(
                record=record,
                history=history,
                standing=standing(history),
                decisions=record_rows.decided(connection, (record.id,))[record.id],
                received=frozen_rows.received(connection, (record.id,)).get(record.id),
                alike=alike,
                can=possible(record, history, at=record.judged_at),
                requested=case_rows.requested(connection, record.id),
                wanted_back=wishes.of(connection, record),
            )

    def counts(self, *, since: datetime, until: datetime) -> Counts:
        """For the overview."""
        with self._database.reading() as connection:
            return case_rows.counts(connection, self._within, since=since, until=until)

    def campaigns(self, *, pile: Pile = Pile.WAITING, least: int = 2, limit: int = 100) -> Sequence[Campaign]:
        """Those with at least so many cases that wait (with Pile.ALL: at all), the largest first."""
        with self._database.reading() as connection:
            return campaign_rows.campaigns(connection, self._within, pile=pile, least=least, limit=limit)

    def campaign(self, campaign_id: str) -> Campaign | None:
        """One of them, also where no case waits any more."""
        with self._database.reading() as connection:
            return next(iter(campaign_rows.told(connection, (campaign_id,), self._within)), None)

    def mark(self) -> str:
        """Differs from an earlier one where something that this person's pages show may have changed. Cheap: for looking often."""
        with self._database.reading() as connection:
            return change_rows.mark(connection, who=self._who)

    # -- deciding --------------------------------------------------------------------------------------------------------

    def decide(
        self, record_id: str, decision: Decision | None, *, seen: int, at: datetime
    ) -> Done | Conflict | Refusal | Unknown:
        """Releases or confirms a case; None takes the last decision back. `seen`: the version that the person saw.

        All or nothing, in one transaction: the decision, the intent that it wants, and their audit entries.
        """
        with self._database.writing() as connection:
            if deciding.found(connection, record_id, self._within) is None:
                return Unknown()
            return deciding.decide(
                connection,
                record_id,
                decision,
                seen=seen,
                at=at,
                who=self._who,
                second_reviewer=self._second_reviewer,
            )

    def decide_campaign(
        self, campaign_id: str, decision: Decision, *, seen: int, at: datetime, confirmed: int | None = None
    ) -> Bulk | AskAgain | Changed | Refusal | Unknown:
        """One decision about all cases of a campaign that wait. `seen`: how many the person saw.

        Returns as soon as the job is durable, with nothing decided yet: `finish_bulk` works it off, and what is left of it
        the mailbox service does. More than MANY, counted here, have to be `confirmed` by their number (W-17).
        """
        with self._database.writing() as connection:
            return bulks.about_campaign(
                connection,
                campaign_id,
                decision,
                self._within,
                who=self._who,
                at=at,
                seen=seen,
                confirmed=confirmed,
            )

    def undo_bulk(
        self, bulk_id: str, *, at: datetime, confirmed: int | None = None
    ) -> Bulk | AskAgain | Refusal | Unknown:
        """Another job that takes back what that one decided, where nobody has decided since."""
        with self._database.writing() as connection:
            if not bulk_rows.may_see(connection, bulk_id, self._within):
                return Unknown()
            return bulks.undo(
                connection,
                bulk_id,
                who=self._who,
                at=at,
                confirmed=confirmed,
                second_reviewer=self._second_reviewer,
            )

    def finish_bulk(self, bulk_id: str) -> Bulk | None:
        """Works a job off, in short transactions; returns when nothing is left that can be done now."""
        if self.bulk(bulk_id) is None:
            return None
        bulks.work_off(self._database, bulk_id)
        return self.bulk(bulk_id)

    def bulk(self, bulk_id: str) -> Bulk | None:
        """How far a job is."""
        with self._database.reading() as connection:
            if not bulk_rows.may_see(connection, bulk_id, self._within):
                return None
            return bulk_rows.progress(connection, (bulk_id,))[0]

    def bulks(self, *, limit: int = 20) -> Sequence[Bulk]:
        """The newest jobs."""
        with self._database.reading() as connection:
            return bulk_rows.progress(connection, bulk_rows.visible(connection, self._within, limit=limit))

    def bulk_cases(self, bulk_id: str) -> Sequence[tuple[str, str]]:
        """(account, record id) of the cases that a job has decided about."""
        with self._database.reading() as connection:
            if not bulk_rows.may_see(connection, bulk_id, self._within):
                return ()
            return bulk_rows.decided(connection, bulk_id)

    def purge(self, record_ids: Sequence[str]) -> Erased:
        """Removes what the ledger remembers of these cases, not their messages. `under_way` counts what was left alone.

        Left alone is what lies in quarantine undecided (nobody could put it back) and what is being moved. What was released
        stays known by its hash and is never quarantined again (I-47).
        """
        total = Erased()
        for start in range(0, len(record_ids), retention.BATCH):
            with self._database.writing() as connection:
                some = record_ids[start : start + retention.BATCH]
                found = [deciding.found(connection, record_id, self._within) for record_id in some]
                free = [one.id for one in found if one is not None and not case_rows.waits(connection, one.id)]
                done = retention.remove(connection, free, keep_allowed=True)
                retention.remove_orphans(connection)
                if done.records:
                    audit.note(connection, What.FORGOTTEN, who=self._who, detail={"records": str(done.records)})
                known = sum(one is not None for one in found)
                total += Erased(records=done.records, under_way=known - done.records)
        self._database.shrink()
        return total

    def note_export(self, *, account: str = "", of: str = "") -> None:
        """She takes a list of cases away, or of something else: subjects and senders leave the ledger (W-21)."""
        told = {"as": "csv"} | ({"of": of} if of else {})
        with self._database.writing() as connection:
            audit.note(connection, What.EXPORTED, who=self._who, account=account, detail=told)

    # -- looking at the message itself -----------------------------------------------------------------------------------

    def ask_view(self, record_id: str, *, at: datetime) -> Pending | Refusal | Unknown:
        """Asks the scanner for the message, to be looked at for ten minutes. Asked again meanwhile: the same request.

        A person has at most view_rows.MOST requests: the oldest makes room. Harmless mail is refused ("private").
        """
        with self._database.writing() as connection:
            record = deciding.found(connection, record_id, self._within)
            if record is None:
                return Unknown()
            if record.verdict not in _LOOKED_AT and not handed_in_rows.is_one(connection, record.id):
                return _PRIVATE
            view_rows.expire(connection, at)
            asked = view_rows.ask(connection, fresh_id(), record, who=self._who, at=at)
            handed_in_rows.show(connection, self._database.path, asked, at=at)
            self._viewed(connection, asked, record.place.account, "asked")
            return asked

    def view(self, request_id: str, *, at: datetime, how: str) -> View:
        """The answer to one's own request. `how`: "rendered", "headers", "raw", for the audit log: each view is an event."""
        with self._database.writing() as connection:
            row = view_rows.of(connection, request_id, who=self._who, at=at)
            record = None if row is None else deciding.found(connection, row.record_id, self._within)
            if row is None or record is None:
                return Unknown()
            asked = view_rows.as_pending(row)
            if row.state == view_rows.PENDING:
                return asked
            if row.state == view_rows.FAILED:
                return Failed(asked.request_id, asked.record_id, row.code, row.detail)
            raw = sealing.unseal(self._database.path, row.sealed, asked.request_id)
            self._viewed(connection, asked, record.place.account, how)
            return Fetched(asked.request_id, asked.record_id, raw, asked.expires_at, partial=is_partial(record))

    def _viewed(self, connection: Connection, asked: Pending, account: str, how: str) -> None:
        told = {"request": asked.request_id, "how": how}
        audit.note(connection, What.VIEW, who=self._who, account=account, about=asked.record_id, detail=told)
