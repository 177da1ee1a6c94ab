"""Decisions about many cases, as rows: statements on an open connection. `desk.Desk` is the door, see bulks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, literal, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import wishes
from vigie.ledger.campaign_rows import waiting
from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.review_types import Bulk, Of, Scope
from vigie.ledger.schema import BULK_ITEMS, BULKS, INTENTS, RECORDS
from vigie.ledger.types import State

WAITING = "waiting"
DONE = "done"
WITHDRAWN = "withdrawn"
"""Taken back before anybody got to it."""
CONFLICT = "conflict"
_MOVING = (State.PENDING.value, State.MOVING.value)


class Item(NamedTuple):
    """One case of a job that nobody has got to."""

    record_id: str
    version: int


class Job(NamedTuple):
    """What is done with each case, and in whose name."""

    what: Of
    who: str
    at: datetime
    second_reviewer: bool = False
    """See wishes; as it was when the job began."""


def open_bulk(connection: Connection, bulk_id: str, job: Job, *, campaign: str, undoes: str | None = None) -> None:
    """A job without cases."""
    connection.execute(
        insert(BULKS).values(
            id=bulk_id,
            what=job.what.value,
            campaign=storable(campaign),
            who=storable(job.who),
            at=instant_text(job.at),
            undoes=undoes,
            second_reviewer=int(job.second_reviewer),
        )
    )


def add_waiting(connection: Connection, bulk_id: str, campaign_id: str, within: Scope) -> None:
    """The cases of a campaign that wait, as they are now."""
    found = select(literal(bulk_id), RECORDS.c.id, RECORDS.c.account, literal(WAITING), RECORDS.c.version).where(
        *waiting(campaign_id, within)
    )
    columns = ["bulk_id", "record_id", "account", "state", "version"]
    connection.execute(insert(BULK_ITEMS).from_select(columns, found))


def add_done(connection: Connection, bulk_id: str, undoes: str) -> None:
    """What another job has decided, as that job left it."""
    found = select(
        literal(bulk_id), BULK_ITEMS.c.record_id, BULK_ITEMS.c.account, literal(WAITING), BULK_ITEMS.c.version
    ).where(BULK_ITEMS.c.bulk_id == undoes, BULK_ITEMS.c.state == DONE)
    columns = ["bulk_id", "record_id", "account", "state", "version"]
    connection.execute(insert(BULK_ITEMS).from_select(columns, found))


def withdraw(connection: Connection, bulk_id: str) -> None:
    """What nobody has got to is not done any more."""
    left = (BULK_ITEMS.c.bulk_id == bulk_id, BULK_ITEMS.c.state == literal_column(f"'{WAITING}'"))
    connection.execute(update(BULK_ITEMS).where(*left).values(state=WITHDRAWN))


def unfinished(connection: Connection) -> Sequence[str]:
    """Jobs with cases that nobody has got to, oldest first."""
    left = select(BULK_ITEMS.c.bulk_id).where(BULK_ITEMS.c.state == literal_column(f"'{WAITING}'"))
    return connection.execute(select(BULKS.c.id).where(BULKS.c.id.in_(left)).order_by(BULKS.c.number)).scalars().all()


def job(connection: Connection, bulk_id: str) -> Job | None:
    """What it is."""
    row = connection.execute(select(BULKS).where(BULKS.c.id == storable(bulk_id))).one_or_none()
    return None if row is None else Job(Of(row.what), row.who, instant(row.at), bool(row.second_reviewer))


def next_items(connection: Connection, bulk_id: str, *, after: str, limit: int) -> Sequence[Item]:
    """Some that wait, by id behind `after`."""
    query = select(BULK_ITEMS.c.record_id, BULK_ITEMS.c.version).where(
        BULK_ITEMS.c.bulk_id == bulk_id,
        BULK_ITEMS.c.record_id > after,
        BULK_ITEMS.c.state == literal_column(f"'{WAITING}'"),
    )
    rows = connection.execute(query.order_by(BULK_ITEMS.c.record_id).limit(limit))
    return [Item(row.record_id, row.version) for row in rows]


def settle(
    connection: Connection,
    bulk_id: str,
    item: Item,
    state: str,
    *,
    version: int | None = None,
    intent: str | None = None,
) -> None:
    """What became of one."""
    same = (BULK_ITEMS.c.bulk_id == bulk_id, BULK_ITEMS.c.record_id == item.record_id)
    values = {"state": state, "version": item.version if version is None else version, "intent_id": intent}
    connection.execute(update(BULK_ITEMS).where(*same).values(**values))


def visible(connection: Connection, within: Scope, *, limit: int) -> Sequence[str]:
    """The newest jobs that are only about accounts that the person may see."""
    query = select(BULKS.c.id).order_by(BULKS.c.number.desc()).limit(limit)
    if within is not None:
        mine = BULK_ITEMS.c.account.in_(sorted(map(storable, within)))
        query = query.where(BULKS.c.id.in_(select(BULK_ITEMS.c.bulk_id).where(mine)))
        query = query.where(BULKS.c.id.not_in(select(BULK_ITEMS.c.bulk_id).where(~mine)))
    return connection.execute(query).scalars().all()


def may_see(connection: Connection, bulk_id: str, within: Scope) -> bool:
    """True where it exists and is about the person's accounts alone (W-12)."""
    if job(connection, bulk_id) is None:
        return False
    if within is None:
        return True
    others = BULK_ITEMS.c.account.not_in(sorted(map(storable, within)))
    foreign = select(BULK_ITEMS.c.record_id).where(BULK_ITEMS.c.bulk_id == storable(bulk_id), others)
    return connection.execute(foreign.limit(1)).first() is None


