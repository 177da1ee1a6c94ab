"""The links by which the owner of a mailbox asks for a message that is held, as `ledger.asks`.

A link is for one message and one recipient, good once, and for some days; of its token a hash is kept. It asks: the reviewers
decide. Where the settings let it release, that is the same release as theirs (`deciding.decide`), and two pairs of eyes are
needed all the same where a person has called the message a fraud, or a contradiction was decisive.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import audit, deciding, intent_rows
from vigie.ledger.audit import What
from vigie.ledger.columns import instant_text, optional_instant, storable
from vigie.ledger.database import Database
from vigie.ledger.digest_schema import ASKS
from vigie.ledger.digest_types import OWNER, Ask, Asked
from vigie.ledger.people_rows import hashed
from vigie.ledger.review import Standing, standing
from vigie.ledger.review_types import Done
from vigie.ledger.schema import RECORDS
from vigie.ledger.types import Decision, Record
from vigie.rules.types import Kind, Strength

DECISIVE_ROW: Final = 4
"""Of the decision table (house.md): a decisive contradiction. Also of a case of which nothing else is left."""


class Asks:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, links: Sequence[tuple[str, str]], *, recipient: str, ends_at: datetime, at: datetime) -> None:
        """Makes links good: (record id, token of 256 random bits) each. Those whose time is over go."""
        rows = [
            {"token": hashed(token), "record_id": record_id, "recipient": recipient, "ends_at": instant_text(ends_at)}
            for record_id, token in links
        ]
        with self._database.writing() as connection:
            over = (ASKS.c.ends_at <= instant_text(at), ASKS.c.used_at.is_(None))
            connection.execute(delete(ASKS).where(*over))
            if rows:
                connection.execute(insert(ASKS), rows)

    def drop(self, tokens: Sequence[str]) -> None:
        """Nobody got them."""
        with self._database.writing() as connection:
            connection.execute(delete(ASKS).where(ASKS.c.token.in_([hashed(token) for token in tokens])))

    def look(self, token: str, *, at: datetime) -> Ask | None:
        """What the link is about; None: there is none, or its time is over. Changes nothing."""
        with self._database.reading() as connection:
            row = _good(connection, token, at)
            record = None if row is None else deciding.found(connection, row.record_id, None)
            if row is None or record is None:
                return None
            held = standing(intent_rows.history(connection, record.id)) is Standing.HELD
            return Ask(record, held, optional_instant(row.used_at))

    def use(self, token: str, *, release: bool, at: datetime) -> Asked:
        """Asks for the message, once; `release`: it is put back at once, where that is allowed. One transaction."""
        with self._database.writing() as connection:
            row = _good(connection, token, at)
            record = None if row is None else deciding.found(connection, row.record_id, None)
            if row is None or record is None:
                return Asked.UNKNOWN
            if row.used_at is not None:
                return Asked.USED
            if standing(intent_rows.history(connection, record.id)) is not Standing.HELD:
                return Asked.NOT_HELD
            who = f"recipient:{row.recipient.removeprefix(OWNER)}"
            _note_used(connection, row, at)
            audit.note(connection, What.REQUESTED, who=who, account=record.place.account, about=record.id, detail={})
            if release and not needs_four_eyes(record):
                done = deciding.decide(connection, record.id, Decision.RELEASED, seen=record.version, at=at, who=who)
                if isinstance(done, Done):
                    return Asked.RELEASED
            asked = {"requested": instant_text(at)}
            connection.execute(update(RECORDS).where(RECORDS.c.id == record.id).values(asked))
            return Asked.REQUESTED


def needs_four_eyes(record: Record) -> bool:
    """Nobody gets it by a link alone: a person confirmed it as fraud, or a contradiction was decisive, or nobody knows."""
    if record.decision is Decision.CONFIRMED or record.decided_by == DECISIVE_ROW:
        return True
    try:
        told = json.loads(record.case_json)
        weights = {(finding["kind"], finding["strength"]) for finding in told["findings"]}
    except (ValueError, KeyError, TypeError):
        return True
    return "findings_left_out" in told or (Kind.CONTRADICTION.value, Strength.DECISIVE.value) in weights


def _good(connection: Connection, token: str, at: datetime) -> Row[Any] | None:
    query = select(ASKS).where(ASKS.c.token == hashed(storable(token)), ASKS.c.ends_at > instant_text(at))
    return connection.execute(query).one_or_none()


def _note_used(connection: Connection, row: Row[Any], at: datetime) -> None:
    """Every link for that message and recipient: a digest that was sent twice asks once."""
    same = (ASKS.c.record_id == row.record_id, ASKS.c.recipient == row.recipient)
    connection.execute(update(ASKS).where(*same).values(used_at=instant_text(at)))
