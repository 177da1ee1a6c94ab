"""Everything that the ledger remembers of a message or an account, as plain objects (RGPD article 15)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from vigie.ledger.answer_schema import ANSWERS
from vigie.ledger.columns import storable
from vigie.ledger.report_schema import REPORTS
from vigie.ledger.schema import (
    ALLOWED,
    AUDIT,
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
    SIGNATURES,
    SIGNED,
    WISHES,
)
from vigie.ledger.token_schema import TOKENS

_JSON = frozenset(
    {"accounts", "uses", "case_json", "answers", "settings", "flags", "keywords", "kept_keywords", "detail"}
)


def of_records(connection: Connection, record_ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One object a record, with what was decided, wanted and done, and what its verdict rests on."""
    for record_id in record_ids:
        decisions = select(DECISIONS.c.decision, DECISIONS.c.at, DECISIONS.c.who).where(
            DECISIONS.c.record_id == record_id
        )
        intents = select(INTENTS).where(INTENTS.c.record_id == record_id).order_by(INTENTS.c.number)
        outcomes = select(OUTCOMES).join(INTENTS).where(INTENTS.c.record_id == record_id)
        signatures = select(SIGNED.c.signature_id).where(SIGNED.c.record_id == record_id)
        frozen = select(FROZEN, EDITIONS.c.program, EDITIONS.c.settings).join(EDITIONS)
        wishes = select(WISHES.c.who, WISHES.c.version, WISHES.c.at).where(WISHES.c.record_id == record_id)
        reports = select(*(column for column in REPORTS.columns if column.name not in ("number", "sealed"))).where(
            REPORTS.c.record_id == record_id
        )
        handed = select(*(column for column in HANDED_IN.columns if column.name not in ("record_id", "message"))).where(
            HANDED_IN.c.record_id == record_id
        )
        replies = select(*(column for column in ANSWERS.columns if column.name not in ("number", "sealed"))).where(
            ANSWERS.c.intent.in_(select(INTENTS.c.id).where(INTENTS.c.record_id == record_id))
        )
        for record in _rows(connection, select(RECORDS).where(RECORDS.c.id == record_id)):
            yield {
                "kind": "record",
                **record,
                "decisions": _rows(connection, decisions.order_by(DECISIONS.c.number)),
                "wanted_back": _rows(connection, wishes.order_by(WISHES.c.at)),
                "reports": _rows(connection, reports.order_by(REPORTS.c.number)),
                "handed_in": _rows(connection, handed),
                "intents": _rows(connection, intents),
                "outcomes": _rows(connection, outcomes),
                "replies": _rows(connection, replies.order_by(ANSWERS.c.number)),
                "signatures": connection.execute(signatures).scalars().all(),
                "frozen": _rows(connection, frozen.where(FROZEN.c.record_id == record_id)),
            }


def of_account(connection: Connection, account: str) -> Iterator[dict[str, Any]]:
    """What hangs on the account alone, row by row."""
    tables: tuple[tuple[str, Table], ...] = (
        ("cursor", CURSORS),
        ("heartbeat", HEARTBEATS),
        ("mode", MODES),
        ("signature", SIGNATURES),
        ("allowed", ALLOWED),
        ("audit", AUDIT),
    )
    for kind, table in tables:
        for row in _rows(connection, select(table).where(table.c.account == storable(account))):
            yield {"kind": kind, **row}
    columns = [column for column in TOKENS.columns if column.name != "hash"]
    for row in _rows(connection, select(*columns).where(TOKENS.c.accounts.is_not(None))):
        if storable(account) in row["accounts"]:
            yield {"kind": "token", **row}


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [_plain(row) for row in connection.execute(query).mappings()]


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): _value(str(name), value) for name, value in row.items()}


def _value(name: str, value: object) -> object:
    if name not in _JSON or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:  # an outcome's detail is a sentence
        return value