def undone_by(connection: Connection, bulk_id: str) -> str:
    """The job that takes it back; "" where there is none, or where all of it waits for a second person to want the same."""
    other = BULK_ITEMS.c.state != wishes.SECOND.code
    begun = select(BULK_ITEMS.c.bulk_id).where(BULK_ITEMS.c.bulk_id == BULKS.c.id, other)
    query = select(BULKS.c.id).where(BULKS.c.undoes == storable(bulk_id), begun.exists())
    query = query.order_by(BULKS.c.number.desc())
    return connection.execute(query.limit(1)).scalar_one_or_none() or ""


def done_count(connection: Connection, bulk_id: str) -> int:
    """How many cases it has decided about."""
    query = select(func.count()).select_from(BULK_ITEMS)
    return int(
        connection.execute(
            query.where(BULK_ITEMS.c.bulk_id == storable(bulk_id), BULK_ITEMS.c.state == DONE)
        ).scalar_one()
    )


def decided(connection: Connection, bulk_id: str) -> Sequence[tuple[str, str]]:
    """(account, record id) of the cases that it has decided about."""
    query = select(BULK_ITEMS.c.account, BULK_ITEMS.c.record_id)
    rows = connection.execute(query.where(BULK_ITEMS.c.bulk_id == storable(bulk_id), BULK_ITEMS.c.state == DONE))
    return [(row.account, row.record_id) for row in rows]


def progress(connection: Connection, bulk_ids: Sequence[str]) -> Sequence[Bulk]:
    """How far these are, in this order."""
    query = (
        select(BULK_ITEMS.c.bulk_id, BULK_ITEMS.c.state, INTENTS.c.state.label("intent"), func.count().label("many"))
        .outerjoin(INTENTS, INTENTS.c.id == BULK_ITEMS.c.intent_id)
        .where(BULK_ITEMS.c.bulk_id.in_(bulk_ids))
        .group_by(BULK_ITEMS.c.bulk_id, BULK_ITEMS.c.state, INTENTS.c.state)
    )
    states: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    intents: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in connection.execute(query):
        states[row.bulk_id][row.state] += row.many
        intents[row.bulk_id][row.intent or ""] += row.many
    rows = {row.id: row for row in connection.execute(select(BULKS).where(BULKS.c.id.in_(bulk_ids)))}
    found = []
    for bulk_id in bulk_ids:
        row, items, moves = rows[bulk_id], states[bulk_id], intents[bulk_id]
        moved = moves[State.DONE.value]
        ended = moved + moves[State.GONE.value] + moves[State.FAILED.value]
        found.append(
            Bulk(
                id=bulk_id,
                what=Of(row.what),
                campaign=row.campaign,
                who=row.who,
                at=instant(row.at),
                total=sum(items.values()),
                waiting=items[WAITING],
                decided=items[DONE],
                refused={code: many for code, many in items.items() if code not in (WAITING, DONE)},
                moving=sum(moves[state] for state in _MOVING),
                moved=moved,
                failed=ended - moved,
                undone_by=undone_by(connection, bulk_id),
            )
        )
    return found
