"""The tokens of the API, as `ledger.tokens`: one transaction a call, each change with its entry in the audit log.

Of a token a hash is kept (W-08). It is looked up at every request: what was revoked opens nothing from the next one on.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import audit
from vigie.ledger.audit import What
from vigie.ledger.columns import instant, instant_text, list_text, optional_instant, storable, text_list
from vigie.ledger.database import Database
from vigie.ledger.people_rows import hashed
from vigie.ledger.people_types import By, Rights, Role, Told
from vigie.ledger.review_types import Scope
from vigie.ledger.token_schema import TOKENS
from vigie.ledger.token_types import PREFIX, Token, Use

A_MINUTE: Final = timedelta(minutes=1)
KEPT_FOR: Final = timedelta(days=30)
"""So long it stands in the list after its end: whoever wonders why a program is refused finds it there."""
_FORM: Final = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")


def fresh() -> str:
    """A new one: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """It has the form of those that `fresh` gives."""
    return _FORM.fullmatch(text) is not None


def may_manage(by: By, accounts: Scope) -> bool:
    """An admin, for tokens of mailboxes that are all his."""
    return by.rights.role is Role.ADMIN and by.rights.covers(Rights(Role.READER, accounts))


class Tokens:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def good(self, token: str, *, at: datetime) -> Token | None:
        """The one that opens with these characters, while it is good. Notes that it was used, once a minute at most."""
        with self._database.reading() as connection:
            query = select(TOKENS).where(TOKENS.c.hash == hashed(token), TOKENS.c.ends_at > instant_text(at))
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        found = _token(row)
        if found.used_at is None or at - found.used_at >= A_MINUTE:
            with self._database.writing() as connection:
                connection.execute(update(TOKENS).where(TOKENS.c.id == found.id).values(used_at=instant_text(at)))
        return found

    def all(self, by: By) -> Sequence[Token]:
        """Those that `by` may manage, newest first; also some whose time is over, see KEPT_FOR."""
        with self._database.reading() as connection:
            found = [_token(row) for row in connection.execute(select(TOKENS).order_by(TOKENS.c.created_at.desc()))]
        return [token for token in found if may_manage(by, token.accounts)]

    def add(self, token: Token, secret: str, by: By) -> Told:
        """Makes it good. DENIED: for mailboxes that are not all his."""
        if not may_manage(by, token.accounts):
            return Told.DENIED
        with self._database.writing() as connection:
            old = instant_text(token.created_at - KEPT_FOR)
            connection.execute(delete(TOKENS).where(TOKENS.c.ends_at <= old))
            connection.execute(insert(TOKENS).values(**_row(token), hash=hashed(secret), by=storable(by.who)))
            _note(connection, by.who, token.created_at, "made", token)
            return Told.DONE

    def revoke(self, token_id: str, by: By, *, at: datetime) -> Told:
        """It opens nothing any more. UNKNOWN also for one that is not his to manage (W-12)."""
        with self._database.writing() as connection:
            row = connection.execute(select(TOKENS).where(TOKENS.c.id == storable(token_id))).one_or_none()
            if row is None or not may_manage(by, _scope(row.accounts)):
                return Told.UNKNOWN
            connection.execute(delete(TOKENS).where(TOKENS.c.id == row.id))
            _note(connection, by.who, at, "revoked", _token(row))
            return Told.DONE


def scope_text(accounts: Scope) -> str | None:
    """As a column holds it; None: every mailbox."""
    return None if accounts is None else list_text(tuple(sorted(accounts)))


def _scope(text: str | None) -> Scope:
    return None if text is None else frozenset(json.loads(text))


def _row(token: Token) -> dict[str, str | None]:
    return {
        "id": token.id,
        "name": storable(token.name),
        "uses": list_text(tuple(sorted(token.uses))),
        "accounts": scope_text(token.accounts),
        "created_at": instant_text(token.created_at),
        "ends_at": instant_text(token.ends_at),
    }


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        uses=frozenset(map(Use, text_list(row.uses))),
        accounts=_scope(row.accounts),
        by=row.by,
        created_at=instant(row.created_at),
        ends_at=instant(row.ends_at),
        used_at=optional_instant(row.used_at),
    )


def _note(connection: Connection, who: str, at: datetime, step: str, token: Token) -> None:
    scope = "*" if token.accounts is None else " ".join(sorted(token.accounts))
    told = {
        "step": step,
        "token": token.id,
        "name": token.name,
        "uses": " ".join(sorted(token.uses)),
        "accounts": scope,
    }
    audit.append(connection, What.TOKEN, at=at, who=who, detail=told)
