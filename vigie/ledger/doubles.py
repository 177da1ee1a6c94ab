"""Second records of one message, which earlier versions wrote after a UIDVALIDITY change: found, and made one again.

A copy has the content and the instant of judgement of its model, to the microsecond, another UIDVALIDITY, and the id of the place where
it was written. Two identical mails of one batch may differ in their UIDVALIDITY, too: one was gone when their folder was renumbered, or is
still to be carried over. But what is carried over today keeps its id. And what lies in quarantine is no copy of what lies in the folder.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from vigie.ledger import record_rows, retention
from vigie.ledger.columns import place
from vigie.ledger.digest_schema import ASKS, DIGEST_ITEMS
from vigie.ledger.identity import record_id
from vigie.ledger.report_schema import REPORTS
from vigie.ledger.schema import BULK_ITEMS, CURSORS, DECISIONS, INTENTS, RECORDS, VIEWS
from vigie.ledger.types import Erased, Place

_SAME = ("account", "folder", "sha256", "judged_at")
_TIES = (DECISIONS, INTENTS, BULK_ITEMS, VIEWS, ASKS, DIGEST_ITEMS, REPORTS)
"""What people or the service have to do with a record: such a one is never dropped."""


def join(connection: Connection) -> Erased:
    """Up to some hundred messages have one record again: the one that somebody decided about, else the oldest, at the newest place."""
    total = Erased()
    for same in _doubles(connection):
        copy = next(row for row in same if row.uidvalidity == row.now)
        kept = next((row for row in same if row.tied), same[0])
        dropped = [row for row in same if row.id != kept.id and not row.tied]
        done = retention.remove(connection, [row.id for row in dropped], keep_allowed=True)
        if copy in dropped:
            record_rows.relocate(connection, {kept.id: _place(copy)})
        total += done
    return total


def _place(row: Row[*tuple[Any, ...]]) -> Place:
    return place(row.account, row.folder, row.uidvalidity, row.uid)


def _doubles(connection: Connection) -> Iterator[Sequence[Any]]:
    """The records of each such message, oldest first. Of identical mails the first of each numbering are one, and so on.

    One of them is of the numbering in which its folder was last read to its end.
    """
    columns = [RECORDS.c[name] for name in _SAME]
    now = CURSORS.c.uidvalidity
    read = RECORDS.join(CURSORS, and_(CURSORS.c.account == RECORDS.c.account, CURSORS.c.folder == RECORDS.c.folder))
    tied = or_(*(exists().where(table.c.record_id == RECORDS.c.id) for table in _TIES))
    lying = and_(RECORDS.c.sha256 != "", RECORDS.c.held == 0)
    some = (
        select(*columns)
        .select_from(read)
        .where(lying)
        .group_by(*columns)
        .having(
            func.count(RECORDS.c.uidvalidity.distinct()) > 1,
            func.max(RECORDS.c.uidvalidity == now) == 1,
            func.min(tied) == 0,
        )
        .limit(retention.BATCH)
        .subquery()
    )
    wanted = [RECORDS.c[name] for name in ("id", "number", "uidvalidity", "uid")]
    same = and_(*(RECORDS.c[name] == some.c[name] for name in _SAME))
    query = (
        select(*columns, *wanted, tied.label("tied"), now.label("now")).select_from(read.join(some, same)).where(lying)
    )
    ranks: dict[tuple[Any, ...], int] = defaultdict(int)
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(RECORDS.c.uid, RECORDS.c.number)):
        if row.id != record_id(_place(row)):
            continue  # carried over, or joined already
        key = tuple(getattr(row, name) for name in _SAME)
        ranks[*key, row.uidvalidity] += 1
        found[*key, ranks[*key, row.uidvalidity]].append(row)
    for rows in found.values():
        if len(rows) > 1 and any(row.uidvalidity == row.now for row in rows):
            yield sorted(rows, key=lambda row: int(row.number))
