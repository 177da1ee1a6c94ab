"""What people have handed in, as rows: statements on an open connection. `handed_in` and `handed_in_desk` are the doors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import audit, case_rows, report_rows, sealing, view_rows
from vigie.ledger.audit import What
from vigie.ledger.case_rows import scoped
from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.handed_in_types import HandedIn, HandedState, Source, SourceKind
from vigie.ledger.report_types import Report, ReportState
from vigie.ledger.review_types import CaseLine, Pending, Scope
from vigie.ledger.schema import HANDED_IN, RECORDS
from vigie.ledger.types import Decision, Place, Record

FOLDER: Final = ""
"""Of the place of such a case: no mailbox has a folder of that name."""
NOT_KEPT: Final = "The message is not kept any more."
_BOTH = HANDED_IN.join(RECORDS, RECORDS.c.id == HANDED_IN.c.record_id)
_CONFIRMED = RECORDS.c.decision == Decision.CONFIRMED.value
_OF_STATE: dict[HandedState, ColumnElement[bool]] = {
    HandedState.CONFIRMED: _CONFIRMED,
    HandedState.DISMISSED: and_(RECORDS.c.decision.is_(None), HANDED_IN.c.dismissed_at.is_not(None)),
    HandedState.OPEN: and_(RECORDS.c.decision.is_(None), HANDED_IN.c.dismissed_at.is_(None)),
}


def is_place(there: Place) -> bool:
    """A case with this place was handed in: it lies in no mailbox."""
    return there.folder == FOLDER and there.uidvalidity == 0


def known(connection: Connection, source: Source, sha256: str) -> str | None:
    """The case of that message by that source."""
    columns = (HANDED_IN.c.source, HANDED_IN.c.source_id, HANDED_IN.c.sha256)
    same = (column == storable(value) for column, value in zip(columns, _key(source, sha256), strict=True))
    found: str | None = connection.execute(select(HANDED_IN.c.record_id).where(*same)).scalar_one_or_none()
    return found


def keep(
    connection: Connection, ledger: Path, record: Record, raw: bytes | None, source: Source, *, at: datetime
) -> bool:
    """Beside a record that stands there: that it was handed in, and the message, sealed. False: it was, by whomever.

    In the caller's transaction. A program's messages have records of their own (see `handed_in`); what somebody drops into a folder of his
    mailbox may have one already, which is handed in by it. `raw` None: the message is not to be kept. One that was handed in and is not
    kept (any more) is kept when it comes again.
    """
    before = _handed_in(connection, source, record.id, record.sha256)
    if before is not None and (raw is None or before.message is not None):
        return False
    kind, source_id, _ = _key(source, record.sha256)
    record_id = record.id if before is None else before.record_id
    new = {
        "at": instant_text(at),
        "sha256": storable(record.sha256),
        "message": None if raw is None else sealing.seal(ledger, raw, about(record_id)),
    }
    if before is not None:
        again = {**new, "dismissed_at": None, "dismissed_by": ""}  # the reply says that somebody will look at it
        connection.execute(update(HANDED_IN).where(HANDED_IN.c.record_id == record_id).values(**again))
    else:
        named = {"source": kind, "source_id": storable(source_id), "source_name": storable(source.name)}
        connection.execute(insert(HANDED_IN).values(record_id=record_id, **named, **new))
    told = {"source": kind, "from": source.name, "verdict": record.verdict}
    account = record.place.account
    audit.append(connection, What.HANDED_IN, at=at, who=source.who, account=account, about=record_id, detail=told)
    return True


def keeps(connection: Connection, source: Source, record_id: str, sha256: str) -> bool:
    """The message of that case, or the same one by that source, was handed in and is kept still."""
    before = _handed_in(connection, source, record_id, sha256)
    return before is not None and before.message is not None


def kept_since(connection: Connection, account: str, since: datetime) -> int:
    """How many messages of that account are kept that came by a folder since then."""
    of_folders = (HANDED_IN.c.source == SourceKind.FOLDER.value, RECORDS.c.account == storable(account))
    query = select(func.count()).select_from(_BOTH).where(*of_folders, HANDED_IN.c.at >= instant_text(since))
    return int(connection.execute(query.where(HANDED_IN.c.message.is_not(None))).scalar_one())


def sealed(connection: Connection, record_id: str) -> bytes | None:
    """The message, encrypted; None: it was not handed in, or is not kept any more."""
    query = select(HANDED_IN.c.message).where(HANDED_IN.c.record_id == storable(record_id))
    found: bytes | None = connection.execute(query).scalar_one_or_none()
    return found


def unsealed(connection: Connection, ledger: Path, record_id: str) -> bytes | None:
    """The same, as it was handed in."""
    found = sealed(connection, record_id)
    return None if found is None else sealing.unseal(ledger, found, about(record_id))


def is_one(connection: Connection, record_id: str) -> bool:
    """That case was handed in."""
    query = select(HANDED_IN.c.record_id).where(HANDED_IN.c.record_id == storable(record_id))
    return connection.execute(query).first() is not None


def about(record_id: str) -> str:
    """What the seal of a message is bound to."""
    return f"report {record_id}"


# -- what else would be fetched from a mailbox -------------------------------------------------------------------------------


def hand_over(connection: Connection, ledger: Path, report: Report, *, at: datetime) -> None:
    """Gives a report its message, where that was handed in and is kept: no mailbox is asked for it."""
    if not is_one(connection, report.record_id):
        return
    raw = unsealed(connection, ledger, report.record_id)
    if raw is None and _lies_in_a_mailbox(connection, report.record_id):
        return
    if raw is None:
        report_rows.end(connection, report.id, ReportState.UNFETCHED, at=at, detail=NOT_KEPT)
    else:
        report_rows.fetch(connection, report.id, sealing.seal(ledger, raw, report.id))


def show(connection: Connection, ledger: Path, asked: Pending, *, at: datetime) -> None:
    """The same for somebody who looks at it."""
    if not is_one(connection, asked.record_id):
        return
    raw = unsealed(connection, ledger, asked.record_id)
    if raw is None and _lies_in_a_mailbox(connection, asked.record_id):
        return
    shown = None if raw is None else sealing.seal(ledger, raw, asked.request_id)
    code, text = ("", "") if raw is not None else ("gone", NOT_KEPT)
    view_rows.answer(connection, asked.request_id, shown, code=code, text=text, now=at)


def _lies_in_a_mailbox(connection: Connection, record_id: str) -> bool:
    """It was handed in by a folder: where it is not kept any more, or was too big, its mailbox is asked as for any other."""
    query = select(RECORDS.c.folder).where(RECORDS.c.id == storable(record_id))
    return bool(connection.execute(query).scalar_one() != FOLDER)


# -- for reviewers -----------------------------------------------------------------------------------------------------------


def listed(
    connection: Connection, within: Scope, state: HandedState | None, *, limit: int, beyond: int
) -> tuple[Sequence[HandedIn], int]:
    """Those of a state (None: all), newest first, from the `beyond`th on; and how many there are."""
    wanted = [*scoped(within), *([] if state is None else [_OF_STATE[state]])]
    count = int(connection.execute(select(func.count()).select_from(_BOTH).where(*wanted)).scalar_one())
    columns = [column for column in HANDED_IN.columns if column.name != "message"]
    query = select(RECORDS.c.number, RECORDS.c.decision, HANDED_IN.c.message.is_not(None).label("kept"), *columns)
    newest = query.select_from(_BOTH).where(*wanted).order_by(HANDED_IN.c.at.desc(), RECORDS.c.number.desc())
    rows = connection.execute(newest.limit(limit).offset(beyond)).all()
    cases = case_rows.lines(connection, [row.number for row in rows])
    return [_line(row, case) for row, case in zip(rows, cases, strict=True)], count


def dismiss(connection: Connection, record_id: str, *, at: datetime | None, who: str) -> bool:
    """Nothing is done about it; `at` None: it is open again. False where that is so already, or where somebody has decided."""
    now = HANDED_IN.c.dismissed_at.is_(None) if at is not None else HANDED_IN.c.dismissed_at.is_not(None)
    undecided = select(RECORDS.c.id).where(RECORDS.c.id == storable(record_id), RECORDS.c.decision.is_(None))
    news = {
        "dismissed_at": None if at is None else instant_text(at),
        "dismissed_by": "" if at is None else storable(who),
    }
    change = update(HANDED_IN).where(HANDED_IN.c.record_id.in_(undecided), now).values(**news)
    return connection.execute(change).rowcount == 1


def expire(connection: Connection, before: datetime) -> int:
    """Messages that were handed in before go; the case stays as long as others do. Gives how many."""
    old = (HANDED_IN.c.at < instant_text(before), HANDED_IN.c.message.is_not(None))
    return connection.execute(update(HANDED_IN).where(*old).values(message=None)).rowcount


def _handed_in(connection: Connection, source: Source, record_id: str, sha256: str) -> Row[Any] | None:
    """The row of that message by that source, else of that case by whomever."""
    one = known(connection, source, sha256) or storable(record_id)
    return connection.execute(select(HANDED_IN).where(HANDED_IN.c.record_id == one)).one_or_none()


def _key(source: Source, sha256: str) -> tuple[str, str, str]:
    return source.kind.value, source.id, sha256


def _line(row: Row[Any], case: CaseLine) -> HandedIn:
    state = HandedState.OPEN if row.dismissed_at is None else HandedState.DISMISSED
    if case.decision is Decision.CONFIRMED:
        state = HandedState.CONFIRMED
    by = case.decided_by if state is HandedState.CONFIRMED else row.dismissed_by
    return HandedIn(case, SourceKind(row.source), row.source_name, instant(row.at), state, by, bool(row.kept))
