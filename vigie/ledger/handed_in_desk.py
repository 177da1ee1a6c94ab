"""What a reviewer sees and says of messages that people handed in, as `desk.handed_in`. That one is a fraud is `desk.decide`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from vigie.ledger import audit, deciding, handed_in_rows
from vigie.ledger.audit import What
from vigie.ledger.database import Database
from vigie.ledger.handed_in_types import HandedIn, HandedState
from vigie.ledger.review_types import Scope

PAGE: Final = 50


class HandedInDesk:
    """See the module. Keeps to the accounts `within`. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database, who: str, within: Scope) -> None:
        self._database = database
        self._who = who
        self._within = within

    def page(self, state: HandedState | None, *, number: int = 1) -> tuple[Sequence[HandedIn], int]:
        """A page of the list, newest first, and how many there are in all. `state` None: whatever was said of them."""
        beyond = PAGE * (max(1, number) - 1)
        with self._database.reading() as connection:
            return handed_in_rows.listed(connection, self._within, state, limit=PAGE, beyond=beyond)

    def is_one(self, record_id: str) -> bool:
        """There is such a case, and she may see it."""
        with self._database.reading() as connection:
            return self._sees(connection, record_id)

    def dismiss(self, record_id: str, *, at: datetime) -> bool:
        """Nothing is done about it. False where that is so already, where it is a confirmed fraud, or not hers to see."""
        return self._dismiss(record_id, at, "dismissed")

    def take_up(self, record_id: str) -> bool:
        """It is open again. False where it is open, or not hers to see."""
        return self._dismiss(record_id, None, "taken-up")

    def _dismiss(self, record_id: str, at: datetime | None, step: str) -> bool:
        with self._database.writing() as connection:
            record = deciding.found(connection, record_id, self._within)
            if record is None or not handed_in_rows.dismiss(connection, record_id, at=at, who=self._who):
                return False
            account = record.place.account
            audit.note(
                connection, What.DECIDED, who=self._who, account=account, about=record_id, detail={"decision": step}
            )
            return True

    def _sees(self, connection: Connection, record_id: str) -> bool:
        if not handed_in_rows.is_one(connection, record_id):
            return False
        return deciding.found(connection, record_id, self._within) is not None
