"""`vigie status` as a program: what the service measured, in two languages, as JSON, and its exit status."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.program import JUDGING, vigie
from vigie.cli.language import use
from vigie.cli.liveness import status
from vigie.cli.status import Fault
from vigie.ledger.audit import What
from vigie.ledger.store import Ledger
from vigie.ledger.types import ModeChange, Step
from vigie.scanner.decide import Mode

NOW = datetime.now(UTC)
ACCOUNT = '[[accounts]]\nname = "accueil"\nhost = "imap.example.org"\nusername = "accueil"\npassword_file = "p"\nidle = false\n'


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "p").write_text("x")
    (tmp_path / "vigie.toml").write_text(JUDGING + ACCOUNT + 'folders = ["INBOX", "Autre"]\n')
    return tmp_path


def beat(here: Path, folder: str, lag_uids: int, error: str, known: timedelta, since: timedelta | None) -> None:
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        behind_since = None if since is None else datetime.now(UTC) - since
        known_at = datetime.now(UTC) - known
        ledger.beat("accueil", folder, NOW, lag_uids, error, known_at=known_at, behind_since=behind_since)


def lines(here: Path, language: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What it prints for people, where something is wrong."""
    use(language)
    try:
        assert status(here / "vigie.toml", "", as_json=False) == 3
    finally:
        use("fr")
    return capsys.readouterr().out


def test_all_is_well(here: Path) -> None:
    beat(here, "INBOX", 0, "", timedelta(seconds=10), None)
    beat(here, "Autre", 0, "", timedelta(minutes=3), None)
    done = vigie("status", "--json", cwd=here)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["account"], first["folder"], first["lag_seconds"], first["ok"]) == ("accueil", "INBOX", 0.0, True)
    assert second["ok"]


def test_what_is_behind_and_what_nobody_has_heard_of(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beat(here, "INBOX", 12, "", timedelta(seconds=10), timedelta(hours=3))
    shown = lines(here, "en", capsys)
    assert "✗ accueil/INBOX (observe): lag 3 h" in shown
    assert "12 message(s) waiting" in shown
    assert "✗ accueil/Autre (observe): lag unknown, never heard: is the service running?" in shown


def test_a_service_that_has_ended_knows_no_lag_any_more(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beat(here, "INBOX", 0, "", timedelta(hours=1), None)  # the schedule says every 5 minutes
    beat(here, "Autre", 0, "connexion refusée", timedelta(seconds=5), None)
    shown = lines(here, "fr", capsys)
    assert "accueil/INBOX (observe) : retard inconnu" in shown
    assert "→ connexion refusée" in shown
    assert status(here / "vigie.toml", "", as_json=True) == 3
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["lag_seconds"] for one in told] == [None, None]


def test_the_mode_is_the_one_in_force(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    beat(here, "INBOX", 0, "", timedelta(seconds=10), None)

    def given(step: Step, mode: Mode, before: str) -> None:
        with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
            change = ModeChange("accueil", step, mode, before, "observe", NOW)
            assert ledger.change_mode(change, after=ledger.newest_mode("accueil"))

    def told() -> list[tuple[str, str]]:
        status(here / "vigie.toml", "", as_json=True)
        shown = map(json.loads, capsys.readouterr().out.splitlines())
        return list(dict.fromkeys((one["mode"], one["file_mode"]) for one in shown))

    assert told() == [("observe", "observe")]
    given(Step.FILE, "observe", "observe")
    given(Step.PROMOTE, "enforce", "observe")
    assert told() == [("enforce", "observe")]
    day = f"{NOW.astimezone():%Y-%m-%d %H:%M}"
    assert f"✓ accueil/INBOX (enforce; vigie.toml: observe, promote {day}): lag 0 s" in lines(here, "en", capsys)
    given(Step.ROLLBACK, "observe", "enforce")
    assert "accueil/INBOX (observe) : " in lines(here, "fr", capsys)
    # the file says something new, and the service has not been told to read it
    text = (here / "vigie.toml").read_text()
    (here / "vigie.toml").write_text(text + 'mode = "enforce"\n')
    assert told() == [("observe", "enforce")]
    assert "(observe; vigie.toml: enforce, not read yet: reload the service)" in lines(here, "en", capsys)


def test_an_audit_log_that_is_not_whole(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("INBOX", "Autre"):
        beat(here, folder, 0, "", timedelta(seconds=10), None)
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        ledger.note(What.LOGIN, account="accueil", count=1)
    assert status(here / "vigie.toml", "", as_json=False) == 0
    capsys.readouterr()
    with sqlite3.connect(here / "vigie.db") as other:
        other.execute("DROP TRIGGER audit_is_never_changed")
        other.execute("UPDATE audit SET who = 'somebody else'")
    other.close()
    assert "✗ the chain of the audit log is broken (1): vigie audit verify" in lines(here, "en", capsys)
    assert "✗ la chaîne du journal d'audit est rompue (1)" in lines(here, "fr", capsys)
    assert status(here / "vigie.toml", "", as_json=True) == 3
    assert [json.loads(line)["audit_breaks"] for line in capsys.readouterr().out.splitlines()] == [1, 1]


def test_an_account_that_does_not_exist(here: Path) -> None:
    with pytest.raises(Fault, match="accueil") as caught:
        status(here / "vigie.toml", "acueil", as_json=False)
    assert caught.value.status == 2
