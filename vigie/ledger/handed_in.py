"""Messages that people have handed in by a program, as `ledger.handed_in`: kept with their consent alone (W-22).

The case is masked, the message is sealed with the key beside the ledger. Both go after `[retention] days`, by `Ledger.expire`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import audit, sealing
from vigie.ledger.audit import What
from vigie.ledger.columns import instant_text, storable
from vigie.ledger.database import Database
from vigie.ledger.token_schema import REPORTS
from vigie.ledger.token_types import Token
from vigie.ledger.tokens import scope_text


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What is kept of a message. `case_json`: masked and bounded before it gets here, see casefile.case_text."""

    sha256: str
    message_id: str
    verdict: str
    case_json: str


class Reports:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: HandedIn, raw: bytes, token: Token, *, at: datetime) -> tuple[str, bool]:
        """Keeps it; the id, and whether it is new: the same message by the same token is kept once."""
        report_id = secrets.token_hex(8)
        sealed = sealing.seal(self._database.path, raw, _about(report_id))
        with self._database.writing() as connection:
            same = (REPORTS.c.token_id == token.id, REPORTS.c.sha256 == told.sha256)
            known = connection.execute(select(REPORTS.c.id).where(*same)).scalar_one_or_none()
            if known is not None:
                return str(known), False
            connection.execute(
                insert(REPORTS).values(
                    id=report_id,
                    token_id=token.id,
                    token_name=storable(token.name),
                    accounts=scope_text(token.accounts),
                    at=instant_text(at),
                    sha256=told.sha256,
                    message_id=storable(told.message_id),
                    verdict=told.verdict,
                    case_json=told.case_json,
                    message=sealed,
                )
            )
            detail = {"report": report_id, "token": token.id, "verdict": told.verdict}
            audit.append(connection, What.HANDED_IN, at=at, who=f"token:{token.name}", detail=detail)
            return report_id, True

    def message(self, report_id: str) -> bytes | None:
        """The message as it was handed in; None: it is not kept (any more)."""
        with self._database.reading() as connection:
            query = select(REPORTS.c.message).where(REPORTS.c.id == storable(report_id))
            sealed = connection.execute(query).scalar_one_or_none()
        return None if sealed is None else sealing.unseal(self._database.path, sealed, _about(report_id))

    def count(self) -> int:
        """How many are kept."""
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(REPORTS)).scalar_one())


def expire(connection: Connection, before: datetime) -> int:
    """Removes those that were handed in before; gives how many."""
    return connection.execute(delete(REPORTS).where(REPORTS.c.at < instant_text(before))).rowcount


def _about(report_id: str) -> str:
    return f"report {report_id}"
