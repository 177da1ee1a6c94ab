"""`vigie status` as a program: what the service measured, in two languages, as JSON, and its exit status."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.program import JUDGING, vigie
from vigie.ledger.store import Ledger

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


def test_all_is_well(here: Path) -> None:
    beat(here, "INBOX", 0, "", timedelta(seconds=10), None)
    beat(here, "Autre", 0, "", timedelta(minutes=5), None)
    done = vigie("status", "--json", cwd=here)
    assert done.returncode == 0, done.stderr
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["account"], first["folder"], first["lag_seconds"], first["ok"]) == ("accueil", "INBOX", 0.0, True)
    assert second["ok"]


def test_what_is_behind_and_what_nobody_has_heard_of(here: Path) -> None:
    beat(here, "INBOX", 12, "", timedelta(seconds=10), timedelta(hours=3))
    done = vigie("--lang", "en", "status", cwd=here)
    assert done.returncode == 3
    assert "✗ accueil/INBOX (observe): lag 3 h" in done.stdout
    assert "12 message(s) waiting" in done.stdout
    assert "✗ accueil/Autre (observe): lag unknown, never heard: is the service running?" in done.stdout


def test_a_service_that_has_ended_knows_no_lag_any_more(here: Path) -> None:
    beat(here, "INBOX", 0, "", timedelta(hours=1), None)  # the schedule says every 5 minutes
    beat(here, "Autre", 0, "connexion refusée", timedelta(seconds=5), None)
    done = vigie("--lang", "fr", "status", cwd=here)
    assert done.returncode == 3
    assert "accueil/INBOX (observe) : retard inconnu" in done.stdout
    assert "→ connexion refusée" in done.stdout
    told = [json.loads(line) for line in vigie("status", "--json", cwd=here).stdout.splitlines()]
    assert [one["lag_seconds"] for one in told] == [None, None]


def test_an_account_that_does_not_exist(here: Path) -> None:
    assert vigie("status", "acueil", cwd=here).returncode == 2
