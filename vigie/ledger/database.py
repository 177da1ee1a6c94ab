"""One SQLite file: opened durable (WAL, synchronous=FULL), migrated, with read and write transactions."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from vigie.ledger.faults import LedgerError, RefusedError, is_busy, told
from vigie.ledger.schema import migrate

BUSY_S = 5.0
OPEN_S = 8.0
"""How long a program tries anew where others open the same new ledger: the first of them writes the whole schema to the disk."""
_WRITE = "vigie_write"


class Database:
    """A migrated ledger file. Thread-safe. Every method raises LedgerError."""

    def __init__(self, url: str) -> None:
        self.path = _path(url)
        self._writer = threading.Lock()
        self._looking = threading.Lock()
        self._watch: sqlite3.Connection | None = None
        _create(self.path)
        self._engine = create_engine(
            URL.create("sqlite", database=str(self.path)),
            connect_args={"timeout": BUSY_S, "check_same_thread": False},
            hide_parameters=True,  # mail content has no business in an error's text
        )
        event.listen(self._engine, "connect", _connected)
        event.listen(self._engine, "begin", _begin)
        try:
            self._open()
        except BaseException:
            self._engine.dispose()
            raise

    def close(self) -> None:
        """Releases the file. What is used afterwards opens it again."""
        with self._writer, self._looking:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
            self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view, short: a long one would keep the WAL from being emptied."""
        try:
            with self._engine.connect() as connection, connection.begin():
                yield connection
        except SQLAlchemyError as error:
            raise told(str(self.path), error) from None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, on the disk when the block is left; undone when it raises. RefusedError becomes LedgerError."""
        # SQLite's busy handler sleeps and is unfair: the threads of one process take turns here instead.
        if not self._writer.acquire(timeout=2 * BUSY_S):
            raise LedgerError(f"ledger {self.path}: another task of this program has locked it", temporary=True)
        try:
            with self._write() as connection:
                yield connection
        except RefusedError as refused:
            raise LedgerError(f"ledger {self.path}: {refused}", temporary=False) from None
        except SQLAlchemyError as error:
            raise told(str(self.path), error) from None
        finally:
            self._writer.release()

    def version(self) -> int:
        """Differs from an earlier answer where another connection has written since (https://sqlite.org/pragma.html#pragma_data_version)."""
        with self._looking:
            try:
                if self._watch is None:
                    # The number counts what one connection has seen others write: it is asked of the same one each time.
                    self._watch = sqlite3.connect(self.path, timeout=BUSY_S, check_same_thread=False)
                return int(self._watch.execute("PRAGMA data_version").fetchone()[0])
            except sqlite3.Error as error:
                raise told(str(self.path), error) from None

    def shrink(self) -> None:
        """Empties the WAL into the file, where old pages are overwritten. Another program that reads just now may prevent it."""
        try:
            self._outside_transactions("PRAGMA wal_checkpoint(TRUNCATE)")
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise told(str(self.path), error) from None

    def _open(self) -> None:
        """Switches to WAL and migrates."""
        self._when_free(lambda: self._outside_transactions("PRAGMA journal_mode = WAL"), BUSY_S)
        self._when_free(self._migrate, OPEN_S)

    def _when_free(self, step: Callable[[], None], patience_s: float) -> None:
        """Tries until no other program is in the way: the switch to WAL does not wait for a lock by itself, a write for BUSY_S."""
        deadline = time.monotonic() + patience_s
        while True:
            try:
                return step()
            except (SQLAlchemyError, sqlite3.Error) as error:
                if not is_busy(error) or time.monotonic() > deadline:
                    raise told(str(self.path), error) from None
                time.sleep(0.02)

    def _migrate(self) -> None:
        with self._write() as connection:
            migrate(connection, str(self.path))

    def _outside_transactions(self, statement: str) -> None:
        plain = self._engine.raw_connection()
        try:
            plain.cursor().execute(statement)
        finally:
            plain.close()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._engine.connect().execution_options(**{_WRITE: True}) as connection, connection.begin():
            yield connection


def _path(url: str) -> Path:
    """The file that `url` names. Raises LedgerError: what is wrong, what would be right."""
    right = 'right would be "sqlite:///vigie.db" or "sqlite:////var/lib/vigie/vigie.db"'
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise LedgerError(f"the ledger's url is not one: {right}", temporary=False) from None
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise LedgerError(f"a ledger in {parsed.drivername} is not supported by this version: {right}", temporary=False)
    if parsed.host or parsed.query:
        raise LedgerError(f"the ledger's url has too few slashes or an option: {right}", temporary=False)
    if not parsed.database or parsed.database == ":memory:":
        raise LedgerError(f"the ledger has to outlive the program, its url names no file: {right}", temporary=False)
    return Path(parsed.database).absolute()


def _create(path: Path) -> None:
    """An empty file that only its owner may read (threat W-25); SQLite gives the mode to its -wal and -shm files as well."""
    if path.is_dir():
        raise LedgerError(f"ledger {path}: this is a folder, a file is needed", temporary=False)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        return
    except FileNotFoundError:
        raise LedgerError(
            f"ledger {path}: the folder {path.parent} does not exist: create it", temporary=False
        ) from None
    except OSError as error:
        temporary = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise LedgerError(f"ledger {path}: it cannot be created: {error.strerror}", temporary=temporary) from None


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    """Transactions are begun by _begin alone, not by the driver before some statements."""
    connection.isolation_level = None
    # secure_delete: what is forgotten is overwritten, not left on a free page for whoever reads the file (RGPD article 17).
    for pragma in (
        "synchronous = FULL",
        "foreign_keys = ON",
        "secure_delete = ON",
        f"busy_timeout = {BUSY_S * 1000:.0f}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A write takes its lock at once: one that starts as a read can be refused in its middle, without any waiting."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITE) else "BEGIN")
