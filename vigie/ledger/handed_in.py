"""Messages that people have handed in by a program or a folder, as `ledger.handed_in`: kept with their consent alone (W-22).

The case is masked, the message is sealed with the key beside the ledger. Both go after `[retention] days`, by `Ledger.expire`.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import audit, sealing
from vigie.ledger.audit import What
from vigie.ledger.columns import instant_text, storable
from vigie.ledger.database import Database
from vigie.ledger.token_schema import REPORTS
from vigie.ledger.token_types import Token
from vigie.ledger.tokens import scope_text

if TYPE_CHECKING:
    from vigie.ledger.review_types import Scope

FOLDER: Final = "folder:"
"""Before the name of an account: handed in by moving it to that account's folder for it."""


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What is kept of a message. `case_json`: masked and bounded before it gets here, see casefile.case_text."""

    sha256: str
    message_id: str
    verdict: str
    case_json: str


@dataclass(frozen=True, slots=True)
class By:
    """Through what it was handed in: a token's id and name, or FOLDER and the account."""

    id: str
    name: str
    accounts: Scope


class Reports:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, told: HandedIn, raw: bytes, token: Token, *, at: datetime) -> tuple[str, bool]:
        """Keeps it; the id, and whether it is new: the same message by the same token is kept once."""
        with self._database.writing() as connection:
            by = By(token.id, token.name, token.accounts)
            return write(connection, self._database.path, told, raw, by, at=at)

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


def write(connection: Connection, path: Path, told: HandedIn, raw: bytes, by: By, *, at: datetime) -> tuple[str, bool]:
    """See Reports.add."""
    same = (REPORTS.c.token_id == storable(by.id), REPORTS.c.sha256 == told.sha256)
    known = connection.execute(select(REPORTS.c.id).where(*same)).scalar_one_or_none()
    if known is not None:
        return str(known), False
    report_id = secrets.token_hex(8)
    connection.execute(
        insert(REPORTS).values(
            id=report_id,
            token_id=storable(by.id),
            token_name=storable(by.name),
            accounts=scope_text(by.accounts),
            at=instant_text(at),
            sha256=told.sha256,
            message_id=storable(told.message_id),
            verdict=told.verdict,
            case_json=told.case_json,
            message=sealing.seal(path, raw, _about(report_id)),
        )
    )
    folder = by.id.startswith(FOLDER)
    detail = {"report": report_id, "verdict": told.verdict} | ({} if folder else {"token": by.id})
    who = by.id if folder else f"token:{by.name}"
    audit.append(connection, What.HANDED_IN, at=at, who=who, detail=detail)
    return report_id, True


def forget(connection: Connection, contents: Collection[tuple[str, str]]) -> None:
    """Removes what was handed in by folders, by account and SHA-256."""
    for account, sha256 in contents:
        same = (REPORTS.c.token_id == storable(f"{FOLDER}{account}"), REPORTS.c.sha256 == sha256)
        connection.execute(delete(REPORTS).where(*same))


def expire(connection: Connection, before: datetime) -> int:
    """Removes those that were handed in before; gives how many."""
    return connection.execute(delete(REPORTS).where(REPORTS.c.at < instant_text(before))).rowcount


def _about(report_id: str) -> str:
    return f"report {report_id}"
