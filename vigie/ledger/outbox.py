"""Reports as the service sees them, as `ledger.outbox`: what to fetch, what to send, and how it ended. A row decides, whoever asks first.

for report in outbox.wanted(account, at=now): outbox.fetched(report.id, raw)
for fraud in outbox.unwritten(): outbox.drafted(fraud.report.id, channel.write(fraud, settings), at=now)
while (taken := outbox.take({"folder": 60}, at=now, lease=...)) is not None:
    ...; outbox.sent(taken.report, receipt, at=now)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from vigie.ledger import deciding, handed_in_rows, report_rows, sealing
from vigie.ledger.database import Database
from vigie.ledger.report_types import Draft, FetchedFraud, Report, ReportState, Taken
from vigie.ledger.reports import note

LATELY = timedelta(days=1)
WITHDRAWN = "Nobody calls it a fraud any more."
LATE = "Nobody has let it go in time."
AWAY = "The channel took nothing for days."
UNREADABLE = "What was to be sent can no longer be read: the key beside the ledger is another one. Ask for it again."


class Outbox:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database, who: str) -> None:
        self._database = database
        self._who = who

    def ask_by_itself(self, channel: str, *, at: datetime) -> int:
        """Lets go, to a channel of which the settings say so, what people confirmed in the last day; gives how many.

        No earlier ones: whoever switches it on does not send off years of quarantine.
        """
        with self._database.reading() as connection:
            if not report_rows.unreported(connection, channel, at - LATELY):
                return 0
        asked = 0
        with self._database.writing() as connection:
            for record in report_rows.unreported(connection, channel, at - LATELY):
                report = report_rows.ask(
                    connection, record, channel, who=self._who, approved=True, dry_run=False, at=at
                )
                if report is not None:
                    handed_in_rows.hand_over(connection, self._database.path, report, at=at)
                    note(connection, report, "approved", who=self._who)
                    asked += 1
        return asked

    def wanted(self, account: str, *, at: datetime) -> Sequence[Report]:
        """Reports for which a message of that account has to be fetched, oldest first."""
        with self._database.reading() as connection:
            return report_rows.wanted(connection, account, at)

    def fetched(self, report_id: str, raw: bytes) -> None:
        """The message; encrypted before it gets near the disk (W-25). What nobody waits for any more is dropped."""
        sealed = sealing.seal(self._database.path, raw, report_id)
        with self._database.writing() as connection:
            report_rows.fetch(connection, report_id, sealed)

    def unwritten(self) -> Iterator[FetchedFraud]:
        """Fetched messages of which somebody has to write what is sent."""
        after = ""
        while True:
            with self._database.reading() as connection:
                report = report_rows.first_fetched(connection, after)
                record = None if report is None else deciding.found(connection, report.record_id, None)
                sealed = None if report is None else report_rows.sealed(connection, report.id)
            if report is None:
                return
            after = report.id
            if record is None or sealed is None:
                continue
            try:
                raw = sealing.unseal(self._database.path, sealed, report.id)
            except sealing.UnreadableError:  # one that does not open must not hold all others up
                with self._database.writing() as connection:
                    report_rows.fetch_again(connection, report.id)
                continue
            yield FetchedFraud(report, record, raw)

    def drafted(self, report_id: str, draft: Draft, *, at: datetime) -> None:
        """What is to be sent, instead of the message."""
        sealed = sealing.seal(self._database.path, draft.written(), report_id)
        with self._database.writing() as connection:
            report_rows.draft(connection, report_id, sealed, at=at)

    def unfetched(self, report_id: str, detail: str, *, at: datetime) -> None:
        """There is nothing to send, and why."""
        with self._database.writing() as connection:
            report = report_rows.of(connection, report_id)
            if report is not None:
                self._end(connection, report, ReportState.UNFETCHED, at=at, detail=detail)

    def take(self, per_hour: Mapping[str, int], *, at: datetime, lease: timedelta, only: str = "") -> Taken | None:
        """One that is to be sent now, for the caller alone until the lease is over; None: there is none.

        `per_hour`: the channels that may be sent to, and how many reports each takes in an hour. What is stopped stays.
        `only`: that report, by its id.
        """
        with self._database.reading() as connection:
            if report_rows.next_due(connection, per_hour, at, only) is None:
                return None
        with self._database.writing() as connection:
            self._end_over(connection, at)
            while (due := report_rows.next_due(connection, per_hour, at, only)) is not None:
                draft = self._draft(connection, due)
                if draft is not None:
                    return Taken(report_rows.take(connection, due, at=at, lease=lease), draft)
                self._end(connection, due, ReportState.UNFETCHED, at=at, detail=UNREADABLE)
        return None

    def sent(self, report: Report, receipt: str, *, at: datetime) -> None:
        """The channel has it."""
        with self._database.writing() as connection:
            self._end(connection, report, ReportState.SENT, at=at, receipt=receipt, tries=report.tries)

    def refused(self, report: Report, detail: str, *, at: datetime) -> None:
        """The channel does not want it, and would not another time."""
        with self._database.writing() as connection:
            self._end(connection, report, ReportState.REFUSED, at=at, detail=detail, tries=report.tries)

    def put_off(self, report: Report, detail: str, *, until: datetime, others: bool) -> None:
        """It waits, and is tried again at that instant; `others`: so do all for that channel, since it is away."""
        with self._database.writing() as connection:
            report_rows.put_off(connection, report, until, detail=detail)
            if others:
                report_rows.put_off_others(connection, report.channel, until)

    def expire(self, *, at: datetime) -> int:
        """Ends what nobody let go in time, what no channel took for days, and what is no fraud any more; gives how many."""
        with self._database.reading() as connection:
            if not report_rows.over(connection, at):
                return 0
        with self._database.writing() as connection:
            return self._end_over(connection, at)

    def _draft(self, connection: Connection, report: Report) -> Draft | None:
        """What was shown; None where that can no longer be read, see `sealing`: nothing else may go instead."""
        written = report_rows.sealed(connection, report.id)
        try:
            return None if written is None else Draft.read(sealing.unseal(self._database.path, written, report.id))
        except sealing.UnreadableError:
            return None

    def _end_over(self, connection: Connection, at: datetime) -> int:
        ending = report_rows.over(connection, at)
        for report in ending:
            if report.expires_at > at:
                self._end(connection, report, ReportState.DROPPED, at=at, detail=WITHDRAWN)
            elif report.approved_by:
                self._end(connection, report, ReportState.GIVEN_UP, at=at, detail=report.detail or AWAY)
            else:
                self._end(connection, report, ReportState.DROPPED, at=at, detail=LATE)
        return len(ending)

    def _end(
        self,
        connection: Connection,
        report: Report,
        state: ReportState,
        *,
        at: datetime,
        receipt: str = "",
        detail: str = "",
        tries: int | None = None,
    ) -> None:
        if report_rows.end(connection, report.id, state, at=at, receipt=receipt, detail=detail, tries=tries):
            note(connection, report, state.value, who=self._who)
