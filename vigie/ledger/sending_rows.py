"""What is known about the carrying out of an intent, as rows: the destination before it, and how often it was put off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant_text, optional_instant, place, storable
from vigie.ledger.schema import INTENTS, SENDINGS
from vigie.ledger.types import Place, Sending, State


def begin(connection: Connection, intent_id: str, before: Place | None) -> None:
    """Remembers the destination as it is before anything is sent. What an earlier, unclear attempt has seen of it stays."""
    state = connection.execute(select(INTENTS.c.state).where(INTENTS.c.id == storable(intent_id))).scalar()
    if state == State.MOVING:
        return
    seen = {
        "folder": None if before is None else storable(before.folder),
        "uidvalidity": None if before is None else before.uidvalidity,
        "uidnext": None if before is None else before.uid,
    }
    new = insert(SENDINGS).values(intent_id=storable(intent_id), refusals=0, **seen)
    connection.execute(new.on_conflict_do_update(index_elements=("intent_id",), set_=seen))


def put_off(connection: Connection, intent_ids: Iterable[str], until: datetime) -> None:
    """Not before that instant; one refusal more for each."""
    for intent_id in intent_ids:
        new = insert(SENDINGS).values(intent_id=storable(intent_id), refusals=1, retry_at=instant_text(until))
        again = {"refusals": SENDINGS.c.refusals + 1, "retry_at": instant_text(until)}
        connection.execute(new.on_conflict_do_update(index_elements=("intent_id",), set_=again))


def forget(connection: Connection, intent_id: str) -> None:
    """Of an intent that has ended nobody asks any more."""
    connection.execute(delete(SENDINGS).where(SENDINGS.c.intent_id == storable(intent_id)))


def of_account(connection: Connection, account: str) -> dict[str, Sending]:
    """Intent id -> what is known; without those of which nothing is."""
    query = select(SENDINGS, INTENTS.c.account).join(INTENTS).where(INTENTS.c.account == storable(account))
    return {row.intent_id: _sending(row) for row in connection.execute(query)}


def of_intent(connection: Connection, intent_id: str) -> Sending:
    """What is known; nothing for an intent that was never carried out."""
    query = select(SENDINGS, INTENTS.c.account).join(INTENTS).where(SENDINGS.c.intent_id == storable(intent_id))
    row = connection.execute(query).one_or_none()
    return Sending() if row is None else _sending(row)


def _sending(row: Row[Any]) -> Sending:
    before = None if row.folder is None else place(row.account, row.folder, row.uidvalidity, row.uidnext)
    return Sending(before, row.refusals, optional_instant(row.retry_at))
