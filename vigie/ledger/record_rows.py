"""Records, cursors and decisions as rows: statements on an open connection. `store.Ledger` is the door."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant, instant_text, optional_instant, optional_instant_text, place, storable
from vigie.ledger.digest_schema import ASKS
from vigie.ledger.identity import as_typed, fresh_id
from vigie.ledger.review import Decided
from vigie.ledger.schema import ALLOWED, CURSORS, DECISIONS, RECORDS
from vigie.ledger.types import Cursor, Decision, Place, Record
from vigie.message.fold import fold
from vigie.rules.types import Label

_PLACE = ("account", "folder", "uidvalidity", "uid")
# What a record keeps when its place is judged again.
_KEPT = ("number", "id", "decision", "held", "version", "requested")
SHORTEST_BEGINNING = 4
_SAME = 100
"""Identical messages of one account that are looked at."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records are wanted."""

    account: str | None = None
    verdicts: tuple[str, ...] = ()
    since: datetime | None = None
    held: bool | None = None


def write(connection: Connection, records: Iterable[Record]) -> None:
    """Inserts them; one whose place is taken replaces what stands there, keeping id, decision and quarantine."""
    rows = [_row(record) for record in records]
    if not rows:
        return
    new = insert(RECORDS)
    replaced: dict[str, ColumnElement[Any]] = {
        column.name: new.excluded[column.name] for column in RECORDS.columns if column.name not in {*_PLACE, *_KEPT}
    }
    # Who is about to decide has seen another case than the one that stands here from now on (W-16).
    replaced["version"] = RECORDS.c.version + case((RECORDS.c.verdict != new.excluded.verdict, 1), else_=0)
    connection.execute(new.on_conflict_do_update(index_elements=_PLACE, set_=replaced), rows)


def move_cursor(connection: Connection, cursor: Cursor) -> None:
    """Moves it; within one UIDVALIDITY only forward, whoever writes last."""
    new = insert(CURSORS).values(
        account=storable(cursor.account),
        folder=storable(cursor.folder),
        uidvalidity=cursor.uidvalidity,
        last_uid=cursor.last_uid,
    )
    forward = case(
        (CURSORS.c.uidvalidity == new.excluded.uidvalidity, func.max(CURSORS.c.last_uid, new.excluded.last_uid)),
        else_=new.excluded.last_uid,
    )
    connection.execute(
        new.on_conflict_do_update(
            index_elements=("account", "folder"), set_={"uidvalidity": new.excluded.uidvalidity, "last_uid": forward}
        )
    )


def cursor(connection: Connection, account: str, folder: str) -> Cursor | None:
    """How far the folder was judged."""
    row = connection.execute(
        select(CURSORS).where(CURSORS.c.account == storable(account), CURSORS.c.folder == storable(folder))
    ).one_or_none()
    return None if row is None else Cursor(account, folder, row.uidvalidity, row.last_uid)


def beginning_with(connection: Connection, text: str, limit: int) -> Sequence[Record]:
    """Records whose id is `text`, else whose id begins with it as a person typed it."""
    exact = connection.execute(select(RECORDS).where(RECORDS.c.id == storable(text))).one_or_none()
    if exact is not None:
        return (as_record(exact),)
    beginning = as_typed(storable(text))
    if len(beginning) < SHORTEST_BEGINNING:
        return ()
    near = RECORDS.c.id.between(beginning, beginning + "~")  # "~" sorts after every letter that an id can have
    found = [
        as_record(row) for row in connection.execute(select(RECORDS).where(near).order_by(RECORDS.c.id).limit(limit))
    ]
    return found[:1] if found and found[0].id == beginning else found


def at_place(connection: Connection, account: str, folder: str, uidvalidity: int, uid: int) -> Record | None:
    """The record of a place."""
    return _first(
        connection,
        select(RECORDS).where(
            RECORDS.c.account == storable(account),
            RECORDS.c.folder == storable(folder),
            RECORDS.c.uidvalidity == uidvalidity,
            RECORDS.c.uid == uid,
        ),
    )


def stale(connection: Connection, account: str, folder: str, uidvalidity: int, sha256: str) -> Sequence[Record]:
    """Records of that content in that folder whose place is of another UIDVALIDITY.

    First those whose message lies there, of them those that a person decided about, in the order of their old UIDs.
    """
    query = select(RECORDS).where(
        RECORDS.c.account == storable(account),
        RECORDS.c.sha256 == storable(sha256),
        RECORDS.c.folder == storable(folder),
        RECORDS.c.uidvalidity != uidvalidity,
    )
    return [
        as_record(row)
        for row in connection.execute(
            query.order_by(RECORDS.c.held, RECORDS.c.decision.is_(None), RECORDS.c.uid, RECORDS.c.number)
        )
    ]


