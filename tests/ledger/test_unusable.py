"""What moves, people and the lag write into a ledger that cannot be used just then (I-51): wholly there or not at all."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.ledger.made import NOON, intent, outcome, place, record
from tests.ledger.test_faults import HOLD, let_in, without_privileges
from tests.scanner.failing import Disk
from vigie.ledger import audit, database
from vigie.ledger.audit import What
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Decision, ModeChange, Sighting, State, Step

THERE = place(5, folder="Quarantaine")
MODE = ModeChange("accueil", Step.PROMOTE, "enforce", "observe", "observe", NOON)
SEEN = [Sighting("aa", "accueil", NOON, place(1))]
OPERATIONS: dict[str, Callable[[Ledger], object]] = {
    # migration 4
    "a move begins": lambda ledger: ledger.begin("q2", THERE),
    "a move is put off": lambda ledger: ledger.put_off(["q1"], NOON + timedelta(minutes=5)),
    "a move ends": lambda ledger: ledger.close_intent(outcome(intent(record(1)), destination=THERE)),
    # migration 5
    "a login": lambda ledger: ledger.note(What.LOGIN, account="accueil", count=1),
    "a promotion": lambda ledger: ledger.change_mode(MODE, after=None),
    "a decision": lambda ledger: ledger.set_decision(record(1).id, Decision.CONFIRMED, NOON),
    "forgetting": lambda ledger: ledger.forget_records([record(3).id]),
    # migration 6
    "the lag": lambda ledger: ledger.beat(
        "accueil", "INBOX", NOON, 9, "", known_at=NOON, behind_since=NOON - timedelta(minutes=9)
    ),
    # migration 7
    "signatures": lambda ledger: ledger.add_records(
        [record(4)], None, sightings=[Sighting("bb", "accueil", NOON, place(4))]
    ),
}


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "now", lambda: NOON)
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    monkeypatch.setattr(database, "OPEN_S", 0.1)


@pytest.fixture
def filled(tmp_path: Path) -> bytes:
    """A ledger with something in every table."""
    path = tmp_path / "filled.db"
    with Ledger(f"sqlite:///{path}") as ledger:
        ledger.add_records([record(1), record(2), record(3)], None, sightings=SEEN)
        for name, of in (("q1", record(1)), ("q2", record(2))):
            ledger.open_intent(intent(of, name))
        ledger.begin("q1", THERE)
        ledger.beat("accueil", "INBOX", NOON, 0, "", known_at=NOON - timedelta(minutes=1))
    return path.read_bytes()


def contents(url: str) -> list[str]:
    """Every row, as another program sees it."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
        found = list(other.iterdump())
    other.close()
    return found


@pytest.fixture
def copies(filled: bytes, tmp_path: Path) -> Callable[[], str]:
    """A ledger as it was, each time."""
    path = tmp_path / "vigie.db"

    def copy() -> str:
        for rest in tmp_path.glob("vigie.db*"):
            rest.unlink()
        path.write_bytes(filled)
        return f"sqlite:///{path}"

    return copy


@contextmanager
def held_by_another_program(url: str) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, url.removeprefix("sqlite:///")]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        other.communicate(b"\n")


def fault(work: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        work()
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", OPERATIONS)
def test_another_program_holds_it_for_longer_than_we_wait(copies: Callable[[], str], name: str) -> None:
    url, work = copies(), OPERATIONS[name]
    before = contents(url)
    with Ledger(url) as ledger:
        with held_by_another_program(url):
            told = fault(lambda: work(ledger))
            assert "another program has locked it" in str(told)
            assert told.temporary
        assert contents(url) == before
        work(ledger)
        assert contents(url) != before
        assert ledger.audit_verified().breaks == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_the_nth_write_fails(copies: Callable[[], str], name: str) -> None:
    """Full, broken, locked or read-only: nothing is half there, nobody is told of success, the next try does it."""
    work = OPERATIONS[name]
    url = copies()
    before = contents(url)
    with Ledger(url) as ledger:
        work(ledger)
    after = contents(url)
    for fails in range(1, 60):
        url, disk = copies(), Disk(fails, full=fails % 3 == 0)
        with Ledger(url) as ledger:
            disk.under(ledger)
            told = None
            try:
                work(ledger)
            except LedgerError as error:
                told = error.temporary
        # told whenever something failed, and whether trying again may help
        assert told == (disk.code != sqlite3.SQLITE_READONLY if disk.failed else None), f"write {fails}"
        now = contents(url)
        assert now in (before, after), f"write {fails}"
        with Ledger(url) as ledger:
            if now == before:
                work(ledger)
            assert ledger.audit_verified().breaks == []
        assert contents(url) == after
        if not disk.failed:
            break
    assert 2 < fails < 59


RIGHTS = "it cannot be {}: check the owner and the rights of the file and of its folder"


def test_a_file_that_may_only_be_read(copies: Callable[[], str], tmp_path: Path) -> None:
    """It is read, and whatever is to be written is refused; `check` says so before anything is tried."""
    url = copies()
    before = contents(url)
    let_in(tmp_path)
    tmp_path.chmod(0o777)
    (tmp_path / "vigie.db").chmod(0o444)
    with without_privileges(), Ledger(url) as ledger:
        assert ledger.sending("q1").before == THERE
        assert [beat.known_at for beat in ledger.heartbeats()] == [NOON - timedelta(minutes=1)]
        for work in (Ledger.check, *OPERATIONS.values()):
            told = fault(partial(work, ledger))
            assert RIGHTS.format("written") in str(told)
            assert not told.temporary
    assert contents(url) == before


def test_a_folder_that_may_only_be_read(copies: Callable[[], str], tmp_path: Path) -> None:
    url = copies()
    before = contents(url)
    let_in(tmp_path)
    (tmp_path / "vigie.db").chmod(0o666)
    tmp_path.chmod(0o555)
    with without_privileges():
        told = fault(lambda: Ledger(url))
    tmp_path.chmod(0o700)
    assert str(told).endswith((RIGHTS.format("opened"), RIGHTS.format("written")))
    assert not told.temporary
    assert contents(url) == before


def test_what_is_in_the_way_keeps_nobody_from_reading(copies: Callable[[], str]) -> None:
    url = copies()
    with Ledger(url) as ledger, held_by_another_program(url):
        assert ledger.sendings("accueil").keys() == {"q1"}
        assert {one.state for one in ledger.open_intents("accueil")} == {State.MOVING, State.PENDING}
        assert ledger.audit_verified().entries == 2
        assert len(ledger.heartbeats()) == 1
        assert ledger.newest_mode("accueil") is None
