"""What verdicts rest on, as rows: statements on an open connection. `store.Ledger` is the door."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ScalarSelect, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from vigie.auth_checks.frozen import answers_of, plain
from vigie.ledger.columns import instant, instant_text, optional_instant, optional_instant_text, storable
from vigie.ledger.faults import LedgerError
from vigie.ledger.schema import EDITIONS, FROZEN, RECORDS
from vigie.ledger.types import Frozen, Place

_AT = ("at_account", "at_folder", "at_uidvalidity", "at_uid")
_PLACE = (RECORDS.c.account, RECORDS.c.folder, RECORDS.c.uidvalidity, RECORDS.c.uid)


def write(connection: Connection, frozen: Mapping[Place, Frozen]) -> None:
    """One for the record of each place, which has to stand already; what was frozen with an earlier verdict is replaced."""
    for edition in {(kept.program, kept.settings) for kept in frozen.values()}:
        _write_edition(connection, *edition)
    for place, kept in frozen.items():
        row = _row(kept)
        new = insert(FROZEN).values(record_id=_record_at(_columns(place)), **row)
        connection.execute(new.on_conflict_do_update(index_elements=("record_id",), set_=row))


def forget(connection: Connection, places: Iterable[Place]) -> None:
    """Nothing stays frozen with the records of these places."""
    rows = [dict(zip(_AT, _columns(place), strict=True)) for place in places]
    if rows:  # one by one: for a list of places SQLite would read all records instead of their index
        connection.execute(delete(FROZEN).where(FROZEN.c.record_id == _record_at(map(bindparam, _AT))), rows)


def of_record(connection: Connection, record_id: str) -> Frozen | None:
    """What the verdict of that record rests on."""
    query = (
        select(FROZEN, EDITIONS.c.program, EDITIONS.c.settings).join(EDITIONS).where(FROZEN.c.record_id == record_id)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    try:
        answers = answers_of(json.loads(row.answers))
    except ValueError:
        raise LedgerError(f"what was frozen with record {record_id} is damaged", temporary=False) from None
    return Frozen(
        program=row.program,
        settings=row.settings,
        examined_at=instant(row.examined_at),
        received=optional_instant(row.received),
        mailbox=row.mailbox,
        elsewhere=row.elsewhere,
        answers=answers,
        lacking=row.lacking,
    )


def received(connection: Connection, record_ids: Iterable[str]) -> dict[str, datetime]:
    """INTERNALDATE of the messages of these records, where it was kept."""
    query = select(FROZEN.c.record_id, FROZEN.c.received).where(FROZEN.c.record_id.in_(tuple(record_ids)))
    return {row.record_id: instant(row.received) for row in connection.execute(query) if row.received is not None}


def answers_text(frozen: Frozen) -> str:
    """The answers as one line of JSON. Written plain: mostly keys, which no compression makes much smaller."""
    return json.dumps(plain(frozen.answers), ensure_ascii=False, separators=(",", ":"))


def _write_edition(connection: Connection, program: str, settings: str) -> None:
    new = insert(EDITIONS).values(
        id=_edition_id(program, settings), program=storable(program), settings=storable(settings)
    )
    connection.execute(new.on_conflict_do_nothing())


def _edition_id(program: str, settings: str) -> str:
    return hashlib.sha256(f"{program}\0{settings}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _columns(place: Place) -> tuple[str, str, int, int]:
    return storable(place.account), storable(place.folder), place.uidvalidity, place.uid


def _record_at(place: Iterable[object]) -> ScalarSelect[Any]:
    """The id of the record of a place, as it stands there: judging again keeps the first one."""
    same = (column == value for column, value in zip(_PLACE, place, strict=True))
    return select(RECORDS.c.id).where(*same).scalar_subquery()


def _row(kept: Frozen) -> dict[str, Any]:
    return {
        "edition_id": _edition_id(kept.program, kept.settings),
        "examined_at": instant_text(kept.examined_at),
        "received": optional_instant_text(kept.received),
        "mailbox": storable(kept.mailbox),
        "elsewhere": kept.elsewhere,
        "answers": storable(answers_text(kept)),
        "lacking": storable(kept.lacking),
    }