def relocate(connection: Connection, places: Mapping[str, Place]) -> None:
    """Each record, by id, to another place. What hangs on it stays with it."""
    for record_id, there in places.items():
        new = {name: getattr(there, name) for name in ("uidvalidity", "uid")}
        new |= {name: storable(getattr(there, name)) for name in ("account", "folder")}
        connection.execute(update(RECORDS).where(RECORDS.c.id == storable(record_id)).values(**new))


def follow(connection: Connection, record_id: str, source: Place, there: Place) -> None:
    """The record of a message that was put back: at its place from now on, unless another record stands there."""
    here = connection.execute(select(RECORDS).where(RECORDS.c.id == storable(record_id))).one_or_none()
    if here is None or as_record(here).place != source:
        return
    if at_place(connection, there.account, there.folder, there.uidvalidity, there.uid) is None:
        relocate(connection, {record_id: there})


def under_their_ids(connection: Connection, records: Sequence[Record]) -> Sequence[Record]:
    """The same, of one folder, each with the id that it has or will have: of the record that stands at its place, else its own.

    Its own may be taken: by one that stood at this place and moved on (`relocate`), where UIDVALIDITY is what it once was.
    """
    if not records:
        return records
    one = records[0].place
    here = and_(
        RECORDS.c.account == storable(one.account),
        RECORDS.c.folder == storable(one.folder),
        RECORDS.c.uidvalidity == one.uidvalidity,
    )
    known = [RECORDS.c.id, *(RECORDS.c[name] for name in _PLACE)]
    placed = select(*known).where(here, RECORDS.c.uid.in_([record.place.uid for record in records]))
    named = select(RECORDS.c.id).where(RECORDS.c.id.in_([record.id for record in records]))
    ids = {row.uid: row.id for row in connection.execute(placed)}
    taken = set(connection.execute(named).scalars())
    own = {record.place.uid: fresh_id() if record.id in taken else record.id for record in records}
    return [replace(record, id=ids.get(record.place.uid, own[record.place.uid])) for record in records]


def page(
    connection: Connection, wanted: Filter, limit: int, after: tuple[str, int] | None
) -> tuple[Sequence[Record], tuple[str, int] | None]:
    """Up to `limit` records, newest first, older than the mark `after`, and the mark to go on from; None: that was all."""
    query = select(RECORDS).order_by(RECORDS.c.judged_at.desc(), RECORDS.c.number.desc()).limit(limit)
    if wanted.account is not None:
        query = query.where(RECORDS.c.account == storable(wanted.account))
    if wanted.verdicts:
        query = query.where(RECORDS.c.verdict.in_(wanted.verdicts))
    if wanted.since is not None:
        query = query.where(RECORDS.c.judged_at >= instant_text(wanted.since))
    if wanted.held is not None:
        query = query.where(RECORDS.c.held == int(wanted.held))
    if after is not None:
        at, number = after
        older = and_(RECORDS.c.judged_at == at, RECORDS.c.number < number)
        query = query.where(or_(RECORDS.c.judged_at < at, older))
    rows = connection.execute(query).all()
    mark = (rows[-1].judged_at, rows[-1].number) if len(rows) == limit else None
    return [as_record(row) for row in rows], mark


def due(connection: Connection, account: str, now: datetime) -> Sequence[Record]:
    """Records to judge again, the longest overdue first."""
    query = select(RECORDS).where(
        RECORDS.c.account == storable(account), RECORDS.c.retry_at.is_not(None), RECORDS.c.retry_at <= instant_text(now)
    )
    return [as_record(row) for row in connection.execute(query.order_by(RECORDS.c.retry_at, RECORDS.c.number))]


def decide(connection: Connection, record_id: str, decision: Decision | None, *, at: datetime, who: str) -> str | None:
    """Writes a decision and remembers that it was taken; gives the record's account, None where there is no such record."""
    value = None if decision is None else decision.value
    where = RECORDS.c.id == storable(record_id)
    account: str | None = connection.execute(select(RECORDS.c.account).where(where)).scalar_one_or_none()
    if account is None:
        return None
    # A decision answers the request of the mailbox's owner; taken back, it leaves the request unanswered again.
    asked = select(func.max(ASKS.c.used_at)).where(ASKS.c.record_id == storable(record_id)).scalar_subquery()
    changed = {"decision": value, "version": RECORDS.c.version + 1, "requested": asked if value is None else None}
    connection.execute(update(RECORDS).where(where).values(changed))
    taken = {"record_id": storable(record_id), "decision": value, "at": instant_text(at), "who": storable(who)}
    connection.execute(insert(DECISIONS).values(**taken))
    return account


