"""Modes that accounts were given, as rows: statements on an open connection. `store.Ledger` is the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant, instant_text, storable
from vigie.ledger.schema import MODES
from vigie.ledger.types import ModeChange, Step


def write(connection: Connection, change: ModeChange) -> None:
    """The newest one from now on."""
    connection.execute(
        insert(MODES).values(
            account=storable(change.account),
            step=change.step.value,
            mode=change.mode,
            before=change.before,
            file_mode=change.file_mode,
            who=storable(change.who),
            at=instant_text(change.at),
        )
    )


def newest(connection: Connection, account: str) -> ModeChange | None:
    """The last one of an account."""
    query = select(MODES).where(MODES.c.account == storable(account)).order_by(MODES.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else _change(row)


def of_account(connection: Connection, account: str) -> Sequence[ModeChange]:
    """All of an account, oldest first."""
    query = select(MODES).where(MODES.c.account == storable(account)).order_by(MODES.c.number)
    return [_change(row) for row in connection.execute(query)]


def _change(row: Row[Any]) -> ModeChange:
    return ModeChange(row.account, Step(row.step), row.mode, row.before, row.file_mode, instant(row.at), row.who)
