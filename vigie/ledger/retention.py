"""What the ledger forgets, by age or because somebody asks: statements on an open connection. `store.Ledger` is the door.

The messages stay where they are. What has an open intent is never forgotten: recovery could not look before it acts (I-01).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import signature_rows
from vigie.ledger.answer_schema import ANSWERS
from vigie.ledger.columns import instant_text, list_text, storable
from vigie.ledger.digest_schema import ASKS, DIGEST_ITEMS
from vigie.ledger.intent_rows import BACK, OPEN
from vigie.ledger.report_schema import REPORTS
from vigie.ledger.report_types import OPEN_REPORTS
from vigie.ledger.schema import (
    ALLOWED,
    ATTEMPTS,
    BULK_ITEMS,
    BULKS,
    CURSORS,
    DECISIONS,
    EDITIONS,
    FROZEN,
    HANDED_IN,
    HEARTBEATS,
    INTENTS,
    MODES,
    OUTCOMES,
    RECORDS,
    SENDINGS,
    SIGNATURES,
    VIEWS,
    WISHES,
)
from vigie.ledger.token_schema import TOKENS
from vigie.ledger.types import Decision, Erased, State

BATCH = 200
"""Records of one transaction: the scanner's writes wait for it."""
_PLACE = ("account", "folder", "uidvalidity", "uid")
_THIN = '{"expired":'


def expired(connection: Connection, *, judged_before: datetime, decided_before: datetime) -> Sequence[str]:
    """Ids of up to BATCH records that are to go: old, not under way, their decision old, and no way back hangs on them."""
    waiting = and_(RECORDS.c.held == 1, RECORDS.c.decision.is_(None))
    query = select(RECORDS.c.id).where(
        RECORDS.c.judged_at < instant_text(judged_before),
        ~_under_way(),
        ~waiting,
        ~_decided_since(decided_before),
        ~_reporting(),
    )
    return connection.execute(query.order_by(RECORDS.c.judged_at).limit(BATCH)).scalars().all()


def thin(connection: Connection, judged_before: datetime) -> int:
    """Up to BATCH old cases that lie in quarantine and wait for a person lose what they told of the mail; gives how many.

    Place, hash, Message-ID, flags and date stay: without them the message could not be put back as it was.
    """
    old = select(RECORDS.c.id, RECORDS.c.verdict, RECORDS.c.case_json).where(
        RECORDS.c.judged_at < instant_text(judged_before),
        RECORDS.c.held == 1,
        RECORDS.c.decision.is_(None),
        ~RECORDS.c.case_json.startswith(_THIN, autoescape=True),
        ~_under_way(),
    )
    rows = connection.execute(old.limit(BATCH)).all()
    for row in rows:
        told = {"subject": "", "author": "", "sender": "", "theme": "", "campaign": "", "words": row.id}
        thinned = {**told, "case_json": _thinned(row.verdict, row.case_json)}
        connection.execute(update(RECORDS).where(RECORDS.c.id == row.id).values(**thinned))
    thinned_ids = [row.id for row in rows]
    for table in (FROZEN, VIEWS):
        connection.execute(delete(table).where(table.c.record_id.in_(thinned_ids)))
    signature_rows.unlink(connection, thinned_ids)
    return len(rows)


def named(connection: Connection, message_id: str, account: str | None) -> Sequence[str]:
    """Ids of the records of a Message-ID, with or without its angle brackets."""
    bare = storable(message_id.strip().removeprefix("<").removesuffix(">"))
    query = select(RECORDS.c.id).where(RECORDS.c.message_id.in_((bare, f"<{bare}>")))
    if account is not None:
        query = query.where(RECORDS.c.account == storable(account))
    return connection.execute(query.order_by(RECORDS.c.number)).scalars().all()


def of_account(connection: Connection, account: str) -> Sequence[str]:
    """Ids of all records of an account."""
    query = select(RECORDS.c.id).where(RECORDS.c.account == storable(account))
    return connection.execute(query.order_by(RECORDS.c.number)).scalars().all()


def held(connection: Connection, record_ids: Sequence[str]) -> int:
    """How many of them lie in quarantine."""
    query = select(func.count()).select_from(RECORDS).where(RECORDS.c.id.in_(record_ids), RECORDS.c.held == 1)
    return int(connection.execute(query).scalar_one())


def seconds(connection: Connection, record_ids: Sequence[str]) -> int:
    """How many of them are a second case of a message: at the place where the release of another case has put it."""
    query = (
        select(func.count(RECORDS.c.id.distinct()))
        .join(OUTCOMES, and_(*(OUTCOMES.c[name] == RECORDS.c[name] for name in _PLACE)))
        .join(INTENTS, INTENTS.c.id == OUTCOMES.c.intent_id)
        .where(
            RECORDS.c.id.in_(record_ids),
            INTENTS.c.kind.in_([kind.value for kind in BACK]),
            INTENTS.c.state == State.DONE.value,
            INTENTS.c.record_id != RECORDS.c.id,
            INTENTS.c.sha256 == RECORDS.c.sha256,
        )
    )
    return int(connection.execute(query).scalar_one())