def decided(connection: Connection, record_ids: Collection[str]) -> Mapping[str, Sequence[Decided]]:
    """Every decision about each of these records, oldest first; None: an earlier one was taken back."""
    query = select(DECISIONS).where(DECISIONS.c.record_id.in_(tuple(record_ids))).order_by(DECISIONS.c.number)
    found: dict[str, list[Decided]] = {record_id: [] for record_id in record_ids}
    for row in connection.execute(query):
        decision = None if row.decision is None else Decision(row.decision)
        found[row.record_id].append(Decided(decision, instant(row.at), row.who))
    return found


def released(connection: Connection, account: str, sha256: str) -> bool:
    """True where a person released that content in that account, also long ago."""
    query = select(RECORDS.c.number).where(
        RECORDS.c.account == storable(account),
        RECORDS.c.sha256 == storable(sha256),
        RECORDS.c.decision == Decision.RELEASED.value,
    )
    if connection.execute(query.limit(1)).first() is not None:
        return True
    kept = select(ALLOWED.c.at).where(ALLOWED.c.account == storable(account), ALLOWED.c.sha256 == storable(sha256))
    return connection.execute(kept).first() is not None


def of_content(connection: Connection, account: str, sha256: str) -> Sequence[Record]:
    """Every record of that content in that account, newest first; none of what was never read whole."""
    query = select(RECORDS).where(RECORDS.c.account == storable(account), RECORDS.c.sha256 == storable(sha256))
    rows = connection.execute(query.order_by(RECORDS.c.judged_at.desc(), RECORDS.c.number.desc()).limit(_SAME))
    return [as_record(row) for row in rows] if sha256 else []


def set_held(connection: Connection, record_id: str, held: bool) -> None:
    """Whether the message lies in quarantine now."""
    connection.execute(update(RECORDS).where(RECORDS.c.id == record_id).values(held=int(held)))


def _first(connection: Connection, query: Select[Any]) -> Record | None:
    row = connection.execute(query.limit(1)).first()
    return None if row is None else as_record(row)


def _row(record: Record) -> dict[str, Any]:
    return {
        "id": storable(record.id),
        "account": storable(record.place.account),
        "folder": storable(record.place.folder),
        "uidvalidity": record.place.uidvalidity,
        "uid": record.place.uid,
        "sha256": storable(record.sha256),
        "message_id": storable(record.message_id),
        "subject": storable(record.subject),
        "author": storable(record.author),
        "verdict": storable(record.verdict),
        "brand": None if record.brand is None else storable(record.brand),
        "decided_by": record.decided_by,
        "case_json": storable(record.case_json),
        "judged_at": instant_text(record.judged_at),
        "elapsed_ms": record.elapsed_ms,
        "size": record.size,
        "decision": None if record.decision is None else record.decision.value,
        "retry_at": optional_instant_text(record.retry_at),
        "attempts": record.attempts,
        "theme": storable(record.theme),
        "campaign": storable(record.campaign),
        "sender": storable(record.sender),
        "words": storable(searchable(record)),
    }


def searchable(record: Record) -> str:
    """What a search is compared with; nothing of unrelated mail."""
    if record.verdict == Label.UNRELATED:
        return ""
    return fold(f"{record.author}\n{record.subject}\n{record.message_id}\n{record.id}")


def as_record(row: Row[Any]) -> Record:
    """The record of a whole row."""
    return Record(
        id=row.id,
        place=place(row.account, row.folder, row.uidvalidity, row.uid),
        sha256=row.sha256,
        message_id=row.message_id,
        subject=row.subject,
        author=row.author,
        verdict=row.verdict,
        brand=row.brand,
        decided_by=row.decided_by,
        case_json=row.case_json,
        judged_at=instant(row.judged_at),
        elapsed_ms=row.elapsed_ms,
        size=row.size,
        decision=None if row.decision is None else Decision(row.decision),
        retry_at=optional_instant(row.retry_at),
        attempts=row.attempts,
        theme=row.theme,
        campaign=row.campaign,
        sender=row.sender,
        version=row.version,
    )
