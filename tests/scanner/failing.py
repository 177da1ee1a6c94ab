"""A ledger whose n-th write fails, and what a later pass makes of what that left."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.scanner.crashing import Scenario, Server, picture
from tests.scanner.world import scan
from tests.servers.dovecot import hashes
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.settings import AccountSettings

FAULTS = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_READONLY)
_READS = ("SELECT", "PRAGMA", "WITH")


class Disk:
    """Counts the writes of a ledger, statements and commits; the n-th fails, and where it is `full` every later one, too."""

    def __init__(self, fails: int, *, full: bool = False, code: int | None = None) -> None:
        """`code`: of SQLite; None: one of FAULTS by turns."""
        self.fails = fails
        self.code = FAULTS[fails % len(FAULTS)] if code is None else code
        self.full = full
        self.writes = 0

    @property
    def failed(self) -> bool:
        return 0 < self.fails <= self.writes

    def write(self) -> None:
        self.writes += 1
        if self.writes == self.fails or (self.full and self.failed):
            error = sqlite3.OperationalError("injected")
            error.sqlite_errorcode = self.code
            raise error

    def under(self, ledger: Ledger) -> None:
        """From now on that ledger writes here."""
        self.under_engine(ledger._database._engine)

    def under_engine(self, engine: Engine) -> None:
        """From now on what is connected by that engine writes here."""
        disk = self

        class Cursor(sqlite3.Cursor):
            def execute(self, sql: str, *arguments: Any) -> Cursor:
                if sql != "BEGIN" and not sql.lstrip().upper().startswith(_READS):
                    disk.write()
                    assert isinstance(self.connection, Connection)
                    self.connection.writing = True
                super().execute(sql, *arguments)
                return self

            def executemany(self, sql: str, *arguments: Any) -> Cursor:
                disk.write()
                super().executemany(sql, *arguments)
                return self

        class Connection(sqlite3.Connection):
            writing = False

            def cursor(self, *_: Any) -> Any:
                return super().cursor(Cursor)

            def commit(self) -> None:
                # A commit can fail before it is on the disk, and be told to have failed when it is there.
                if self.writing:
                    if disk.writes + 1 == disk.fails and disk.fails % 2:
                        super().commit()
                    disk.write()
                self.writing = False
                super().commit()

        @event.listens_for(engine, "do_connect")
        def connect(_: Any, __: Any, positional: list[Any], named: dict[str, Any]) -> sqlite3.Connection:
            return sqlite3.connect(*positional, **named, factory=Connection)

        engine.dispose()


class Failing:
    """One scenario on one server: a pass whose writes all succeed, then passes of which one write, or all from one on, fail."""

    def __init__(self, server: Server, scenario: Scenario, folder: Path) -> None:
        self._server = server
        self._scenario = scenario
        self._folder = folder
        account = self._prepared("whole")
        self._contents = hashes(account)
        whole = Disk(0)
        with self._ledger("whole") as ledger:
            whole.under(ledger)
            scan(account, ledger)
        self.writes = whole.writes
        self._wanted = picture(account)

    def check(self, fails: int, *, full: bool) -> None:
        """The pass ends with a LedgerError; the next one, with a sound disk, comes to the same end."""
        name = f"{fails}-{full}"
        account, disk = self._prepared(name), Disk(fails, full=full)
        with self._ledger(name) as ledger:
            disk.under(ledger)
            try:
                scan(account, ledger)
            except LedgerError:
                assert disk.failed, f"write {name}"
            else:
                assert not disk.failed, f"write {name}: nobody was told"
        assert hashes(account) == self._contents, f"write {name}: lost or doubled"
        with self._ledger(name) as ledger:
            scan(account, ledger)
            assert picture(account) == self._wanted, f"write {name}: another end than without a fault"
            assert ledger.open_intents(account.name) == [], f"write {name}"
            assert scan(account, ledger).judged == 0, f"write {name}"

    def _prepared(self, name: str) -> AccountSettings:
        account = self._server.account(tls="none", port=self._server.port)
        self._scenario.prepare(account, self._folder / name)
        return account

    def _ledger(self, name: str) -> Ledger:
        return Ledger(f"sqlite:///{self._folder / name}")
