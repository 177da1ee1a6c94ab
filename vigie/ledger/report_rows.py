"""Reports as rows: statements on an open connection. `reports.Reports` and `outbox.Outbox` are the doors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import record_rows
from vigie.ledger.casefile import is_partial
from vigie.ledger.columns import instant, instant_text, optional_instant, storable
from vigie.ledger.identity import fresh_id
from vigie.ledger.report_schema import REPORTS, STOPS
from vigie.ledger.report_types import OPEN_REPORTS, Report, ReportLine, ReportState
from vigie.ledger.schema import DECISIONS, RECORDS, WISHES
from vigie.ledger.types import Decision, Record

LOOKED_AT: Final = timedelta(hours=1)
"""So long what would be sent waits for somebody to say that it goes: it holds the message."""
PATIENCE: Final = timedelta(days=7)
"""So long a channel may be away. Links of a fraud live for days: later nobody can do anything about it."""
MOST: Final = 100
"""Cases of one look."""
HOUR: Final = timedelta(hours=1)
EVERYWHERE: Final = ""
"""Of the stop switch: all channels."""
_COLUMNS = [column for column in REPORTS.columns if column.name != "sealed"]


def ask(
    connection: Connection, record: Record, channel: str, *, who: str, approved: bool, dry_run: bool, at: datetime
) -> Report | None:
    """Writes the row; None where the fraud is on its way to that channel, or there already: see `same`."""
    row = {
        "id": fresh_id(),
        "record_id": record.id,
        "account": storable(record.place.account),
        "channel": channel,
        "fraud": record.sha256,
        "who": storable(who),
        "approved_by": storable(who) if approved else None,
        "dry_run": int(dry_run),
        "state": ReportState.ASKED.value,
        "asked_at": instant_text(at),
        "due_at": instant_text(at),
        "expires_at": instant_text(at + (PATIENCE if approved else LOOKED_AT)),
        "tries": 0,
        "receipt": "",
        "detail": "",
    }
    new = insert(REPORTS).values(row).on_conflict_do_nothing()
    if connection.execute(new).rowcount != 1:
        return None
    return of(connection, str(row["id"]))


def same(connection: Connection, record: Record, channel: str) -> Report | None:
    """The report that stands in the way of another one of that fraud to that channel."""
    query = select(*_COLUMNS).where(
        REPORTS.c.channel == channel,
        REPORTS.c.fraud == record.sha256,
        REPORTS.c.dry_run == 0,
        REPORTS.c.state.in_([*_OPEN, ReportState.SENT.value]),
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _report(row)


def of(connection: Connection, report_id: str) -> Report | None:
    """By its id."""
    row = connection.execute(select(*_COLUMNS).where(REPORTS.c.id == storable(report_id))).one_or_none()
    return None if row is None else _report(row)


def of_record(connection: Connection, record_id: str) -> Sequence[Report]:
    """Every report of a case, oldest first."""
    query = select(*_COLUMNS).where(REPORTS.c.record_id == record_id).order_by(REPORTS.c.number)
    return [_report(row) for row in connection.execute(query)]


def newest(
    connection: Connection, accounts: Sequence[str] | None, *, before: int | None, limit: int
) -> Sequence[ReportLine]:
    """Those below that number, the newest first, without rehearsals."""
    query = select(REPORTS.c.number, RECORDS.c.subject, *_COLUMNS[1:]).join(RECORDS).where(REPORTS.c.dry_run == 0)
    if accounts is not None:
        query = query.where(REPORTS.c.account.in_([storable(name) for name in accounts]))
    if before is not None:
        query = query.where(REPORTS.c.number < before)
    rows = connection.execute(query.order_by(REPORTS.c.number.desc()).limit(limit))
    return [ReportLine(row.number, _report(row), row.subject) for row in rows]


def sealed(connection: Connection, report_id: str) -> bytes | None:
    """What is sent, encrypted; None where it is not made yet, or gone."""
    found: bytes | None = connection.execute(select(REPORTS.c.sealed).where(REPORTS.c.id == report_id)).scalar()
    return found


def unreported(connection: Connection, channel: str, since: datetime) -> Sequence[Record]:
    """Cases that were confirmed since, and whose fraud nobody has ever reported to that channel, oldest first; no partial ones."""
    lately = exists().where(
        DECISIONS.c.record_id == RECORDS.c.id,
        DECISIONS.c.decision == Decision.CONFIRMED.value,
        DECISIONS.c.at >= instant_text(since),
    )
    known = exists().where(REPORTS.c.channel == channel, REPORTS.c.fraud == RECORDS.c.sha256, REPORTS.c.dry_run == 0)
    query = select(RECORDS).where(
        RECORDS.c.decision == Decision.CONFIRMED.value, RECORDS.c.sha256 != "", lately, ~known, ~_wanted_back()
    )
    found = map(record_rows.as_record, connection.execute(query.order_by(RECORDS.c.number)))
    return list(islice((record for record in found if not is_partial(record)), MOST))


def wanted(connection: Connection, account: str, at: datetime) -> Sequence[Report]:
    """Those for which the service has to fetch the message, oldest first."""
    query = select(*_COLUMNS).where(
        _in(ReportState.ASKED), REPORTS.c.account == storable(account), REPORTS.c.expires_at > instant_text(at)
    )
    return [_report(row) for row in connection.execute(query.order_by(REPORTS.c.number))]


def fetch(connection: Connection, report_id: str, message: bytes) -> bool:
    """The message, encrypted."""
    asked = (REPORTS.c.id == report_id, _in(ReportState.ASKED))
    news = {"state": ReportState.FETCHED.value, "sealed": message}
    return connection.execute(update(REPORTS).where(*asked).values(news)).rowcount == 1


def fetch_again(connection: Connection, report_id: str) -> None:
    """The message that was fetched is lost, and lies in its mailbox still."""
    fetched = (REPORTS.c.id == report_id, _in(ReportState.FETCHED))
    connection.execute(update(REPORTS).where(*fetched).values(state=ReportState.ASKED.value, sealed=None))


def first_fetched(connection: Connection, after: str) -> Report | None:
    """One that has to be written, in the order of their ids, behind that one."""
    query = select(*_COLUMNS).where(_in(ReportState.FETCHED), REPORTS.c.id > after)
    row = connection.execute(query.order_by(REPORTS.c.id).limit(1)).one_or_none()
    return None if row is None else _report(row)


def draft(connection: Connection, report_id: str, written: bytes, *, at: datetime) -> bool:
    """What is to be sent, encrypted. It waits for whoever looks at it, or goes where somebody has said so already."""
    fetched = (REPORTS.c.id == report_id, _in(ReportState.FETCHED))
    approved = REPORTS.c.approved_by.is_not(None)
    done = 0
    for state, condition in ((ReportState.WAITING, approved), (ReportState.DRAFTED, ~approved)):
        news = {"state": state.value, "sealed": written, "due_at": instant_text(at)}
        done += connection.execute(update(REPORTS).where(*fetched, condition).values(news)).rowcount
    return done == 1


def approve(connection: Connection, report_id: str, *, who: str, at: datetime) -> bool:
    """It goes as it was drafted. False where it is not drafted, or a rehearsal."""
    looked_at = (REPORTS.c.id == report_id, _in(ReportState.DRAFTED), REPORTS.c.dry_run == 0)
    news = {
        "state": ReportState.WAITING.value,
        "approved_by": storable(who),
        "due_at": instant_text(at),
        "expires_at": instant_text(at + PATIENCE),
    }
    return connection.execute(update(REPORTS).where(*looked_at).values(news)).rowcount == 1


def end(
    connection: Connection,
    report_id: str,
    state: ReportState,
    *,
    at: datetime,
    receipt: str = "",
    detail: str = "",
    tries: int | None = None,
) -> bool:
    """How it ended; what was to be sent goes. `tries`: only if nobody else has taken it since that try."""
    mine = [REPORTS.c.id == report_id, REPORTS.c.state.in_(_OPEN)]
    if tries is not None:
        mine += [REPORTS.c.tries == tries, _in(ReportState.SENDING)]
    news = {
        "state": state.value,
        "ended_at": instant_text(at),
        "receipt": storable(receipt),
        "detail": storable(detail),
        "sealed": None,
    }
    return connection.execute(update(REPORTS).where(*mine).values(news)).rowcount == 1


def put_off(connection: Connection, report: Report, until: datetime, *, detail: str) -> bool:
    """It waits again. False where somebody else has taken it since."""
    mine = (REPORTS.c.id == report.id, REPORTS.c.tries == report.tries, _in(ReportState.SENDING))
    news = {"state": ReportState.WAITING.value, "due_at": instant_text(until), "detail": storable(detail)}
    return connection.execute(update(REPORTS).where(*mine).values(news)).rowcount == 1


def put_off_others(connection: Connection, channel: str, until: datetime) -> None:
    """A channel that is away is asked again by one report, not by each."""
    sooner = (REPORTS.c.channel == channel, _in(ReportState.WAITING), REPORTS.c.due_at < instant_text(until))
    connection.execute(update(REPORTS).where(*sooner).values(due_at=instant_text(until)))


def next_due(connection: Connection, per_hour: Mapping[str, int], at: datetime, only: str = "") -> Report | None:
    """The one that waits longest, of a channel that is not stopped and has room in this hour. A disputed one waits (W-17)."""
    stopped = set(stops(connection))
    free = [] if EVERYWHERE in stopped else [name for name in per_hour if name not in stopped]
    free = [name for name in free if _tried(connection, name, at) < per_hour[name]]
    due = REPORTS.c.state.in_([ReportState.WAITING.value, ReportState.SENDING.value])
    query = (
        select(*_COLUMNS).join(RECORDS).where(due, REPORTS.c.channel.in_(free), REPORTS.c.due_at <= instant_text(at))
    )
    query = query.where(~_wanted_back())
    if only:
        query = query.where(REPORTS.c.id == only)
    row = connection.execute(query.order_by(REPORTS.c.due_at, REPORTS.c.number).limit(1)).one_or_none()
    return None if row is None else _report(row)


def take(connection: Connection, report: Report, *, at: datetime, lease: timedelta) -> Report:
    """For whoever sends it now; nobody else gets it before `lease` is over."""
    news = {
        "state": ReportState.SENDING.value,
        "tries": report.tries + 1,
        "tried_at": instant_text(at),
        "due_at": instant_text(at + lease),
    }
    connection.execute(update(REPORTS).where(REPORTS.c.id == report.id).values(news))
    taken = of(connection, report.id)
    return report if taken is None else taken


def over(connection: Connection, at: datetime) -> Sequence[Report]:
    """Open ones whose time is over, or whose case nobody calls a fraud any more; not what is being sent."""
    waits = REPORTS.c.state.in_([state.value for state in OPEN_REPORTS if state is not ReportState.SENDING])
    abandoned = _in(ReportState.SENDING) & (REPORTS.c.due_at <= instant_text(at))
    late = REPORTS.c.expires_at <= instant_text(at)
    query = select(*_COLUMNS).where(waits | abandoned, late | ~_confirmed())
    return [_report(row) for row in connection.execute(query.order_by(REPORTS.c.number))]


def stops(connection: Connection) -> Sequence[str]:
    """Channels to which nothing is sent; EVERYWHERE among them: nothing is sent at all."""
    return connection.execute(select(STOPS.c.channel).order_by(STOPS.c.channel)).scalars().all()


def stop(connection: Connection, channel: str, *, who: str, at: datetime) -> bool:
    """False where it was stopped already."""
    new = insert(STOPS).values(channel=channel, who=storable(who), at=instant_text(at))
    return connection.execute(new.on_conflict_do_nothing()).rowcount == 1


def go_on(connection: Connection, channel: str) -> bool:
    """False where it was not stopped."""
    return connection.execute(STOPS.delete().where(STOPS.c.channel == channel)).rowcount == 1


def _tried(connection: Connection, channel: str, at: datetime) -> int:
    """In the hour before. What a clock that ran ahead has dated later does not hold the channel until then."""
    lately = REPORTS.c.tried_at.between(instant_text(at - HOUR), instant_text(at))
    query = select(func.count()).where(REPORTS.c.channel == channel, lately)
    return int(connection.execute(query).scalar_one())


def _confirmed() -> ColumnElement[bool]:
    return exists().where(RECORDS.c.id == REPORTS.c.record_id, RECORDS.c.decision == Decision.CONFIRMED.value)


def _wanted_back() -> ColumnElement[bool]:
    """As `wishes.of`, of a case in the same statement."""
    return exists().where(WISHES.c.record_id == RECORDS.c.id, WISHES.c.version == RECORDS.c.version)


def _in(state: ReportState) -> ColumnElement[bool]:
    return REPORTS.c.state == state.value


_OPEN = [state.value for state in OPEN_REPORTS]


def _report(row: Row[Any]) -> Report:
    return Report(
        id=row.id,
        record_id=row.record_id,
        account=row.account,
        channel=row.channel,
        who=row.who,
        approved_by=row.approved_by or "",
        dry_run=bool(row.dry_run),
        state=ReportState(row.state),
        asked_at=instant(row.asked_at),
        due_at=instant(row.due_at),
        expires_at=instant(row.expires_at),
        tries=row.tries,
        ended_at=optional_instant(row.ended_at),
        receipt=row.receipt,
        detail=row.detail,
    )
