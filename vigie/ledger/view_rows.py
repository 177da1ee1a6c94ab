"""Messages that people asked to look at, as rows: statements on an open connection. `desk.Desk` and the scanner use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.review_types import Pending
from vigie.ledger.schema import VIEWS
from vigie.ledger.types import Record

LIFE = timedelta(minutes=10)
MOST = 8
"""Requests of one person at a time; a ninth takes the oldest one's place."""
PENDING = "pending"
READY = "ready"
FAILED = "failed"


def ask(connection: Connection, request_id: str, record: Record, *, who: str, at: datetime) -> Pending:
    """A new request, or the one that the same person has for the same message already."""
    mine = select(VIEWS).where(VIEWS.c.who == storable(who), VIEWS.c.expires_at > instant_text(at))
    same = mine.where(VIEWS.c.record_id == record.id, VIEWS.c.state.in_((PENDING, READY)))
    known = connection.execute(same.limit(1)).first()
    if known is not None:
        return as_pending(known)
    oldest = mine.order_by(VIEWS.c.asked_at.desc(), VIEWS.c.id).offset(MOST - 1)
    over = [row.id for row in connection.execute(oldest)]
    connection.execute(delete(VIEWS).where(VIEWS.c.id.in_(over)))
    connection.execute(
        insert(VIEWS).values(
            id=request_id,
            record_id=record.id,
            account=storable(record.place.account),
            who=storable(who),
            state=PENDING,
            asked_at=instant_text(at),
            expires_at=instant_text(at + LIFE),
            code="",
            detail="",
        )
    )
    return Pending(request_id, record.id, at, at + LIFE)


def of(connection: Connection, request_id: str, *, who: str, at: datetime) -> Row[Any] | None:
    """A person's own request, alive."""
    query = select(VIEWS).where(VIEWS.c.id == storable(request_id), VIEWS.c.who == storable(who))
    return connection.execute(query.where(VIEWS.c.expires_at > instant_text(at))).one_or_none()


def pending(connection: Connection, account: str, at: datetime) -> Sequence[Pending]:
    """What the scanner has to fetch."""
    query = select(VIEWS.c.id, VIEWS.c.record_id, VIEWS.c.asked_at, VIEWS.c.expires_at).where(
        VIEWS.c.state == literal_column(f"'{PENDING}'"),
        VIEWS.c.account == storable(account),
        VIEWS.c.expires_at > instant_text(at),
    )
    return [as_pending(row) for row in connection.execute(query.order_by(VIEWS.c.asked_at))]


def answer(
    connection: Connection, request_id: str, sealed: bytes | None, *, code: str, text: str, now: datetime
) -> None:
    """The answer to a request that somebody waits for."""
    waits = (VIEWS.c.id == storable(request_id), VIEWS.c.state == PENDING, VIEWS.c.expires_at > instant_text(now))
    state = READY if sealed is not None else FAILED
    connection.execute(
        update(VIEWS).where(*waits).values(state=state, sealed=sealed, code=storable(code), detail=storable(text))
    )


def any_expired(connection: Connection, now: datetime) -> bool:
    """There is something to remove."""
    return connection.execute(select(VIEWS.c.id).where(_over(now)).limit(1)).first() is not None


def expire(connection: Connection, now: datetime) -> int:
    """Removes those that are over; gives how many."""
    return connection.execute(delete(VIEWS).where(_over(now))).rowcount


def _over(now: datetime) -> Any:  # noqa: ANN401 - a condition
    """Also where the clock was set back since (I-52): nothing lives longer than LIFE."""
    return (VIEWS.c.expires_at <= instant_text(now)) | (VIEWS.c.expires_at > instant_text(now + LIFE))


def as_pending(row: Any) -> Pending:  # noqa: ANN401 - rows of one table, typed by what was selected
    """The request of a row."""
    return Pending(row.id, row.record_id, instant(row.asked_at), instant(row.expires_at))
