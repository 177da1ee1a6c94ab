"""A decision as it is written: the decision, the intent that it wants and what the audit log says, in one transaction.

Statements on an open connection, which holds the write lock: what was read is still so when it is written (W-16).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from vigie.ledger import audit, intent_rows, record_rows, wishes
from vigie.ledger.audit import What
from vigie.ledger.case_rows import scoped
from vigie.ledger.columns import storable
from vigie.ledger.faults import RefusedError
from vigie.ledger.review import Conflict, Refusal, conflict, plan
from vigie.ledger.review_types import Done, Scope, Unknown
from vigie.ledger.schema import RECORDS
from vigie.ledger.types import Decision, Intent, Record


def decide(
    connection: Connection,
    record_id: str,
    wanted: Decision | None,
    *,
    seen: int,
    at: datetime,
    who: str,
    second_reviewer: bool = False,
) -> Done | Conflict | Refusal | Unknown:
    """See Desk.decide. `second_reviewer`: see wishes."""
    record = found(connection, record_id, None)
    if record is None:
        return Unknown()
    taken = record_rows.decided(connection, (record.id,))[record.id]
    other = conflict(record, taken, wanted, seen=seen)
    if other is not None:
        return other
    history = intent_rows.history(connection, record.id)
    planned = plan(record, history, wanted, at=at)
    if isinstance(planned, Refusal):
        return planned
    if second_reviewer and wishes.lacks_second(connection, record, history, taken, who=who, at=at):
        return wishes.SECOND
    decision, intent = planned
    write(connection, record.id, decision, at=at, who=who)
    if intent is not None:
        open_intent(connection, intent, who=who)
    return Done(record.id, record.version + 1, decision, intent)


def found(connection: Connection, record_id: str, within: Scope) -> Record | None:
    """The record, where it is one of these accounts."""
    query = select(RECORDS).where(RECORDS.c.id == storable(record_id), *scoped(within))
    row = connection.execute(query).one_or_none()
    return None if row is None else record_rows.as_record(row)


def write(connection: Connection, record_id: str, decision: Decision | None, *, at: datetime, who: str) -> None:
    """The decision alone, and that it was taken. Raises RefusedError where there is no such record."""
    account = record_rows.decide(connection, record_id, decision, at=at, who=who)
    if account is None:
        raise RefusedError(f"there is no record {record_id}")
    told = {"decision": "withdrawn" if decision is None else decision.value}
    audit.note(connection, What.DECIDED, who=who, account=account, about=record_id, detail=told)


def open_intent(connection: Connection, intent: Intent, *, who: str, **more: str) -> None:
    """An intent, and that it is wanted. Raises RefusedError."""
    if intent_rows.write(connection, intent):
        told = {"intent": intent.id, "kind": intent.kind.value, **more}
        audit.note(connection, What.WANTED, who=who, account=intent.source.account, about=intent.record_id, detail=told)
