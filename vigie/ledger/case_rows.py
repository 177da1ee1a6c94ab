"""Lists of cases, and figures over them: statements on an open connection. `desk.Desk` is the door.

Ids are found in an index that holds all that is asked for; only the lines of one page are read from the table, whose rows
are long. The literals stand in the statements because SQLite takes a partial index for literal conditions alone.
"""

from __future__ import annotations

import base64
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    and_,
    func,
    literal_column,
    or_,
    select,
    tuple_,
)

from vigie.ledger import intent_rows, record_rows
from vigie.ledger.columns import instant, instant_text, optional_instant, storable
from vigie.ledger.review import standing
from vigie.ledger.review_types import COUNTED, CaseLine, CasePage, Counts, Pile, Scope, Sort, Wanted
from vigie.ledger.schema import RECORDS
from vigie.ledger.types import Decision
from vigie.message.fold import fold
from vigie.rules.types import Label

Condition = ColumnElement[bool]
_HELD: Condition = RECORDS.c.held == literal_column("1")
_RELATED: Condition = RECORDS.c.verdict != literal_column(f"'{Label.UNRELATED.value}'")
_ACCOUNT: ColumnElement[str] = literal_column("+records.account", Text)
"""The plus keeps SQLite from an index of accounts, behind which it would read all the rows of one."""
_DECIDED: Condition = RECORDS.c.decision.is_not(None)
_PILES: Mapping[Pile, tuple[Condition, ...]] = {
    Pile.WAITING: (_HELD, RECORDS.c.decision.is_(None)),
    Pile.REQUESTED: (RECORDS.c.requested.is_not(None), _HELD),
    Pile.HELD: (_HELD,),
    Pile.CONFIRMED: (_DECIDED, RECORDS.c.decision == Decision.CONFIRMED.value),
    Pile.RELEASED: (_DECIDED, RECORDS.c.decision == Decision.RELEASED.value),
    Pile.DECIDED: (_DECIDED,),
    Pile.IN_PLACE: (RECORDS.c.held == literal_column("0"),),
    Pile.ALL: (),
}
_KEYS: Mapping[Sort, tuple[ColumnElement[Any], bool]] = {
    Sort.NEWEST: (RECORDS.c.judged_at, True),
    Sort.OLDEST: (RECORDS.c.judged_at, False),
    Sort.AUTHOR: (func.lower(RECORDS.c.author), False),
    Sort.SUBJECT: (func.lower(RECORDS.c.subject), False),
    Sort.ACCOUNT: (RECORDS.c.account, False),
}
"""Sort -> key, and whether the greatest comes first. The number settles what is equal."""
_TERMS = 10
_TERM = 100
_MARK = 4_000
MOST = 500
"""Lines of one page."""
_FRAUDS = (Label.IMPERSONATION.value, Label.SUSPICIOUS.value)
_DAYS = 731
"""Of one answer with figures."""


def scoped(within: Scope) -> Iterator[Condition]:
    """What keeps a statement to a person's accounts (W-12)."""
    if within is not None:
        yield _ACCOUNT.in_(sorted(map(storable, within)))


def page(
    connection: Connection, wanted: Wanted, within: Scope, *, sort: Sort, mark: str, limit: int, counted: bool = True
) -> CasePage:
    """Some lines of the list, see Desk.cases. Counting reads all of it: not where every page is read anyway."""
    conditions = list(_conditions(wanted, within))
    limit = max(1, min(limit, MOST))
    backwards, at = _read(mark)
    key, descending = _KEYS[sort]
    query = select(RECORDS.c.number, key.label("key")).where(*conditions)
    if at is not None:
        beyond = tuple_(key, RECORDS.c.number)
        query = query.where(beyond < at if descending != backwards else beyond > at)
    order = (key.desc(), RECORDS.c.number.desc()) if descending != backwards else (key, RECORDS.c.number)
    found = list(connection.execute(query.order_by(*order).limit(limit + 1)))
    more = len(found) > limit
    found = found[:limit]
    if backwards:
        found.reverse()
    later, earlier = (at is not None, more) if backwards else (more, at is not None)
    return CasePage(
        lines(connection, [row.number for row in found]),
        _counted(connection, conditions) if counted else 0,
        _mark(found[-1], backwards=False) if found and later else "",
        _mark(found[0], backwards=True) if found and earlier else "",
    )


def lines(connection: Connection, numbers: Sequence[int]) -> Sequence[CaseLine]:
    """The lines of these records, in this order."""
    columns = [column for column in RECORDS.c if column.name not in {"case_json", "words"}]
    rows = {row.number: row for row in connection.execute(select(*columns).where(RECORDS.c.number.in_(numbers)))}
    ids = [row.id for row in rows.values()]
    histories = intent_rows.histories(connection, ids)
    decisions = record_rows.decided(connection, [row.id for row in rows.values() if row.decision is not None])
    found = []
    for number in numbers:
        row = rows[number]
        taken = decisions.get(row.id, ())
        found.append(
            CaseLine(
                id=row.id,
                version=row.version,
                account=row.account,
                folder=row.folder,
                author=row.author,
                subject=row.subject,
                verdict=row.verdict,
                brand=row.brand,
                theme=row.theme,
                campaign=row.campaign,
                sender=row.sender,
                judged_at=instant(row.judged_at),
                standing=standing(histories[row.id]),
                decision=None if row.decision is None else Decision(row.decision),
                decided_by=taken[-1].who if taken else "",
                decided_at=taken[-1].at if taken else None,
                requested=optional_instant(row.requested),
            )
        )
    return found


