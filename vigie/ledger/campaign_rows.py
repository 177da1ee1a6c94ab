"""Cases of one campaign, counted: statements on an open connection. `desk.Desk` is the door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, and_, case, distinct, func, literal_column, select

from vigie.ledger.case_rows import lines, scoped
from vigie.ledger.columns import instant, storable
from vigie.ledger.review_types import Campaign, Pile, Scope
from vigie.ledger.schema import RECORDS

_IN_ONE: ColumnElement[bool] = RECORDS.c.campaign != literal_column("''")
WAITS: ColumnElement[bool] = and_(RECORDS.c.held == literal_column("1"), RECORDS.c.decision.is_(None))
MOST = 500


def waiting(campaign_id: str, within: Scope) -> Iterator[ColumnElement[bool]]:
    """What a decision about a campaign is about."""
    yield _IN_ONE
    yield RECORDS.c.campaign == storable(campaign_id)
    yield WAITS
    yield from scoped(within)


def count(connection: Connection, campaign_id: str, within: Scope) -> tuple[int, int]:
    """How many cases wait, and from how many senders."""
    query = select(func.count(), func.count(distinct(RECORDS.c.sender))).where(*waiting(campaign_id, within))
    cases, senders = connection.execute(query).one()
    return cases, senders


def campaigns(connection: Connection, within: Scope, *, pile: Pile, least: int, limit: int) -> Sequence[Campaign]:
    """See Desk.campaigns."""
    wanted = (WAITS,) if pile is Pile.WAITING else ()
    many = func.count()
    query = select(RECORDS.c.campaign).where(_IN_ONE, *wanted, *scoped(within)).group_by(RECORDS.c.campaign)
    query = (
        query.having(many >= least)
        .order_by(many.desc(), func.max(RECORDS.c.judged_at).desc())
        .limit(max(1, min(limit, MOST)))
    )
    return told(connection, connection.execute(query).scalars().all(), within)


def told(connection: Connection, campaign_ids: Sequence[str], within: Scope) -> Sequence[Campaign]:
    """Those that there are, in this order."""
    query = select(
        RECORDS.c.campaign,
        func.sum(case((WAITS, 1), else_=0)).label("waiting"),
        func.count().label("total"),
        func.count(distinct(RECORDS.c.account)).label("accounts"),
        func.count(distinct(case((WAITS, RECORDS.c.sender)))).label("senders"),
        func.min(RECORDS.c.judged_at).label("first"),
        func.max(RECORDS.c.judged_at).label("last"),
    ).where(_IN_ONE, RECORDS.c.campaign.in_([storable(name) for name in campaign_ids]), *scoped(within))
    rows = {row.campaign: row for row in connection.execute(query.group_by(RECORDS.c.campaign))}
    known = [name for name in campaign_ids if name in rows]
    examples = lines(connection, [_example(connection, name, within) for name in known])
    return [
        Campaign(
            id=name,
            example=example,
            waiting=rows[name].waiting,
            total=rows[name].total,
            accounts=rows[name].accounts,
            senders=rows[name].senders,
            first=instant(rows[name].first),
            last=instant(rows[name].last),
        )
        for name, example in zip(known, examples, strict=True)
    ]


def _example(connection: Connection, campaign_id: str, within: Scope) -> int:
    """The number of the newest case, of those that wait if any does."""
    query = select(RECORDS.c.number).where(_IN_ONE, RECORDS.c.campaign == storable(campaign_id), *scoped(within))
    newest = query.order_by(case((WAITS, 0), else_=1), RECORDS.c.judged_at.desc()).limit(1)
    return int(connection.execute(newest).scalar_one())