def allowed(connection: Connection, record_ids: Sequence[str]) -> Collection[tuple[str, str]]:
    """Which contents among them, as (account, SHA-256), are never quarantined again because a person released them."""
    kept = exists().where(ALLOWED.c.account == RECORDS.c.account, ALLOWED.c.sha256 == RECORDS.c.sha256)
    query = select(RECORDS.c.account, RECORDS.c.sha256).where(
        RECORDS.c.id.in_(record_ids), or_(RECORDS.c.decision == Decision.RELEASED.value, kept)
    )
    return {(row.account, row.sha256) for row in connection.execute(query)}


def remove(connection: Connection, record_ids: Sequence[str], *, keep_allowed: bool) -> Erased:
    """Up to BATCH records and all that hangs on them.

    `keep_allowed`: that a person released it stays known by its hash, so that it is never quarantined again (I-47).
    """
    free = select(RECORDS.c.id).where(RECORDS.c.id.in_(record_ids), ~_under_way())
    going = connection.execute(free).scalars().all()
    if keep_allowed:
        _keep_allowed(connection, going)
    else:
        _drop_allowed(connection, going)
    signatures = signature_rows.forget(connection, going)
    intents = select(INTENTS.c.id).where(INTENTS.c.record_id.in_(going))
    for table in (FROZEN, DECISIONS, WISHES, BULK_ITEMS, VIEWS, DIGEST_ITEMS, ASKS, REPORTS, HANDED_IN):
        connection.execute(delete(table).where(table.c.record_id.in_(going)))
    connection.execute(delete(SENDINGS).where(SENDINGS.c.intent_id.in_(intents)))
    connection.execute(delete(OUTCOMES).where(OUTCOMES.c.intent_id.in_(intents)))
    connection.execute(delete(INTENTS).where(INTENTS.c.record_id.in_(going)))
    connection.execute(delete(RECORDS).where(RECORDS.c.id.in_(going)))
    return Erased(records=len(going), signatures=signatures, under_way=len(record_ids) - len(going))


def remove_orphans(connection: Connection) -> None:
    """Editions that nothing frozen names any more, and jobs whose cases are all forgotten."""
    connection.execute(delete(BULKS).where(BULKS.c.id.not_in(select(BULK_ITEMS.c.bulk_id))))
    connection.execute(delete(EDITIONS).where(EDITIONS.c.id.not_in(select(FROZEN.c.edition_id))))


def remove_signatures(connection: Connection, first_seen_before: datetime) -> int:
    """Sightings that no replay is looked for any more."""
    old = SIGNATURES.c.first_seen < instant_text(first_seen_before)
    return connection.execute(delete(SIGNATURES).where(old)).rowcount


def remove_traces(connection: Connection, account: str, *, places: bool) -> int:
    """What hangs on the account and on no record; gives how many signatures.

    `places`: also how far its folders were judged, its mode, and the tokens about it alone. Not for an account that is still at
    work: all its mail would be judged, and acted upon, anew.
    """
    tables = (SIGNATURES, ALLOWED, *((CURSORS, ATTEMPTS, HEARTBEATS, MODES, ANSWERS) if places else ()))
    counts = [
        connection.execute(delete(table).where(table.c.account == storable(account))).rowcount for table in tables
    ]
    if places:  # of a token for that mailbox alone nothing is left to ask; one for several stays, with its name
        connection.execute(delete(TOKENS).where(TOKENS.c.accounts == list_text((storable(account),))))
    return counts[0]


def _under_way() -> ColumnElement[bool]:
    return exists().where(INTENTS.c.record_id == RECORDS.c.id, INTENTS.c.state.in_([state.value for state in OPEN]))


def _reporting() -> ColumnElement[bool]:
    """A report of it is on its way: for days, where its channel is away. Somebody who has it forgotten ends that."""
    return exists().where(
        REPORTS.c.record_id == RECORDS.c.id, REPORTS.c.state.in_([state.value for state in OPEN_REPORTS])
    )


def _decided_since(instant: datetime) -> ColumnElement[bool]:
    return exists().where(DECISIONS.c.record_id == RECORDS.c.id, DECISIONS.c.at >= instant_text(instant))


def _keep_allowed(connection: Connection, record_ids: Sequence[str]) -> None:
    released = select(RECORDS.c.account, RECORDS.c.sha256, RECORDS.c.judged_at).where(
        RECORDS.c.id.in_(record_ids), RECORDS.c.decision == Decision.RELEASED.value
    )
    new = insert(ALLOWED).from_select(["account", "sha256", "at"], released.where(RECORDS.c.sha256 != ""))
    connection.execute(new.prefix_with("OR IGNORE"))


def _drop_allowed(connection: Connection, record_ids: Sequence[str]) -> None:
    rows = connection.execute(select(RECORDS.c.account, RECORDS.c.sha256).where(RECORDS.c.id.in_(record_ids))).all()
    same = [and_(ALLOWED.c.account == row.account, ALLOWED.c.sha256 == row.sha256) for row in rows]
    if same:
        connection.execute(delete(ALLOWED).where(or_(*same)))


def _thinned(verdict: str, case_json: str) -> str:
    """What the verdict was, and whether it allowed a move: nothing that the mail said."""
    try:
        told = json.loads(case_json)
    except ValueError:
        told = {}
    kept = {key: told[key] for key in ("verdict", "proven", "partial") if isinstance(told, dict) and key in told}
    return _THIN + json.dumps({"verdict": verdict, **kept}, separators=(",", ":")).replace("{", "true,", 1)
