"""Commands over a ledger that cannot be used: one line, status 3, and nothing lost (I-51, contract)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.program import JUDGING
from tests.ledger.made import NOON, intent, outcome, place, record
from tests.ledger.test_faults import let_in, without_privileges
from tests.ledger.test_unusable import held_by_another_program
from tests.scanner.failing import Disk
from vigie.cli import export, forget, main, modes
from vigie.ledger import database
from vigie.ledger.audit import What
from vigie.ledger.store import Ledger
from vigie.ledger.types import ModeChange, Step

ACCOUNT = '[[accounts]]\nname = "accueil"\nhost = "imap.example.org"\nusername = "accueil"\npassword_file = "p"\n'
LOADED = (export, forget, modes)
READING = {
    "status": ("status",),
    "audit list": ("audit", "list"),
    "audit verify": ("audit", "verify"),
    "review list": ("review", "list"),
    "backtest": ("backtest",),
}
WRITING = {
    "promote": ("promote", "accueil", "enforce"),
    "rollback": ("rollback", "accueil"),
    "forget a message": ("forget", "--message-id", "1@example.org", "--yes"),
    "forget an account": ("forget", "--account", "accueil", "--yes"),
    "forget what expired": ("forget", "--expired"),
    "export": ("export", "--account", "accueil"),
    "release": ("review", "release", record(3).id),
}
OLD = NOON - timedelta(days=400)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "p").write_text("x")
    (tmp_path / "vigie.toml").write_text(JUDGING + ACCOUNT)
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as ledger:
        ledger.add_records([record(1, judged_at=OLD), record(2), record(3)], None, [intent(record(2))])
        ledger.open_intent(intent(record(3), "q3"))
        ledger.close_intent(outcome(intent(record(3), "q3"), destination=place(4, folder="Quarantaine")))
        ledger.begin("q1", place(5, folder="Quarantaine"))
        ledger.note(What.LOGIN, account="accueil", count=1)
        ledger.change_mode(ModeChange("accueil", Step.FILE, "observe", "observe", "observe", NOON), after=None)
        ledger.change_mode(
            ModeChange("accueil", Step.PROMOTE, "tag", "observe", "observe", NOON), after=ledger.newest_mode("accueil")
        )
        ledger.beat("accueil", "INBOX", NOON, 0, "", known_at=NOON)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_CONFIG", raising=False)
    monkeypatch.setattr(database, "BUSY_S", 0.1)
    monkeypatch.setattr(database, "OPEN_S", 0.1)

    def run(*arguments: str) -> tuple[int, str, str]:
        status = main.run(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


def rows(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "vigie.db") as other:
        found = list(other.iterdump())
    other.close()
    return found


@pytest.mark.parametrize("name", [*READING, *WRITING])
def test_locked_by_another_program(run: Run, tmp_path: Path, name: str) -> None:
    before = rows(tmp_path)
    with held_by_another_program(f"sqlite:///{tmp_path / 'vigie.db'}"):
        status, out, err = run(*{**READING, **WRITING}[name])
    assert (status, out) == (3, "")
    assert err == f"vigie: ledger {tmp_path / 'vigie.db'}: another program has locked it\n"
    assert rows(tmp_path) == before


@pytest.mark.parametrize("name", ["status", "promote", "forget a message", "export"])
@pytest.mark.parametrize("what", ["file", "folder"])
def test_it_may_only_be_read(run: Run, tmp_path: Path, name: str, what: str) -> None:
    run("status")  # what a command loads is not everybody's to read
    before = rows(tmp_path)
    let_in(tmp_path)
    (tmp_path / "vigie.db").chmod(0o444 if what == "file" else 0o666)
    (tmp_path / "p").chmod(0o644)
    tmp_path.chmod(0o777 if what == "file" else 0o555)
    with without_privileges():
        status, out, err = run(*{**READING, **WRITING}[name])
    tmp_path.chmod(0o700)
    if (name, what) == ("status", "file"):
        assert (out.startswith("✗ accueil/INBOX (tag;"), err) == (True, "")  # what can be read is shown
    else:
        assert (status, out, err.count("\n")) == (3, "", 1)
        assert "check the owner and the rights of the file and of its folder" in err
    assert rows(tmp_path) == before


@pytest.mark.parametrize("name", ["promote", "forget a message", "forget what expired", "release"])
def test_the_disk_is_full_from_the_nth_write_on(
    run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(tmp_path)
    for fails in range(1, 40):
        disk = Disk(fails, full=True, code=sqlite3.SQLITE_FULL)
        with monkeypatch.context() as patch:
            patch.setattr(database.Database, "_open", lambda self, disk=disk: disk.under_engine(self._engine))
            status, out, err = run(*WRITING[name])
        if not disk.failed:
            assert "ledger" not in err
            assert rows(tmp_path) != before
            break
        assert status == 3
        assert err.count("\n") == 1
        assert "the disk is full: free some space" in err
        assert "oubliés" not in out
        # an intent whose commit was told to have failed may be durable all the same; what is half there is not
        with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as ledger:
            assert ledger.audit_verified().breaks == []
            assert ledger.sending("q1").before == place(5, folder="Quarantaine")
            assert len(ledger.heartbeats()) == 1
    assert 1 < fails < 39
