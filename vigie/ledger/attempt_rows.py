"""Judgements that were begun and not yet written, as rows: what a killed scan leaves behind (threat I-50)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import storable
from vigie.ledger.schema import ATTEMPTS
from vigie.ledger.types import Cursor, Place

_PLACE = ("account", "folder", "uidvalidity", "uid")


def count(connection: Connection, places: Iterable[Place]) -> None:
    """One more for each."""
    rows = [{**_row(place), "count": 1} for place in places]
    if rows:
        new = insert(ATTEMPTS)
        connection.execute(
            new.on_conflict_do_update(index_elements=_PLACE, set_={"count": ATTEMPTS.c["count"] + 1}), rows
        )


def uncount(connection: Connection, places: Iterable[Place]) -> None:
    """One less for each; nothing is left of the last one."""
    for place in places:
        connection.execute(update(ATTEMPTS).where(*_at(place)).values(count=ATTEMPTS.c["count"] - 1))
        connection.execute(delete(ATTEMPTS).where(*_at(place), ATTEMPTS.c["count"] <= 0))


def clear(connection: Connection, places: Iterable[Place], cursor: Cursor | None) -> None:
    """Forgets those of places that were judged, and of all that the cursor has passed."""
    for place in places:
        connection.execute(delete(ATTEMPTS).where(*_at(place)))
    if cursor is not None:
        folder = (ATTEMPTS.c.account == storable(cursor.account), ATTEMPTS.c.folder == storable(cursor.folder))
        passed = (ATTEMPTS.c.uidvalidity == cursor.uidvalidity) & (ATTEMPTS.c.uid <= cursor.last_uid)
        connection.execute(delete(ATTEMPTS).where(*folder, passed | (ATTEMPTS.c.uidvalidity != cursor.uidvalidity)))


def counted(connection: Connection, account: str, folder: str, uidvalidity: int) -> dict[int, int]:
    """How often the judgement of each UID was begun and not written."""
    query = select(ATTEMPTS.c.uid, ATTEMPTS.c["count"]).where(
        ATTEMPTS.c.account == storable(account),
        ATTEMPTS.c.folder == storable(folder),
        ATTEMPTS.c.uidvalidity == uidvalidity,
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _row(place: Place) -> dict[str, Any]:
    return {
        "account": storable(place.account),
        "folder": storable(place.folder),
        "uidvalidity": place.uidvalidity,
        "uid": place.uid,
    }


def _at(place: Place) -> list[Any]:
    return [ATTEMPTS.c[name] == value for name, value in _row(place).items()]
