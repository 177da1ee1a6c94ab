"""Faults of the ledger, told in one line that never carries what was being written."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError


class LedgerError(Exception):
    """The ledger cannot be used: locked, full, read-only, of a newer schema. One line for a person. No intent, no move."""

    def __init__(self, text: str, *, temporary: bool) -> None:
        super().__init__(text)
        self.temporary = temporary


class RefusedError(Exception):
    """What is asked contradicts what stands there. One line for a person; a transaction that meets it ends in LedgerError."""


# Primary result codes (https://sqlite.org/rescode.html): what a person reads, and whether trying again later may help.
_SQLITE = {
    sqlite3.SQLITE_BUSY: ("another program has locked it", True),
    sqlite3.SQLITE_LOCKED: ("another program has locked it", True),
    sqlite3.SQLITE_FULL: ("the disk is full: free some space", True),
    sqlite3.SQLITE_IOERR: ("the disk reports an input/output error", True),
    sqlite3.SQLITE_NOMEM: ("there is not enough memory", True),
    sqlite3.SQLITE_READONLY: (
        "it cannot be written: check the owner and the rights of the file and of its folder",
        False,
    ),
    sqlite3.SQLITE_PERM: ("it cannot be written: check the owner and the rights of the file and of its folder", False),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened: check the owner and the rights of the file and of its folder",
        False,
    ),
    sqlite3.SQLITE_NOTADB: ("it is not a database of Vigie", False),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged: restore it from a backup", False),
    sqlite3.SQLITE_CONSTRAINT: ("an entry contradicts what stands there already", False),
    sqlite3.SQLITE_TOOBIG: ("an entry is too big", False),
}


def told(name: str, error: SQLAlchemyError | sqlite3.Error) -> LedgerError:
    """The LedgerError for a fault of the database. The statement and its values (mail content) are left out."""
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int) and code & 0xFF in _SQLITE:
        text, temporary = _SQLITE[code & 0xFF]
        return LedgerError(f"ledger {name}: {text}", temporary=temporary)
    return LedgerError(f"ledger {name}: {type(cause).__name__}", temporary=False)


def is_busy(error: SQLAlchemyError | sqlite3.Error) -> bool:
    """True where another connection holds the lock."""
    cause: object = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    return isinstance(code, int) and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
