"""Digests as rows: statements on an open connection. `digests.Digests` is the door."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import record_rows
from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.digest_schema import DIGEST_ITEMS, DIGESTS
from vigie.ledger.digest_types import Digest, HeldMail, Period, Reader
from vigie.ledger.identity import fresh_id
from vigie.ledger.schema import INTENTS, OUTCOMES, RECORDS
from vigie.ledger.types import ActionKind, State

WAITING, SENDING, SENT, EMPTY, GIVEN_UP = "waiting", "sending", "sent", "empty", "given-up"
DAY: Final = timedelta(days=1)
LATE: Final = timedelta(hours=1)
"""A move that is written that long after it happened is told by the next digest."""
LONGEST: Final = timedelta(days=31)
"""A digest reaches back no further."""
KEPT: Final = timedelta(days=92)


def lacking(connection: Connection, period: str, readers: Sequence[Reader]) -> Sequence[Reader]:
    """Those for whom nothing was planned for that period."""
    query = select(DIGESTS.c.recipient).where(DIGESTS.c.period == period)
    there = set(connection.execute(query).scalars())
    return [reader for reader in readers if storable(reader.key) not in there]


def plan(connection: Connection, period: Period, reader: Reader, at: datetime) -> bool:
    """Writes the row that decides, with the messages that it tells of; False where there is one, or nothing to be told."""
    since = _since(connection, period, reader.key)
    # Somebody who had none before is not told, in the afternoon, about a morning at which he was not asked for.
    found = _unknown(connection, reader, since, period.until) if since is not None or at - period.until <= LATE else []
    row = {
        "id": fresh_id(),
        "recipient": storable(reader.key),
        "period": period.name,
        "since": instant_text(since or period.until - DAY),
        "until": instant_text(period.until),
        "state": WAITING if found else EMPTY,
        "tries": 0,
        "planned_at": instant_text(at),
        "due_at": instant_text(at),
    }
    new = insert(DIGESTS).values(row).on_conflict_do_nothing(index_elements=("recipient", "period"))
    if connection.execute(new).rowcount != 1 or not found:
        return False
    connection.execute(insert(DIGEST_ITEMS), [{"digest_id": row["id"], "record_id": record} for record in found])
    return True


def any_due(connection: Connection, at: datetime) -> bool:
    """There is something to take."""
    query = select(DIGESTS.c.id).where(_open(), DIGESTS.c.due_at <= instant_text(at)).limit(1)
    return connection.execute(query).first() is not None


def put_off(connection: Connection, until: datetime) -> None:
    """None of those that wait is tried before that instant."""
    sooner = (DIGESTS.c.state == WAITING, DIGESTS.c.due_at < instant_text(until))
    connection.execute(update(DIGESTS).where(*sooner).values(due_at=instant_text(until)))


def take(connection: Connection, at: datetime, lease: timedelta) -> Digest | None:
    """The one that waits longest, for whoever sends it now; nobody else gets it before `lease` is over."""
    query = select(DIGESTS).where(_open(), DIGESTS.c.due_at <= instant_text(at)).order_by(DIGESTS.c.due_at).limit(1)
    row = connection.execute(query).first()
    if row is None:
        return None
    taken = {"state": SENDING, "tries": row.tries + 1, "due_at": instant_text(at + lease)}
    connection.execute(update(DIGESTS).where(DIGESTS.c.id == row.id).values(taken))
    return _digest(row, row.tries + 1)


def end(connection: Connection, digest: Digest, state: str, due_at: datetime | None = None) -> bool:
    """How a try ended. False where somebody else has taken it meanwhile."""
    changed = {"state": state} | ({} if due_at is None else {"due_at": instant_text(due_at)})
    mine = (DIGESTS.c.id == digest.id, DIGESTS.c.tries == digest.tries, DIGESTS.c.state == SENDING)
    return connection.execute(update(DIGESTS).where(*mine).values(changed)).rowcount == 1


def held(connection: Connection, digest: Digest, accounts: Collection[str]) -> Sequence[HeldMail]:
    """Its messages that lie in quarantine still, of these accounts, the oldest first."""
    query = (
        select(RECORDS, func.max(OUTCOMES.c.at).label("moved_at"))
        .join(DIGEST_ITEMS, DIGEST_ITEMS.c.record_id == RECORDS.c.id)
        .join(INTENTS, INTENTS.c.record_id == RECORDS.c.id)
        .join(OUTCOMES, OUTCOMES.c.intent_id == INTENTS.c.id)
        .where(DIGEST_ITEMS.c.digest_id == digest.id, *_held(accounts))
        .group_by(RECORDS.c.number)
        .order_by("moved_at", RECORDS.c.number)
    )
    return [HeldMail(record_rows.as_record(row), instant(row.moved_at)) for row in connection.execute(query)]


def expire(connection: Connection, at: datetime) -> None:
    """Rows of long ago; the newest of each recipient says how far he was told."""
    newest = select(func.max(DIGESTS.c.period)).group_by(DIGESTS.c.recipient)
    old = DIGESTS.c.planned_at < instant_text(at - KEPT)
    connection.execute(delete(DIGESTS).where(old, ~_open(), DIGESTS.c.period.not_in(newest)))


def _since(connection: Connection, period: Period, recipient: str) -> datetime | None:
    """How far he was told, less what may have been written late; None: he never was."""
    before = select(func.max(DIGESTS.c.until)).where(DIGESTS.c.recipient == storable(recipient))
    told = connection.execute(before).scalar_one()
    return None if told is None else max(instant(told) - LATE, period.until - LONGEST)


def _unknown(connection: Connection, reader: Reader, since: datetime | None, until: datetime) -> Sequence[str]:
    """Ids of what lies in quarantine, was not told to him, and was moved there in that time, or stood in one given up."""
    named = (
        DIGEST_ITEMS.c.record_id == RECORDS.c.id,
        DIGEST_ITEMS.c.digest_id == DIGESTS.c.id,
        DIGESTS.c.recipient == storable(reader.key),
    )
    in_time = OUTCOMES.c.at >= instant_text(since or until - DAY)
    query = (
        select(RECORDS.c.id)
        .join(INTENTS, INTENTS.c.record_id == RECORDS.c.id)
        .join(OUTCOMES, OUTCOMES.c.intent_id == INTENTS.c.id)
        .where(
            *_held(reader.accounts),
            OUTCOMES.c.at < instant_text(until),
            in_time | exists().where(*named, DIGESTS.c.state == GIVEN_UP),
            ~exists().where(*named, DIGESTS.c.state != GIVEN_UP),
        )
        .distinct()
    )
    return connection.execute(query).scalars().all()


def _held(accounts: Collection[str]) -> tuple[ColumnElement[bool], ...]:
    return (
        RECORDS.c.held == 1,
        RECORDS.c.account.in_(sorted(map(storable, accounts))),
        INTENTS.c.kind == ActionKind.QUARANTINE.value,
        INTENTS.c.state == State.DONE.value,
    )


def _open() -> ColumnElement[bool]:
    return DIGESTS.c.state.in_((WAITING, SENDING))


def _digest(row: Row[Any], tries: int) -> Digest:
    return Digest(row.id, row.recipient, instant(row.since), instant(row.until), instant(row.planned_at), tries)
