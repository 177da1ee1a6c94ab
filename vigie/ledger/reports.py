"""What a person may do about reports: ask, look at what would be sent, let it go or drop it, stop all of it.

    asked = ledger.desk("web:marie").reports.ask(record_id, "folder", at=now)     # Report | Refusal | Unknown
    draft = reports.draft(asked.id)              # None until the service has fetched the message and written it
    told = reports.approve(asked.id, at=now)     # goes exactly as it was shown

Only what a person has confirmed as fraud is reported, and each fraud once to each channel. Every step is in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from vigie.ledger import audit, deciding, handed_in_rows, report_rows, report_statistics, sealing, wishes
from vigie.ledger.audit import What
from vigie.ledger.casefile import is_partial
from vigie.ledger.database import Database
from vigie.ledger.report_rows import EVERYWHERE
from vigie.ledger.report_types import Draft, Report, ReportLine, ReportState, ReportStatistics
from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Scope, Unknown
from vigie.ledger.types import Decision, Record

NOT_CONFIRMED: Final = Refusal("not-confirmed", "Nobody has confirmed it as fraud: do that first.")
PARTIAL: Final = Refusal("partial", "Only the beginning of this message was read: it is too large to be reported.")
NOT_DRAFTED: Final = Refusal("not-drafted", "There is nothing to be sent yet, or not any more.")
DISPUTED: Final = Refusal("disputed", "Somebody wants it back: it is reported once people agree that it is a fraud.")
REHEARSAL: Final = Refusal("dry-run", "This one is only to be looked at: ask for a report.")
UNDER_WAY: Final = Refusal("report-under-way", "It is on its way to that channel already.", settled=True)
REPORTED: Final = Refusal("reported", "That channel has it already.", settled=True)

PAGE: Final = 50
MOST: Final = 500
"""Reports of one page."""
_WRITTEN = (ReportState.DRAFTED, ReportState.WAITING, ReportState.SENDING)


class Reports:
    """See the module. Keeps to the accounts `within`. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database, who: str, within: Scope) -> None:
        self._database = database
        self._who = who
        self._within = within

    def ask(
        self, record_id: str, channel: str, *, at: datetime, approved: bool = False, dry_run: bool = False
    ) -> Report | Refusal | Unknown:
        """Has the service write what would be sent. `approved`: it goes without being looked at; `dry_run`: it never goes."""
        with self._database.writing() as connection:
            record = deciding.found(connection, record_id, self._within)
            if record is None:
                return Unknown()
            refused = _refusal(connection, record)
            if refused is not None:
                return refused
            approved = approved and not dry_run
            asked = report_rows.ask(
                connection, record, channel, who=self._who, approved=approved, dry_run=dry_run, at=at
            )
            if asked is None:
                return self._in_the_way(connection, record, channel)
            handed_in_rows.hand_over(connection, self._database.path, asked, at=at)
            self._note(connection, asked, "approved" if approved else "dry-run" if dry_run else "asked")
            return asked

    def of_case(self, record_id: str) -> Sequence[Report]:
        """Every report of a case, oldest first."""
        with self._database.reading() as connection:
            if deciding.found(connection, record_id, self._within) is None:
                return ()
            return report_rows.of_record(connection, record_id)

    def report(self, report_id: str) -> Report | None:
        """One of them."""
        with self._database.reading() as connection:
            return self._mine(connection, report_id)

    def draft(self, report_id: str) -> Draft | None:
        """What would be sent, as the channel has written it; None: not yet, or not any more. Her look is in the audit log."""
        with self._database.writing() as connection:
            report = self._mine(connection, report_id)
            written = None if report is None else report_rows.sealed(connection, report.id)
            if report is None or written is None or report.state not in _WRITTEN:
                return None
            try:
                draft = Draft.read(sealing.unseal(self._database.path, written, report.id))
            except sealing.UnreadableError:  # shown to nobody, sent to nobody: see Outbox.take
                return None
            self._note(connection, report, "looked-at")
            return draft

    def approve(self, report_id: str, *, at: datetime) -> Report | Refusal | Unknown:
        """It goes as it was shown. Refused where nobody calls the case a fraud any more."""
        with self._database.writing() as connection:
            report = self._mine(connection, report_id)
            if report is None:
                return Unknown()
            record = deciding.found(connection, report.record_id, self._within)
            if record is None or record.decision is not Decision.CONFIRMED:
                return NOT_CONFIRMED
            if report.dry_run:
                return REHEARSAL
            if report.approved_by:
                return REPORTED if report.state is ReportState.SENT else UNDER_WAY
            if wishes.of(connection, record):
                return DISPUTED
            if report.expires_at <= at or not report_rows.approve(connection, report.id, who=self._who, at=at):
                return NOT_DRAFTED
            self._note(connection, report, "approved")
            return self._mine(connection, report_id) or Unknown()

    def drop(self, report_id: str, *, at: datetime) -> bool:
        """It does not go; what was to be sent is removed. False where it is being sent, or has ended."""
        with self._database.writing() as connection:
            report = self._mine(connection, report_id)
            if report is None or report.state is ReportState.SENDING:
                return False
            if not report_rows.end(connection, report.id, ReportState.DROPPED, at=at):
                return False
            self._note(connection, report, "dropped")
            return True

    def newest(self, *, before: int | None = None, limit: int = PAGE) -> Sequence[ReportLine]:
        """Reports below that number, the last one that was asked for first, without rehearsals."""
        with self._database.reading() as connection:
            accounts = None if self._within is None else sorted(self._within)
            return report_rows.newest(connection, accounts, before=before, limit=max(1, min(limit, MOST)))

    def every(self) -> Iterator[ReportLine]:
        """All of them in this order, read in parts while they are taken."""
        before = None
        while part := self.newest(before=before, limit=MOST):
            yield from part
            before = part[-1].number

    def statistics(self, since: datetime | None = None) -> Sequence[ReportStatistics]:
        """What was reported where and what came back, of reports that were asked for since then; channels by name."""
        with self._database.reading() as connection:
            return report_statistics.statistics(connection, self._within, since)

    def stopped(self) -> Sequence[str]:
        """Channels to which nothing is sent; EVERYWHERE among them: nothing at all."""
        with self._database.reading() as connection:
            return report_rows.stops(connection)

    def stop(self, channel: str = EVERYWHERE, *, at: datetime) -> bool:
        """From now on nothing is sent there; what waits goes on waiting. False where it was so already."""
        with self._database.writing() as connection:
            done = report_rows.stop(connection, channel, who=self._who, at=at)
            if done:
                self._note_switch(connection, "stopped", channel)
            return done

    def go_on(self, channel: str = EVERYWHERE) -> bool:
        """Takes a stop back. False where there was none."""
        with self._database.writing() as connection:
            done = report_rows.go_on(connection, channel)
            if done:
                self._note_switch(connection, "goes-on", channel)
            return done

    def _in_the_way(self, connection: Connection, record: Record, channel: str) -> Report | Refusal:
        """Asked again by somebody before it was approved, it is the same report, where he may see its case."""
        other = report_rows.same(connection, record, channel)
        if other is None or other.state is ReportState.SENT:
            return REPORTED
        if other.approved_by or self._mine(connection, other.id) is None:
            return UNDER_WAY
        return other

    def _mine(self, connection: Connection, report_id: str) -> Report | None:
        report = report_rows.of(connection, report_id)
        if report is None or deciding.found(connection, report.record_id, self._within) is None:
            return None
        return report

    def _note(self, connection: Connection, report: Report, step: str) -> None:
        note(connection, report, step, who=self._who)

    def _note_switch(self, connection: Connection, step: str, channel: str) -> None:
        audit.note(connection, What.REPORT, who=self._who, detail={"step": step, "channel": channel or "all"})


def note(connection: Connection, report: Report, step: str, *, who: str) -> None:
    """One step of a report, in the audit log."""
    told = {"report": report.id, "channel": report.channel, "step": step}
    audit.note(connection, What.REPORT, who=who, account=report.account, about=report.record_id, detail=told)


def _refusal(connection: Connection, record: Record) -> Refusal | None:
    if record.decision is not Decision.CONFIRMED:
        return NOT_CONFIRMED
    if wishes.of(connection, record):  # W-17: what nobody can call back from a desk does not go while people disagree
        return DISPUTED
    # Without the hash nobody could tell the message from another one; a part of it would be evidence against nobody.
    return PARTIAL if is_partial(record) or not record.sha256 else None
