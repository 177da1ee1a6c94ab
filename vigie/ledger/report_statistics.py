"""What was reported where and what came back, as rows: statements on an open connection. `reports.Reports.statistics` is the door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from vigie.ledger import report_rows
from vigie.ledger.columns import instant, instant_text, optional_instant, storable
from vigie.ledger.report_rows import EVERYWHERE
from vigie.ledger.report_schema import REPORTS
from vigie.ledger.report_types import Answer, ReportState, ReportStatistics

MOST_ANSWERS: Final = 5
_UNANSWERED: Final = (ReportState.WAITING, ReportState.REFUSED, ReportState.GIVEN_UP, ReportState.UNFETCHED)
"""The states in which `detail` is what kept it from going."""


def statistics(
    connection: Connection, accounts: Collection[str] | None, since: datetime | None
) -> Sequence[ReportStatistics]:
    """One for each channel that was asked for since then or is stopped by its own switch, by name. `accounts` None: all."""
    within = [REPORTS.c.dry_run == 0]
    if accounts is not None:
        within.append(REPORTS.c.account.in_(sorted(storable(name) for name in accounts)))
    if since is not None:
        within.append(REPORTS.c.asked_at >= instant_text(since))
    by_state, last, answers = _counts(connection, within), _last_sent(connection, within), _answers(connection, within)
    stops = set(report_rows.stops(connection))
    return [
        ReportStatistics(
            channel=channel,
            by_state={state: by_state.get(channel, {}).get(state, 0) for state in ReportState},
            stopped=bool({EVERYWHERE, channel} & stops),
            last_sent_at=last.get(channel, (None, ""))[0],
            last_receipt=last.get(channel, (None, ""))[1],
            answers=answers.get(channel, ()),
        )
        for channel in sorted(by_state.keys() | stops - {EVERYWHERE})
    ]


def _counts(connection: Connection, within: Sequence[ColumnElement[bool]]) -> Mapping[str, Mapping[ReportState, int]]:
    query = select(REPORTS.c.channel, REPORTS.c.state, func.count()).where(*within)
    found: dict[str, dict[ReportState, int]] = {}
    for channel, state, count in connection.execute(query.group_by(REPORTS.c.channel, REPORTS.c.state)):
        found.setdefault(channel, {})[ReportState(state)] = count
    return found


def _last_sent(
    connection: Connection, within: Sequence[ColumnElement[bool]]
) -> Mapping[str, tuple[datetime | None, str]]:
    sent = REPORTS.c.state == ReportState.SENT.value
    place = func.row_number().over(
        partition_by=REPORTS.c.channel, order_by=(REPORTS.c.ended_at.desc(), REPORTS.c.number.desc())
    )
    ranked = select(REPORTS.c.channel, REPORTS.c.ended_at, REPORTS.c.receipt, place.label("place"))
    rows = ranked.where(*within, sent).subquery()
    query = select(rows.c.channel, rows.c.ended_at, rows.c.receipt).where(rows.c.place == 1)
    return {channel: (optional_instant(at), receipt) for channel, at, receipt in connection.execute(query)}


def _answers(connection: Connection, within: Sequence[ColumnElement[bool]]) -> Mapping[str, Sequence[Answer]]:
    told = REPORTS.c.state.in_([state.value for state in _UNANSWERED]) & (REPORTS.c.detail != "")
    at = func.max(func.coalesce(REPORTS.c.ended_at, REPORTS.c.tried_at, REPORTS.c.asked_at))
    query = select(REPORTS.c.channel, REPORTS.c.detail, func.count(), at).where(*within, told)
    query = query.group_by(REPORTS.c.channel, REPORTS.c.detail).order_by(func.count().desc(), REPORTS.c.detail)
    found: dict[str, list[Answer]] = {}
    for channel, detail, count, last in connection.execute(query):
        known = found.setdefault(channel, [])
        if len(known) < MOST_ANSWERS:
            known.append(Answer(detail, count, instant(last)))
    return found
