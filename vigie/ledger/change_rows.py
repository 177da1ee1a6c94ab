"""A mark of everything that the review shows of cases: a statement on an open connection. `desk.Desk` is the door."""

from __future__ import annotations

import hashlib

from sqlalchemy import Boolean, Connection, func, literal_column, select

from vigie.ledger import bulk_rows
from vigie.ledger.columns import storable
from vigie.ledger.report_schema import REPORTS
from vigie.ledger.report_types import OPEN_REPORTS
from vigie.ledger.schema import AUDIT, BULK_ITEMS, RECORDS, VIEWS


def mark(connection: Connection, *, who: str) -> str:
    """Differs from an earlier one where a case, a decision, what became of it, a job, a report or a message asked for by `who` has changed.

    Each part is the end of an index: decisions, moves and what is forgotten have an entry in the audit log, cases a number and
    the instant of their judgement, and neither counts signs of life. Opaque: of accounts of others it tells nothing but that
    something happened.
    """
    left = (
        select(func.count())
        .select_from(BULK_ITEMS)
        .where(BULK_ITEMS.c.state == literal_column(f"'{bulk_rows.WAITING}'"))
    )
    asked = select(VIEWS.c.id, VIEWS.c.state).where(VIEWS.c.who == storable(who)).order_by(VIEWS.c.id)
    states = ", ".join(f"'{state.value}'" for state in OPEN_REPORTS)
    reports = (
        select(REPORTS.c.state, func.count(), func.sum(REPORTS.c.number), func.sum(REPORTS.c.tries))
        .where(literal_column(f"reports.state IN ({states})", Boolean))
        .group_by(REPORTS.c.state)
        .order_by(REPORTS.c.state)
    )
    parts = (
        connection.execute(select(func.max(AUDIT.c.number))).scalar_one(),
        connection.execute(select(func.max(RECORDS.c.number))).scalar_one(),
        connection.execute(select(func.max(RECORDS.c.judged_at))).scalar_one(),
        connection.execute(left).scalar_one(),
        [(row.id, row.state) for row in connection.execute(asked)],
        [tuple(row) for row in connection.execute(reports)],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
