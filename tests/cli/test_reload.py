"""A reload takes what is good of a bad file: each account by itself; what all share, whole or not at all."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.program import JUDGING, account_toml, environment, vigie
from tests.scanner.test_supervisor import until
from tests.scanner.world import mail
from tests.servers.dovecot import Dovecot
from tests.servers.hooks import Webhook
from vigie.cli import language
from vigie.cli.config import Config, ConfigError
from vigie.cli.liveness import status
from vigie.cli.reload import loaded
from vigie.ledger.store import Ledger

Write = Callable[..., Path]


def account(name: str, **keys: object) -> str:
    told = {"host": "imap.example.org", "username": name, "password_file": "p"} | keys
    return f'[[accounts]]\nname = "{name}"\n' + "".join(f"{key} = {json.dumps(value)}\n" for key, value in told.items())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(*sections: str) -> Path:
        (tmp_path / "vigie.toml").write_text("".join(sections))
        return tmp_path / "vigie.toml"

    return write


@pytest.fixture
def before(write: Write) -> Config:
    return loaded(write(account("a", port=1), account("b", port=1), account("c", port=1)), None)


def ports(config: Config) -> dict[str, int]:
    return {one.name: one.port for one in config.accounts}


@pytest.mark.parametrize(
    "wrong",
    [
        {"port": 0},
        {"prot": 2},
        {"cron": "soon"},
        {"ca_file": "absent"},
        {"folders": []},
        {"tls": "none"},
        {"mode": "x"},
    ],
    ids=str,
)
def test_a_wrong_account_goes_on_as_it_was(write: Write, before: Config, wrong: dict[str, object]) -> None:
    file = write(account("a", port=2), account("b", **{"port": 2} | wrong), account("d", port=2))
    now = loaded(file, before)
    assert ports(now) == {"a": 2, "b": 1, "d": 2}
    assert list(now.refused) == ["b"]
    assert now.refused["b"].startswith(f"{file}:")
    assert f"accounts[b].{next(iter(wrong))}" in now.refused["b"] or wrong == {"tls": "none"}
    again = loaded(file, now)
    assert ports(again) == {"a": 2, "b": 1, "d": 2}
    mended = loaded(write(account("a", port=3), account("b", port=3)), again)
    assert (ports(mended), dict(mended.refused)) == ({"a": 3, "b": 3}, {})


def test_a_new_account_that_is_wrong_is_not_begun(write: Write, before: Config) -> None:
    now = loaded(write(account("a", port=2), account("new", port=0)), before)
    assert (ports(now), list(now.refused)) == ({"a": 2}, ["new"])


def test_of_two_with_one_name_the_old_one_goes_on(write: Write, before: Config) -> None:
    now = loaded(write(account("a", port=2), account("b", port=2), account("a", port=3)), before)
    assert (ports(now), list(now.refused)) == ({"a": 1, "b": 2}, ["a"])


@pytest.mark.parametrize(
    "text",
    [
        "[dns]\nport = 0\n" + account("a", port=2),
        "[alerts]\nlag_minutes = 0\n" + account("a", port=2) + account("b", port=0),
        account("a b", port=2) + account("b", port=2),
        account("a", port=2) + "[[accounts]]\nport = 2\n",
        account("a", port=2) + "x",
        account("new", port=0),
        "accounts = 3\n",
        "",
    ],
)
def test_what_all_accounts_share_is_taken_whole(write: Write, before: Config, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(write(text), before)
    assert "\n" not in str(caught.value)


def test_a_start_is_strict(write: Write) -> None:
    file = write(account("a"), account("b", port=0))
    with pytest.raises(ConfigError, match=r"accounts\[b\]\.port"):
        loaded(file, None)


def test_status_shows_what_is_refused(write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as ledger:
        for name in ("a", "b"):
            ledger.beat(name, "INBOX", datetime.now(UTC), 0, "", known_at=datetime.now(UTC) - timedelta(seconds=9))
    file = write(account("a"), account("b", port=0), account("new", cron="soon"))
    language.use("en")
    assert status(file, "", as_json=False) == 3
    shown = capsys.readouterr().out.splitlines()
    language.use("fr")
    assert shown[0].startswith("✓ a/INBOX (observe): lag 0 s")
    assert shown[1].startswith("✗ b/INBOX: lag 0 s")
    assert (
        shown[2].strip() == f"→ refused: a reload leaves it as it was: {file}:11: accounts[b].port: wrong value ; ≥ 1"
    )
    assert shown[3].startswith("✗ new: lag unknown")
    assert "accounts[new].cron" in shown[4]
    assert status(file, "b", as_json=True) == 3
    (told,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (told["folder"], told["ok"], "accounts[b].port" in told["refused"]) == ("INBOX", False, True)


def test_a_reload_of_the_service(dovecot: Dovecot, webhook: Webhook, tmp_path: Path) -> None:
    """One account wrong, one changed, one new: each as it should be, and said in the log, the alerts and the status."""
    webhook.got.clear()
    alerts = (
        '[alerts]\nlanguage = "en"\nlook_s = 0.1\nsteady_s = 0\ndisk_free_mb = 1\n'
        f'[alerts.webhook]\nurl = "{webhook.url}"\nca_file = "{webhook.ca}"\n'
    )
    wrong, other, new = (dovecot.account() for _ in range(3))
    file = tmp_path / "vigie.toml"
    file.write_text(JUDGING + alerts + account_toml(wrong) + account_toml(other))

    def told() -> list[tuple[str, str, str]]:
        return [(one["kind"], one["subject"], one["state"]) for body, _ in webhook.got for one in body["alerts"]]

    def judged(name: str) -> int:
        with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as ledger:
            return len(list(ledger.records(account=name)))

    log = tmp_path / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "vigie", "--lang", "en", "run"], cwd=tmp_path, stderr=errors, env=environment()
        ) as run,
    ):
        assert until(lambda: "at work on" in log.read_text()), log.read_text()
        file.write_text(
            JUDGING + alerts + account_toml(wrong, port=0) + account_toml(other, mode="enforce") + account_toml(new)
        )
        run.send_signal(signal.SIGHUP)
        assert until(lambda: f"{wrong.name}: not reloaded, it goes on as before: {file.name}:" in log.read_text())
        assert until(lambda: f"new: {new.name}; changed: {other.name}" in log.read_text()), log.read_text()
        assert until(lambda: ("configuration", wrong.name, "raised") in told()), log.read_text()
        for one in (wrong, other, new):
            dovecot.deliver(one, mail("apres"))
        assert until(lambda: all(judged(one.name) == 1 for one in (wrong, other, new))), log.read_text()
        shown = vigie("--lang", "en", "status", cwd=tmp_path)
        assert (shown.returncode, f"accounts[{wrong.name}].port" in shown.stdout) == (3, True)
        assert f"{other.name}/INBOX (enforce)" in shown.stdout
        file.write_text(JUDGING + alerts + account_toml(wrong) + account_toml(other) + account_toml(new))
        run.send_signal(signal.SIGHUP)
        assert until(lambda: ("configuration", wrong.name, "over") in told()), log.read_text()
        run.send_signal(signal.SIGTERM)
        assert run.wait(60) == 0
