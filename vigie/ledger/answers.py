"""Replies to people who asked by moving a message, as `ledger.answers`: durable before they are stored, one for each question.

A reply lies sealed here from the verdict on until it was stored. Of what was stored the SHA-256 stays: by it a reply of ours is known
wherever it is read again, and by nothing that somebody could copy into a message of his own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import handed_in_rows, sealing
from vigie.ledger.answer_schema import ANSWERS
from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.database import Database
from vigie.ledger.handed_in_types import Source
from vigie.ledger.types import Record


class LetterState(StrEnum):
    """How far a reply is."""

    WAITING = "waiting"
    SENDING = "sending"
    """It may be in the mailbox: look for its Message-ID before it is sent again."""
    ENDED = "ended"
    """Stored, refused for good, or not needed."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reply. `always`: also where the server has kept a keyword that says the same."""

    intent_id: str
    message_id: str
    """Without angle brackets; random."""
    raw: bytes
    always: bool
    state: LetterState
    at: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody calls a message a fraud. `raw` None: it is not to be kept, and its case is handed in without it."""

    record: Record
    raw: bytes | None
    source: Source


@dataclass(frozen=True, slots=True)
class Asked:
    """What people have asked for by moving messages, to be written together with the records and intents about them."""

    letters: Sequence[Letter] = ()
    reported: Sequence[Reported] = ()


NOTHING_ASKED = Asked()


class Answers:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_intent(self, intent_id: str) -> Letter | None:
        """The reply of an ANSWER; None: it has none."""
        with self._database.reading() as connection:
            row = connection.execute(select(ANSWERS).where(ANSWERS.c.intent == storable(intent_id))).one_or_none()
        if row is None:
            return None
        raw = b"" if row.sealed is None else sealing.unseal(self._database.path, row.sealed, _about(row.intent))
        return Letter(row.intent, row.message_id, raw, bool(row.always), LetterState(row.state), instant(row.at))

    def advance(self, intent_id: str, state: LetterState) -> None:
        """SENDING, durable before the command; ENDED, after which nobody reads it any more."""
        with self._database.writing() as connection:
            move_on(connection, intent_id, state)

    def ours(self, account: str, contents: Collection[str]) -> frozenset[str]:
        """Those of these SHA-256 that are replies of ours in that account."""
        if not contents:
            return frozenset()
        query = select(ANSWERS.c.sha256).where(
            ANSWERS.c.account == storable(account), ANSWERS.c.sha256.in_(tuple(contents))
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def count(self, account: str, since: datetime) -> int:
        """How many replies were written for the account, without those that a keyword makes needless."""
        written = (ANSWERS.c.account == storable(account), ANSWERS.c.always == 1, ANSWERS.c.at >= instant_text(since))
        query = select(func.count()).select_from(ANSWERS).where(*written)
        with self._database.reading() as connection:
            return int(connection.execute(query).scalar_one())


def move_on(connection: Connection, intent_id: str, state: LetterState) -> None:
    """See Answers.advance."""
    new = {"state": state.value} | ({"sealed": None} if state is LetterState.ENDED else {})
    connection.execute(update(ANSWERS).where(ANSWERS.c.intent == storable(intent_id)).values(**new))


def write(connection: Connection, path: Path, asked: Asked, accounts: dict[str, str], at: datetime) -> None:
    """Makes it durable. `accounts`: of each intent."""
    for letter in asked.letters:
        row = {
            "intent": storable(letter.intent_id),
            "account": storable(accounts[letter.intent_id]),
            "message_id": letter.message_id,
            "sha256": hashlib.sha256(letter.raw).hexdigest(),
            "always": int(letter.always),
            "state": letter.state.value,
            "at": instant_text(letter.at),
            "sealed": sealing.seal(path, letter.raw, _about(letter.intent_id)),
        }
        connection.execute(insert(ANSWERS).values(row).on_conflict_do_nothing())
    for one in asked.reported:
        handed_in_rows.keep(connection, path, one.record, one.raw, one.source, at=at)


def _about(intent_id: str) -> str:
    return f"answer {intent_id}"
