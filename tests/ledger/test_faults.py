"""The ledger that cannot be used says so in one line, with the right `temporary` (threat I-51), and keeps what it had."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ledger.made import NOON, intent, record
from vigie.ledger import database
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Cursor

NOBODY = 65534


def fault(url: str) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        Ledger(url)
    assert "\n" not in str(caught.value)
    return caught.value


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write everything: the test has to be somebody else meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def let_in(folder: Path) -> None:
    """pytest's own folders are 0700, one more of them under xdist."""
    for parent in folder.parents:
        if parent == Path(tempfile.gettempdir()):
            return
        parent.chmod(0o755)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "not one"),
        ("vigie.db", "not one"),
        ("sqlite://", "outlive"),
        ("sqlite:///", "outlive"),
        ("sqlite:///:memory:", "outlive"),
        ("sqlite://vigie.db", "slashes"),
        ("sqlite:///vigie.db?mode=ro", "option"),
        ("postgresql+psycopg://db/vigie", "postgresql"),
        ("mysql://x", "mysql"),
    ],
)
def test_a_wrong_url_says_what_would_be_right(url: str, says: str) -> None:
    told = fault(url)
    assert says in str(told)
    assert "sqlite:///vigie.db" in str(told)
    assert not told.temporary


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    told = fault(f"sqlite:///{tmp_path}/none/vigie.db")
    assert f"the folder {tmp_path}/none does not exist" in str(told)
    assert not told.temporary


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "folder" in str(fault(f"sqlite:///{tmp_path}"))


def test_only_its_owner_may_read_it(tmp_path: Path, url: str) -> None:
    old = os.umask(0)
    try:
        with Ledger(url) as ledger:
            ledger.add_records([record(1)], None)
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(old)
    assert modes == {"vigie.db": 0o600, "vigie.db-wal": 0o600, "vigie.db-shm": 0o600}


def test_rights_that_an_admin_gave_stay(tmp_path: Path, url: str) -> None:
    (tmp_path / "vigie.db").touch(0o600)
    (tmp_path / "vigie.db").chmod(0o660)
    Ledger(url).close()
    assert stat.S_IMODE((tmp_path / "vigie.db").stat().st_mode) == 0o660


def test_another_file_is_left_alone(tmp_path: Path, url: str) -> None:
    path = tmp_path / "vigie.db"
    path.write_text("Chère Madame, " * 100)
    told = fault(url)
    assert "not a database of Vigie" in str(told)
    assert not told.temporary
    assert path.read_text() == "Chère Madame, " * 100


def test_the_database_of_another_program_is_left_alone(tmp_path: Path, url: str) -> None:
    with sqlite3.connect(tmp_path / "vigie.db") as other:
        other.execute("CREATE TABLE contacts (name TEXT)")
    other.close()
    assert "another program" in str(fault(url))
    with sqlite3.connect(tmp_path / "vigie.db") as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("contacts",)]
    other.close()


def test_a_newer_schema_is_refused(tmp_path: Path, url: str) -> None:
    Ledger(url).close()
    with sqlite3.connect(tmp_path / "vigie.db") as newer:
        newer.execute("UPDATE schema_version SET version = 999")
    newer.close()
    told = fault(url)
    assert "newer Vigie (schema 999" in str(told)
    assert not told.temporary


def test_a_damaged_file_is_told(tmp_path: Path, url: str) -> None:
    with Ledger(url) as ledger:
        ledger.add_records([record(uid) for uid in range(500)], None)
    path = tmp_path / "vigie.db"
    raw = bytearray(path.read_bytes())
    raw[8192:] = b"\xa5" * (len(raw) - 8192)
    path.write_bytes(raw)
    with pytest.raises(LedgerError, match=r"damaged|not a database"), Ledger(url) as ledger:
        list(ledger.records())


def test_a_read_only_file_is_no_ledger(tmp_path: Path, url: str) -> None:
    Ledger(url).close()
    (tmp_path / "vigie.db").chmod(0o444)
    tmp_path.chmod(0o555)
    let_in(tmp_path)
    with without_privileges():
        told = fault(url)
    tmp_path.chmod(0o755)
    assert "cannot be written" in str(told) or "cannot be opened" in str(told)
    assert not told.temporary


def test_a_folder_without_rights_is_told(tmp_path: Path, url: str) -> None:
    tmp_path.chmod(0o555)
    let_in(tmp_path)
    with without_privileges():
        told = fault(url)
    tmp_path.chmod(0o755)
    assert "cannot be created: Permission denied" in str(told)


HOLD = """
import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def test_a_ledger_locked_by_another_program_is_a_temporary_fault(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    with Ledger(url) as ledger:
        ledger.add_records([record(1)], None)
        other = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path / "vigie.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LedgerError, match="locked") as caught:
            ledger.open_intent(intent(record(1)))
        assert caught.value.temporary
        assert ledger.record(record(1).id) == record(1)  # WAL: readers go on
        assert fault(url).temporary
        other.communicate(b"\n")
        ledger.open_intent(intent(record(1)))


def _until_it_fails(ledger: Ledger) -> tuple[int, LedgerError]:
    for batch in range(1000):
        try:
            ledger.add_records(
                [record(10 * batch + uid) for uid in range(10)], Cursor("accueil", "INBOX", 7, 10 * batch + 9)
            )
        except LedgerError as error:
            return batch, error
    pytest.fail("the disk never filled")


@pytest.mark.parametrize("pages", range(36, 64, 3))
def test_a_full_disk_keeps_what_was_there(url: str, pages: int) -> None:
    """Whichever write meets the end of the disk: a batch is there wholly, with its cursor, or not at all."""
    with Ledger(url) as ledger:
        with ledger._database._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        written, told = _until_it_fails(ledger)
        assert "full" in str(told)
        assert told.temporary
        assert len(list(ledger.records())) == 10 * written
        cursor = ledger.cursor("accueil", "INBOX")
        assert (cursor.last_uid if cursor else -1) == 10 * written - 1
        with ledger._database._engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        ledger.add_records([record(99999)], None)  # space again: it goes on
        assert len(list(ledger.records(limit=9999))) == 10 * written + 1


def test_no_fault_quotes_the_mail(ledger: Ledger) -> None:
    ledger.add_records([record(1)], None)
    with pytest.raises(LedgerError) as caught:
        ledger.add_records([record(2, id=record(1).id, subject="secret médical")], None)
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert [found.place.uid for found in ledger.records(since=NOON)] == [1]
