"""Second records of one message, which earlier versions wrote after a UIDVALIDITY change: found, and made one again.

A copy has the content and the instant of judgement of its model, to the microsecond, and another UIDVALIDITY: nothing else is so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select

from vigie.ledger import record_rows, retention
from vigie.ledger.columns import place
from vigie.ledger.digest_schema import ASKS, DIGEST_ITEMS
from vigie.ledger.schema import BULK_ITEMS, DECISIONS, INTENTS, RECORDS, VIEWS
from vigie.ledger.types import Erased

_SAME = ("account", "folder", "sha256", "judged_at")
_TIES = (DECISIONS, INTENTS, BULK_ITEMS, VIEWS, ASKS, DIGEST_ITEMS)
"""What people or the service have to do with a record: such a one is never dropped."""


def join(connection: Connection) -> Erased:
    """Up to some hundred messages have one record again: the one that somebody decided about, else the oldest, at the newest place."""
    total = Erased()
    for same in _doubles(connection):
        newest = same[-1]
        kept = next((row for row in same if row.tied), same[0])
        dropped = [row for row in same if row.id != kept.id and not row.tied]
        done = retention.remove(connection, [row.id for row in dropped], keep_allowed=True)
        if newest in dropped:
            there = place(newest.account, newest.folder, newest.uidvalidity, newest.uid)
            record_rows.relocate(connection, {kept.id: there})
        total += done
    return total


def _doubles(connection: Connection) -> Iterator[Sequence[Any]]:
    """The records of each such message, oldest first. Of identical mails the first of each numbering are one, and so on."""
    columns = [RECORDS.c[name] for name in _SAME]
    some = (
        select(*columns)
        .where(RECORDS.c.sha256 != "")
        .group_by(*columns)
        .having(func.count(RECORDS.c.uidvalidity.distinct()) > 1)
        .limit(retention.BATCH)
        .subquery()
    )
    tied = or_(*(exists().where(table.c.record_id == RECORDS.c.id) for table in _TIES))
    wanted = [RECORDS.c[name] for name in ("id", "number", "uidvalidity", "uid")]
    query = select(*columns, *wanted, tied.label("tied")).join(
        some, and_(*(RECORDS.c[name] == some.c[name] for name in _SAME))
    )
    ranks: dict[tuple[Any, ...], int] = defaultdict(int)
    found: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in connection.execute(query.order_by(RECORDS.c.uid, RECORDS.c.number)):
        key = tuple(getattr(row, name) for name in _SAME)
        ranks[*key, row.uidvalidity] += 1
        found[*key, ranks[*key, row.uidvalidity]].append(row)
    for rows in found.values():
        if len(rows) > 1:
            yield sorted(rows, key=lambda row: int(row.number))
