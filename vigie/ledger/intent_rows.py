"""Intents and outcomes as rows: statements on an open connection. `store.Ledger` is the door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import record_rows
from vigie.ledger.columns import (
    instant,
    instant_text,
    list_text,
    optional_instant,
    optional_instant_text,
    place,
    storable,
    text_list,
)
from vigie.ledger.faults import RefusedError
from vigie.ledger.schema import INTENTS, OUTCOMES, RECORDS
from vigie.ledger.types import ActionKind, Intent, Outcome, Place, State

OPEN = (State.PENDING, State.MOVING)
BACK = (ActionKind.RELEASE, ActionKind.ANSWER)
"""What brings a message back to where people read it: its case follows it."""
_PLACE = ("account", "folder", "uidvalidity", "uid")


def write(connection: Connection, intent: Intent) -> bool:
    """Makes it durable; False: it was already. Another one of the same id is refused."""
    known = _find(connection, intent.id)
    if known is not None:
        if _intent(known) != intent:
            raise RefusedError(f"intent {intent.id} exists already and differs")
        return False
    if connection.execute(select(RECORDS.c.number).where(RECORDS.c.id == storable(intent.record_id))).first() is None:
        raise RefusedError(f"there is no record {intent.record_id}")
    connection.execute(insert(INTENTS).values(_row(intent)))
    return True


def advance(connection: Connection, intent_id: str, state: State) -> None:
    """Another open state. Closed ones stay closed: the world was read when they were closed."""
    known = _open(connection, intent_id)
    if state not in OPEN:
        raise RefusedError(f"intent {intent_id} is closed with its outcome, not by advancing it")
    connection.execute(update(INTENTS).where(INTENTS.c.id == known.id).values(state=state.value))


def close(connection: Connection, outcome: Outcome) -> Intent | None:
    """Writes the outcome and closes; gives the intent. The same ending once more changes nothing (None); another is refused."""
    if outcome.state in OPEN:
        raise RefusedError(f"intent {outcome.intent_id} cannot end as {outcome.state}")
    known = _find(connection, outcome.intent_id)
    if known is not None and known.state == outcome.state:
        return None
    known = _open(connection, outcome.intent_id)
    connection.execute(insert(OUTCOMES).values(_outcome_row(outcome)))
    connection.execute(update(INTENTS).where(INTENTS.c.id == known.id).values(state=outcome.state.value))
    held = _held_after(ActionKind(known.kind), outcome.state)
    if held is not None:
        record_rows.set_held(connection, known.record_id, held)
    return _intent(known)


def still_open(connection: Connection, account: str) -> Sequence[Intent]:
    """Those that nobody closed, oldest first."""
    states = [state.value for state in OPEN]
    query = select(INTENTS).where(INTENTS.c.account == storable(account), INTENTS.c.state.in_(states))
    return [_intent(row) for row in connection.execute(query.order_by(INTENTS.c.number))]


def history(connection: Connection, record_id: str) -> Sequence[tuple[Intent, Outcome | None]]:
    """Everything that was wanted and done for a record, oldest first."""
    return histories(connection, (storable(record_id),))[storable(record_id)]


def histories(
    connection: Connection, record_ids: Collection[str]
) -> Mapping[str, Sequence[tuple[Intent, Outcome | None]]]:
    """The same of each of these records."""
    of_these = INTENTS.c.record_id.in_(tuple(record_ids))
    done = select(OUTCOMES).join(INTENTS, INTENTS.c.id == OUTCOMES.c.intent_id).where(of_these)
    outcomes = {row.intent_id: _outcome(row) for row in connection.execute(done)}
    found: dict[str, list[tuple[Intent, Outcome | None]]] = {record_id: [] for record_id in record_ids}
    for row in connection.execute(select(INTENTS).where(of_these).order_by(INTENTS.c.number)):
        found[row.record_id].append((_intent(row), outcomes.get(row.id)))
    return found


def ended_at(connection: Connection, place: Place) -> bool:
    """Whether an intent that is DONE ended at that place."""
    query = select(OUTCOMES.c.intent_id).where(
        OUTCOMES.c.state == State.DONE.value,
        OUTCOMES.c.account == storable(place.account),
        OUTCOMES.c.folder == storable(place.folder),
        OUTCOMES.c.uidvalidity == place.uidvalidity,
        OUTCOMES.c.uid == place.uid,
    )
    return connection.execute(query.limit(1)).first() is not None


def brought_back(
    connection: Connection, account: str | None, contents: Collection[str] | None
) -> Mapping[Place, Intent]:
    """Where each release, or answer, that is DONE has put its message, with that intent. `contents`: SHA-256; None: all."""
    query = select(INTENTS, *(OUTCOMES.c[name].label(f"now_{name}") for name in _PLACE)).join(
        OUTCOMES, INTENTS.c.id == OUTCOMES.c.intent_id
    )
    query = query.where(
        INTENTS.c.kind.in_([kind.value for kind in BACK]),
        INTENTS.c.state == State.DONE.value,
        OUTCOMES.c.account.is_not(None),
    )
    if account is not None:
        query = query.where(INTENTS.c.account == storable(account))
    if contents is not None:
        about = select(RECORDS.c.id).where(RECORDS.c.sha256.in_(tuple(contents)))
        if account is not None:
            about = about.where(RECORDS.c.account == storable(account))
        query = query.where(INTENTS.c.record_id.in_(about))
    return {
        place(row.now_account, row.now_folder, row.now_uidvalidity, row.now_uid): _intent(row)
        for row in connection.execute(query.order_by(INTENTS.c.number))
    }


def _held_after(kind: ActionKind, state: State) -> bool | None:
    """Whether the message lies in quarantine once an intent has ended; None: as before."""
    if kind is ActionKind.QUARANTINE and state is State.DONE:
        return True
    if kind is ActionKind.RELEASE and state in (State.DONE, State.GONE):
        return False
    return None


def _find(connection: Connection, intent_id: str) -> Row[Any] | None:
    return connection.execute(select(INTENTS).where(INTENTS.c.id == storable(intent_id))).one_or_none()


def _open(connection: Connection, intent_id: str) -> Row[Any]:
    known = _find(connection, intent_id)
    if known is None:
        raise RefusedError(f"there is no intent {intent_id}")
    if State(known.state) not in OPEN:
        raise RefusedError(f"intent {intent_id} has ended already as {known.state}")
    return known


def _row(intent: Intent) -> dict[str, Any]:
    return {
        "id": storable(intent.id),
        "record_id": storable(intent.record_id),
        "kind": intent.kind.value,
        "account": storable(intent.source.account),
        "folder": storable(intent.source.folder),
        "uidvalidity": intent.source.uidvalidity,
        "uid": intent.source.uid,
        "destination": storable(intent.destination),
        "keywords": list_text(intent.keywords),
        "state": intent.state.value,
        "message_id": storable(intent.message_id),
        "sha256": storable(intent.sha256),
        "size": intent.size,
        "created_at": instant_text(intent.created_at),
        "flags": list_text(intent.flags),
        "internaldate": optional_instant_text(intent.internaldate),
    }


def _intent(row: Row[Any]) -> Intent:
    return Intent(
        id=row.id,
        record_id=row.record_id,
        kind=ActionKind(row.kind),
        source=place(row.account, row.folder, row.uidvalidity, row.uid),
        destination=row.destination,
        keywords=text_list(row.keywords),
        state=State(row.state),
        message_id=row.message_id,
        sha256=row.sha256,
        size=row.size,
        created_at=instant(row.created_at),
        flags=text_list(row.flags),
        internaldate=optional_instant(row.internaldate),
    )


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    there = outcome.destination
    return {
        "intent_id": storable(outcome.intent_id),
        "state": outcome.state.value,
        "at": instant_text(outcome.at),
        "account": None if there is None else storable(there.account),
        "folder": None if there is None else storable(there.folder),
        "uidvalidity": None if there is None else there.uidvalidity,
        "uid": None if there is None else there.uid,
        "detail": storable(outcome.detail),
        "kept_keywords": list_text(outcome.kept_keywords),
    }


def _outcome(row: Row[Any]) -> Outcome:
    return Outcome(
        intent_id=row.intent_id,
        state=State(row.state),
        at=instant(row.at),
        destination=None if row.account is None else place(row.account, row.folder, row.uidvalidity, row.uid),
        detail=row.detail,
        kept_keywords=text_list(row.kept_keywords),
    )
