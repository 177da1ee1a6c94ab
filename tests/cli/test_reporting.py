"""`vigie report` in one process, against a real Dovecot: what is shown, what goes, and what does not."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import JUDGING, account_toml
from tests.scanner.world import mail, scan
from tests.servers.dovecot import Dovecot, append
from vigie.cli import language, main
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision

CHANNELS = '\n[channels.folder]\npath = "reports"\n'


@pytest.fixture
def here(dovecot: Dovecot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a vigie.toml whose only case is in quarantine."""
    account = dovecot.account("accueil", mode="enforce")
    append(account, mail("Remboursement", "impersonation"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    (tmp_path / "vigie.toml").write_text(JUDGING + account_toml(account) + CHANNELS)
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}", "service") as ledger:
        assert scan(account, ledger).quarantined == 1
    return tmp_path


def run(capsys: Any, *arguments: str, status: int = 0) -> str:
    language.use("en")
    try:
        done = main.run(list(arguments))
    finally:
        language.use("fr")
    told = capsys.readouterr()
    assert done == status, told
    return str(told.out + told.err)


def case(here: Path) -> str:
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        return next(iter(ledger.records())).id


def files(here: Path) -> int:
    return len(list((here / "reports").iterdir()))


def test_from_a_confirmed_fraud_to_the_folder(here: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    one = case(here)
    assert "confirmed" in run(capsys, "report", one, "--to", "folder", status=2)
    run(capsys, "review", "confirm", one)
    shown = run(capsys, "report", one, "--to", "folder", "--dry-run")
    assert "What names the recipient was left out" in shown
    assert files(here) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert "Nothing was sent" in run(capsys, "report", one, "--to", "folder")
    assert files(here) == 0
    assert "Receipt" in run(capsys, "review", "report", one, "--to", "folder", "--yes")
    assert files(here) == 1
    assert "has it already" in run(capsys, "report", one, "--to", "folder", "--yes")
    assert files(here) == 1


def test_without_a_channel_it_says_to_whom_and_how(here: Path, capsys: Any) -> None:
    one = case(here)
    told = run(capsys, "report", one)
    assert "Nobody has confirmed it as fraud" in told
    for word in (f"vigie report {one} --to folder", "0 805 805 817", "33700", "17cyber", "| ", "if somebody"):
        assert word in told
    assert "--to webhook" not in told
    run(capsys, "review", "confirm", one)
    assert "Nobody has confirmed" not in run(capsys, "review", "report", one)
    assert files(here) == 0


@pytest.mark.parametrize(("channel", "told"), [("webhook", "[channels.webhook]"), ("nobody", "no such channel")])
def test_what_is_typed_wrong(here: Path, capsys: Any, channel: str, told: str) -> None:
    assert told in run(capsys, "report", case(here), "--to", channel, status=2)


def test_what_was_reported_where(here: Path, capsys: Any) -> None:
    one = case(here)
    run(capsys, "review", "confirm", one)
    run(capsys, "report", one, "--to", "folder", "--yes")
    told = run(capsys, "report", "--statistics")
    assert "folder: asked 1, sent 1, waiting 0, not taken 0, dropped 0" in told
    assert "receipt" in told
    row = json.loads(run(capsys, "report", "--statistics", "--json", "--since", "1h"))
    assert (row["channel"], row["sent"], row["states"]["refused"], row["stopped"]) == ("folder", 1, 0, False)
    assert row["last_receipt"].endswith(".eml")
    assert row["answers"] == []


def test_the_stop_switch_from_the_command_line(here: Path, capsys: Any) -> None:
    one = case(here)
    run(capsys, "review", "confirm", one)
    assert "Nothing is sent to folder" in run(capsys, "report", "--stop", "folder")
    assert "already" in run(capsys, "report", "--stop", "folder")
    assert "anywhere" in run(capsys, "report", "--stop", "all")
    assert "Not sent yet" in run(capsys, "report", one, "--to", "folder", "--yes", status=3)
    assert files(here) == 0
    assert "stopped: nothing is sent" in run(capsys, "report", "--statistics")
    assert "Still stopped: folder" in run(capsys, "report", "--allow", "all")
    assert "Sending goes on" in run(capsys, "report", "--allow", "folder")
    assert "was not stopped" in run(capsys, "report", "--allow", "folder")
    assert json.loads(run(capsys, "report", "--statistics", "--json"))["waiting"] == 1


@pytest.mark.parametrize(
    "typed", [(), ("--stop", "nobody"), ("abcd",), ("abcd", "--statistics"), ("--stop", "all", "--allow", "all")]
)
def test_one_thing_at_a_time(here: Path, capsys: Any, typed: tuple[str, ...]) -> None:
    assert run(capsys, "report", *typed, status=2)


def test_a_disputed_fraud_says_that_people_have_to_agree(here: Path, capsys: Any) -> None:
    one = case(here)
    with Ledger(f"sqlite:///{here / 'vigie.db'}") as ledger:
        for who, decision in (("web:marie", Decision.CONFIRMED), ("web:paul", Decision.RELEASED)):
            desk = ledger.desk(who, second_reviewer=True)
            found = desk.case(one)
            assert found is not None
            desk.decide(one, decision, seen=found.record.version, at=datetime.now(UTC))
    assert "once people agree" in run(capsys, "report", one, "--to", "folder", "--yes", status=2)
    assert files(here) == 0


def test_a_channel_is_told_to_be_stopped_before_anything_was_ever_asked_of_it(here: Path, capsys: Any) -> None:
    assert files(here) == 0
    run(capsys, "report", "--stop", "folder")
    assert json.loads(run(capsys, "report", "--statistics", "--json"))["stopped"] is True
