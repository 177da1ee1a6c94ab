"""Each trouble, made real in a ledger: found, and gone when it is mended."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanner.operation.world import Watched, a_quarantine
from vigie.ledger.audit import What
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger
from vigie.scanner import upkeep
from vigie.scanner.operation.alarms import Alarms
from vigie.scanner.operation.meter import Meter
from vigie.scanner.operation.settings import AlertSettings
from vigie.scanner.operation.troubles import Kind, Lookout
from vigie.scanner.settings import AccountSettings
from vigie.scanner.summary import Summary

ACCOUNT = AccountSettings.model_validate(
    {"name": "accueil", "host": "imap.example.org", "username": "a", "password_env": "X", "schedule": "5m"}
)


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def meter():
    return Meter()


@pytest.fixture
def lookout(ledger, clock, meter):
    settings = AlertSettings(disk_free_mb=1, lag_messages=10, lag_minutes=30)
    beat(ledger)
    return Lookout(Watched(ledger, (ACCOUNT,)), settings, meter, lambda: clock[0])


def beat(ledger: Ledger, *, lag: int = 0, error: str = "", age_s: float = 0) -> None:
    ledger.beat("accueil", "INBOX", datetime.now(UTC) - timedelta(seconds=age_s), lag, error)


def kinds(lookout: Lookout) -> list[tuple[Kind, str]]:
    return [(trouble.kind, trouble.subject) for trouble in lookout.look()]


def test_nothing_is_wrong(lookout):
    assert kinds(lookout) == []


def test_a_stopped_account(lookout, ledger):
    beat(ledger, error="stopped: login: the server refuses the user name or the password")
    assert kinds(lookout) == [(Kind.ACCOUNT_STOPPED, "accueil")]
    beat(ledger)
    assert kinds(lookout) == []


def test_a_folder_that_is_behind(lookout, ledger):
    beat(ledger, lag=11)
    assert kinds(lookout) == [(Kind.LAG, "accueil/INBOX")]
    beat(ledger, lag=10)
    assert kinds(lookout) == []


@pytest.mark.parametrize("error", ["", "connection refused"])
def test_a_mail_that_waits_for_long_to_be_judged(lookout, ledger, error):
    """One is enough, and at once: the ledger has measured it, whenever this process began."""

    def waits(minutes: float) -> None:
        now = datetime.now(UTC)
        ledger.beat("accueil", "INBOX", now, 1, error, known_at=now, behind_since=now - timedelta(minutes=minutes))

    waits(29.5)
    assert kinds(lookout) == []
    waits(30.1)
    (trouble,) = lookout.look()
    assert (trouble.key, trouble.detail) == ("lag accueil/INBOX", error or "30 min")
    ledger.beat("accueil", "INBOX", datetime.now(UTC), 0, "", known_at=datetime.now(UTC))
    assert kinds(lookout) == []


@pytest.mark.parametrize(("error", "age_s"), [("connection refused", 0), ("", 601)])
def test_a_folder_that_cannot_be_looked_at_for_long(lookout, ledger, clock, error, age_s):
    beat(ledger, error=error, age_s=age_s)
    assert kinds(lookout) == []
    clock[0] += 29 * 60
    assert kinds(lookout) == []
    clock[0] += 60
    assert kinds(lookout) == [(Kind.LAG, "accueil/INBOX")]
    beat(ledger)
    assert kinds(lookout) == []


def test_a_ledger_that_cannot_be_written(tmp_path, meter, monkeypatch):
    monkeypatch.setattr("vigie.ledger.database.BUSY_S", 0.1)
    with Ledger(f"sqlite:///{tmp_path / 'quick.db'}") as ledger:
        beat(ledger)
        lookout = Lookout(Watched(ledger, (ACCOUNT,)), AlertSettings(disk_free_mb=1), meter)
        other = sqlite3.connect(ledger.path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        assert kinds(lookout) == [(Kind.LEDGER, "")]
        other.execute("ROLLBACK")
        other.close()
        assert kinds(lookout) == []


def test_a_disk_that_is_nearly_full(ledger, meter):
    settings = AlertSettings(disk_free_mb=10**9)
    (trouble,) = Lookout(Watched(ledger, ()), settings, meter).look()
    assert trouble.kind is Kind.DISK
    assert trouble.detail.endswith(" MB")


def test_a_move_that_waits_for_long(lookout, ledger):
    a_quarantine(ledger, "accueil", datetime.now(UTC) - timedelta(minutes=31))
    assert kinds(lookout) == [(Kind.QUARANTINE, "accueil")]


def test_a_move_that_was_refused(lookout, meter, clock):
    assert kinds(lookout) == []
    meter.passed(Summary("accueil", "INBOX", "enforce", failed=1))
    assert kinds(lookout) == [(Kind.QUARANTINE, "accueil")]
    clock[0] += 3599
    assert kinds(lookout) == [(Kind.QUARANTINE, "accueil")]
    clock[0] += 1
    assert kinds(lookout) == []
    meter.passed(Summary("accueil", "INBOX", "enforce", homeless=1))
    assert kinds(lookout) == [(Kind.QUARANTINE, "accueil")]


def test_an_audit_log_that_is_not_whole(lookout, ledger, meter, caplog):
    for count in range(3):
        ledger.note(What.LOGIN, account="accueil", count=count)
    assert kinds(lookout) == []
    assert ledger_figures(meter, ledger)["vigie_audit_breaks"] == 0
    original = tampered(ledger)
    assert kinds(lookout) == [], "it is looked at once a day"
    upkeep.run(ledger, RetentionSettings(), meter)
    assert "the audit log was tampered with or damaged" in caplog.text
    assert kinds(lookout) == [(Kind.AUDIT, "")]
    assert ledger_figures(meter, ledger)["vigie_audit_breaks"] == 1
    # told once, however often it is found; and a process that starts anew does not take it back first
    alarms = Alarms(AlertSettings(steady_s=0))
    for second in range(3):
        upkeep.run(ledger, RetentionSettings(), meter)
        notice = alarms.due(lookout.look(), second)
        assert [trouble.kind for trouble in notice.raised] == ([Kind.AUDIT] if second == 0 else [])
        alarms.was_sent(notice, second)
    anew = Lookout(Watched(ledger, (ACCOUNT,)), AlertSettings(disk_free_mb=1), Meter())
    assert not alarms.due(anew.look(), 10)
    tampered(ledger, original)
    meter.use(Watched(ledger, (ACCOUNT,)))  # a reload
    assert kinds(lookout) == []


def ledger_figures(meter: Meter, ledger: Ledger) -> dict[str, float]:
    watched = Watched(ledger, (ACCOUNT,))
    meter._of_ledger.watched = watched
    return {one.name: one.value for family in meter._of_ledger.collect() for one in family.samples if not one.labels}


def tampered(ledger: Ledger, detail: str = '{"count":9}') -> str:
    """Changes one entry behind Vigie's back; gives what stood there."""
    with sqlite3.connect(ledger.path) as other:
        other.execute("DROP TRIGGER IF EXISTS audit_is_never_changed")
        before = str(other.execute("SELECT detail FROM audit WHERE number = 2").fetchone()[0])
        other.execute("UPDATE audit SET detail = ? WHERE number = 2", (detail,))
    other.close()
    return before


def test_a_reload_that_was_refused(lookout):
    lookout.refused = {"": "vigie.toml:3: TOML incorrect"}
    assert kinds(lookout) == [(Kind.CONFIGURATION, "")]
    lookout.refused = {"accueil": "vigie.toml:9: accounts[accueil].port: 1 ≤"}
    assert kinds(lookout) == [(Kind.CONFIGURATION, "accueil")]