def waits(connection: Connection, record_id: str) -> bool:
    """True where the message lies in quarantine and nobody has decided about it."""
    query = select(RECORDS.c.number).where(RECORDS.c.id == record_id, *_PILES[Pile.WAITING])
    return connection.execute(query).first() is not None


def following(connection: Connection, record_id: str, within: Scope, *, sort: Sort) -> str:
    """See Desk.following."""
    key, descending = _KEYS[sort]
    own = connection.execute(select(key.label("key"), RECORDS.c.number).where(RECORDS.c.id == record_id)).one_or_none()
    if own is None:
        return ""
    waiting = select(RECORDS.c.number).where(*_conditions(Wanted(), within), RECORDS.c.number != own.number)
    place, at = tuple_(key, RECORDS.c.number), (own.key, own.number)
    order = (key.desc(), RECORDS.c.number.desc()) if descending else (key, RECORDS.c.number)
    for query in (waiting.where(place < at if descending else place > at), waiting):
        number = connection.execute(query.order_by(*order).limit(1)).scalar_one_or_none()
        if number is not None:
            return str(connection.execute(select(RECORDS.c.id).where(RECORDS.c.number == number)).scalar_one())
    return ""


def requested(connection: Connection, record_id: str) -> datetime | None:
    """See ReviewCase."""
    query = select(RECORDS.c.requested).where(RECORDS.c.id == record_id)
    return optional_instant(connection.execute(query).scalar_one_or_none())


def counts(connection: Connection, within: Scope, *, since: datetime, until: datetime) -> Counts:
    """See Desk.counts."""
    scope = list(scoped(within))
    waiting_of = select(_ACCOUNT.label("name"), func.count(), func.min(RECORDS.c.judged_at)).where(
        _HELD, RECORDS.c.decision.is_(None), *scope
    )
    waiting = connection.execute(waiting_of.group_by(_ACCOUNT)).all()
    held = connection.execute(select(func.count()).select_from(RECORDS).where(_HELD, *scope)).scalar_one()
    asked_for = select(func.count()).select_from(RECORDS).where(*_PILES[Pile.REQUESTED], *scope)
    between = (RECORDS.c.judged_at >= instant_text(since), RECORDS.c.judged_at < instant_text(until))
    day = func.substr(RECORDS.c.judged_at, 1, 10)
    by_day = select(day, RECORDS.c.verdict, func.count()).where(*between, *scope).group_by(day, RECORDS.c.verdict)
    days: dict[str, dict[str, int]] = {name: {} for name in _days(since, until)}
    judged: dict[str, int] = defaultdict(int)
    for name, verdict, count in connection.execute(by_day):
        days.setdefault(name, {})[verdict] = count
        judged[verdict] += count
    frauds = select(RECORDS.c.theme, func.count().label("frauds")).where(
        _RELATED,
        RECORDS.c.verdict.in_(_FRAUDS),
        or_(RECORDS.c.decision.is_(None), RECORDS.c.decision != Decision.RELEASED.value),
        RECORDS.c.theme != "",
        *between,
        *scope,
    )
    themes = connection.execute(frauds.group_by(RECORDS.c.theme).order_by(literal_column("frauds").desc()))
    return Counts(
        waiting=sum(row[1] for row in waiting),
        held=held,
        oldest_waiting=min((instant(row[2]) for row in waiting), default=None),
        judged=dict(judged),
        by_day=sorted(days.items()),
        by_theme=[(name, count) for name, count in themes],
        waiting_by_account={row[0]: row[1] for row in waiting},
        requested=connection.execute(asked_for).scalar_one(),
    )


def _days(since: datetime, until: datetime) -> Iterator[str]:
    day = since
    for _ in range(_DAYS):
        if day >= until:
            return
        yield instant_text(day)[:10]
        day += timedelta(days=1)


def _counted(connection: Connection, conditions: Sequence[Condition]) -> int:
    some = select(RECORDS.c.number).where(*conditions).limit(COUNTED).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _conditions(wanted: Wanted, within: Scope) -> Iterator[Condition]:
    yield from _PILES[wanted.pile]
    yield from scoped(within)
    if wanted.verdicts:
        yield RECORDS.c.verdict.in_(wanted.verdicts)
    if Label.UNRELATED.value not in wanted.verdicts:
        yield _RELATED
    for column, value in ((_ACCOUNT, wanted.account), (RECORDS.c.theme, wanted.theme)):
        if value:
            yield column == storable(value)
    if wanted.campaign:
        yield and_(RECORDS.c.campaign != literal_column("''"), RECORDS.c.campaign == storable(wanted.campaign))
    if wanted.since is not None:
        yield RECORDS.c.judged_at >= instant_text(wanted.since)
    if wanted.until is not None:
        yield RECORDS.c.judged_at < instant_text(wanted.until)
    for term in fold(storable(wanted.search[: _TERMS * _TERM])).split()[:_TERMS]:
        # instr, not LIKE: a search has no wildcards that somebody could make slow (W-15)
        yield func.instr(RECORDS.c.words, term[:_TERM]) > literal_column("0")


def _mark(row: Row[Any, Any], *, backwards: bool) -> str:
    text = json.dumps([backwards, row.key, row.number], ensure_ascii=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(mark: str) -> tuple[bool, tuple[str, int] | None]:
    """Which way to go, and from where; from the top where it is no mark of ours."""
    try:
        told = json.loads(base64.urlsafe_b64decode(mark[:_MARK] + "=" * (-len(mark) % 4)))
        backwards, key, number = told
    except (ValueError, TypeError):
        return False, None
    sound = isinstance(backwards, bool) and isinstance(key, str) and isinstance(number, int) and abs(number) < 1 << 62
    return (backwards, (storable(key), number)) if sound else (False, None)
