"""The service as a process: mail arrives by LMTP while it runs; signals end it, or have it read its configuration anew."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from tests.judge import forked
from tests.scanner.test_supervisor import until
from tests.scanner.world import QUARANTINE, mail, places
from tests.servers.dovecot import Dovecot, append
from vigie.judge.settings import JudgeSettings
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger
from vigie.scanner import attended, daemon
from vigie.scanner.operation.settings import OperationSettings
from vigie.scanner.reporting.settings import ChannelsSettings
from vigie.scanner.settings import AccountSettings

ROOT = Path(__file__).parents[2]
FALSE = ROOT / "vigie" / "cli" / "demo_mails" / "026-assure-ameli-fr-prefixe.eml"
ZONE = ROOT / "vigie" / "cli" / "demo_mails" / "zone.toml"
USUAL_OPERATION = OperationSettings()
USUAL_CHANNELS = ChannelsSettings()
NOBODY = {"nameservers": ["127.0.0.1"], "port": 9, "timeout_s": 0.1}
MAIN = """
import functools, logging, sys
from tests.judge.forked import load_once
from tests.scanner.test_daemon import main
load_once(functools.partial(str, sys.argv[2]))
logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
main(sys.argv[1])
"""


USUAL_RETENTION = RetentionSettings()


@dataclass(frozen=True)
class Setup:
    judge: JudgeSettings
    ledger: str
    accounts: tuple[AccountSettings, ...]
    retention: RetentionSettings = USUAL_RETENTION
    operation: OperationSettings = USUAL_OPERATION
    channels: ChannelsSettings = USUAL_CHANNELS
    refused: Mapping[str, str] = field(default_factory=dict)


class BadFileError(Exception):
    """The configuration cannot be read."""


def load(path: Path) -> Setup:
    try:
        data = json.loads(path.read_text())
    except ValueError:
        raise BadFileError("line 1: not JSON") from None
    accounts = tuple(AccountSettings.model_validate(account) for account in data["accounts"])
    operation = OperationSettings.model_validate(data["operation"])
    limits = {"workers": 1, **data.get("limits", {})}
    judge = JudgeSettings.model_validate(
        {"dns": {"zone_file": str(ZONE)} if data["zone"] else NOBODY, "limits": limits}
    )
    channels = ChannelsSettings.model_validate(data["channels"])
    return Setup(judge, data["ledger"], accounts, operation=operation, channels=channels)


def main(path: str) -> None:
    raise SystemExit(0 if daemon.serve(lambda _: load(Path(path)), refused=BadFileError) else 3)


class Running:
    """The service as a process of its own."""

    def __init__(
        self, folder: Path, *accounts: AccountSettings, operation: OperationSettings = USUAL_OPERATION
    ) -> None:
        self._file = folder / "setup.json"
        self._log = folder / "log"
        self.url = f"sqlite:///{folder / 'vigie.db'}"
        self.configure(*accounts, operation=operation)
        with self._log.open("wb") as log:
            command = [sys.executable, "-c", MAIN, str(self._file), forked.address()]
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def configure(
        self,
        *accounts: AccountSettings,
        operation: OperationSettings = USUAL_OPERATION,
        limits: Mapping[str, float] | None = None,
        zone: bool = True,
    ) -> None:
        told: dict[str, object] = {
            "ledger": self.url,
            "accounts": [json.loads(account.model_dump_json()) for account in accounts],
            "operation": json.loads(operation.model_dump_json()),
            "limits": limits or {},
            "channels": {"folder": {"path": str(self._file.parent)}},
            "zone": zone,
        }
        self._file.write_text(json.dumps(told))

    def spoil(self) -> None:
        self._file.write_text("{")

    def says(self, text: str) -> bool:
        return until(lambda: text in self.log())

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def tell(self, number: signal.Signals) -> None:
        os.kill(self.process.pid, number)


@contextlib.contextmanager
def running(
    folder: Path, *accounts: AccountSettings, operation: OperationSettings = USUAL_OPERATION
) -> Iterator[Running]:
    service = Running(folder, *accounts, operation=operation)
    try:
        assert service.says("at work on"), service.log()
        yield service
    finally:
        if service.process.poll() is None:
            service.process.kill()
        service.process.wait()


def judged(ledger: Ledger, account: AccountSettings) -> Counter[str]:
    return Counter(record.verdict for record in ledger.records(account=account.name))


def test_mail_that_arrives_is_judged_and_the_false_one_moved(dovecot: Dovecot, tmp_path: Path) -> None:
    first = dovecot.account(mode="enforce", schedule="1h")
    second = dovecot.account(mode="observe", schedule="1s", idle=False)
    false = FALSE.read_bytes()
    append(first, mail("avant"))
    with running(tmp_path, first, second) as service:
        for number in range(30):
            dovecot.deliver(first, mail(f"m{number}"))
            dovecot.deliver(second, mail(f"n{number}"))
        dovecot.deliver(first, false)
        dovecot.deliver(second, false)
        with Ledger(service.url) as ledger:
            assert until(lambda: judged(ledger, first).total() == 32), service.log()
            assert until(lambda: judged(ledger, second).total() == 31), service.log()
            assert judged(ledger, first) == Counter(unrelated=31, impersonation=1)
            assert until(lambda: not ledger.open_intents(first.name))
            assert until(lambda: all(lag == 0 and not error for _, _, _, lag, error in ledger.beats()))
        assert Counter(folder for folders in places(first).values() for folder in folders) == {
            "INBOX": 31,
            QUARANTINE: 1,
        }
        assert Counter(folder for folders in places(second).values() for folder in folders) == {"INBOX": 31}
        service.tell(signal.SIGTERM)
        assert service.process.wait(60) == 0
        log = service.log()
    assert "m7" not in log
    assert "secret" not in log
    assert log.count("Traceback") == 0


def test_a_wrong_password_is_tried_twice_however_many_folders_are_watched(dovecot: Dovecot, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("not-the-password\n")
    account = dovecot.account(password_file=tmp_path / "wrong", folders=("INBOX", "Junk"))
    other = dovecot.account()
    append(other, mail("a"))
    with running(tmp_path, account, other) as service:
        assert service.says(f"{account.name}: stopped: the login was refused twice")
        with Ledger(service.url) as ledger:
            assert until(lambda: judged(ledger, other).total() == 1)
            dovecot.deliver(other, mail("b"))
            assert until(lambda: judged(ledger, other).total() == 2)
        assert service.log().count("refuses the user name or the password") == 2
        assert "not-the-password" not in service.log()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_the_middle_of_work_and_the_next_start_goes_on(
    dovecot: Dovecot, tmp_path: Path, number: signal.Signals
) -> None:
    """I-53."""
    account = dovecot.account(mode="enforce")
    append(account, *(mail(f"m{count}") for count in range(150)))
    with running(tmp_path, account) as service, Ledger(service.url) as ledger:
        assert until(lambda: judged(ledger, account).total() > 0)
        service.tell(number)
        assert service.process.wait(60) == 0
    with running(tmp_path, account) as service, Ledger(service.url) as ledger:
        assert until(lambda: judged(ledger, account) == Counter(unrelated=150)), service.log()


def test_sighup_reads_the_configuration_anew_and_keeps_the_old_one_when_it_is_bad(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    first, second = dovecot.account(), dovecot.account()
    with running(tmp_path, first) as service, Ledger(service.url) as ledger:
        service.spoil()
        service.tell(signal.SIGHUP)
        assert service.says("the old configuration stays: line 1: not JSON")
        dovecot.deliver(first, mail("apres"))
        assert until(lambda: judged(ledger, first).total() == 1)
        service.configure(first, second.model_copy(update={"cron": "99 * * * *"}))
        service.tell(signal.SIGHUP)
        assert until(lambda: service.log().count("the old configuration stays") == 2), service.log()
        dovecot.deliver(second, mail("chez-l-autre"))
        service.configure(first, second)
        service.tell(signal.SIGHUP)
        assert service.says("reloaded")
        assert until(lambda: judged(ledger, second).total() == 1)
        dovecot.deliver(first, mail("encore"))
        assert until(lambda: judged(ledger, first).total() == 2)
        assert service.process.poll() is None


def logins(server: Dovecot, account: AccountSettings) -> int:
    """How often the server let that user in over IMAP."""
    text = (server.base / "dovecot.log").read_text(errors="replace")
    return sum("imap-login: " in line and f"<{account.username}>" in line for line in text.splitlines())


def reloads(service: Running, times: int) -> bool:
    return service.log().count("reloaded; at work on") == times


def has_judged(ledger: Ledger, account: AccountSettings, count: int) -> bool:
    return judged(ledger, account).total() == count


@pytest.mark.parametrize("judging", ["as before", "otherwise"])
def test_a_reload_leaves_a_mailbox_that_is_as_it_was_alone(dovecot: Dovecot, tmp_path: Path, judging: str) -> None:
    """No login, no gap in its watch: nobody but the accounts that are new, changed or gone is disturbed."""
    same, changed, gone, new = (dovecot.account(schedule="1h") for _ in range(4))
    with running(tmp_path, same, changed, gone) as service, Ledger(service.url) as ledger:
        assert service.says("ready:")
        # one that works, one that watches
        assert until(lambda: [logins(dovecot, one) for one in (same, changed, gone)] == [2, 2, 2]), service.log()
        for number in (1, 2):
            limits = {"wall_s": 8 + number} if judging == "otherwise" else None
            others = (changed.model_copy(update={"mode": "tag"}), new)
            service.configure(same, *others, limits=limits, zone=judging == "otherwise")
            service.tell(signal.SIGHUP)
            assert until(partial(reloads, service, number)), service.log()
            dovecot.deliver(same, mail(f"apres {number}"))
            assert until(partial(has_judged, ledger, same, number)), service.log()
        dovecot.deliver(changed, mail("chez-l-autre"))
        dovecot.deliver(new, mail("chez-le-nouveau"))
        assert until(lambda: judged(ledger, changed).total() == judged(ledger, new).total() == 1), service.log()
        dovecot.deliver(gone, mail("chez-personne"))
        # a watcher logs in after the first pass
        assert until(lambda: [logins(dovecot, one) for one in (same, changed, new)] == [2, 4, 2]), service.log()
        assert judged(ledger, gone).total() == 0
        assert logins(dovecot, gone) == 2
        service.tell(signal.SIGTERM)
        assert service.process.wait(60) == 0


def test_a_pass_under_way_goes_on_with_what_a_reload_says(dovecot: Dovecot, tmp_path: Path) -> None:
    """Its connection stays, and what it had judged; the rest is judged by the new settings."""
    account = dovecot.account(schedule="1h")
    append(account, *(mail(f"m{count}") for count in range(150)))
    assert until(lambda: logins(dovecot, account) == 1)
    with running(tmp_path, account) as service, Ledger(service.url) as ledger:
        assert until(lambda: judged(ledger, account).total() > 0)
        service.configure(account, limits={"message_bytes": 70_000})
        service.tell(signal.SIGHUP)
        assert until(lambda: judged(ledger, account) == Counter(unrelated=150)), service.log()
        assert service.says("reloaded; at work on")
        dovecot.deliver(account, mail("gros", "suspicious", body="x" * 90_000))
        assert until(lambda: judged(ledger, account).total() == 151), service.log()
        assert json.loads(next(ledger.records()).case_json)["partial"] is True
        assert until(lambda: logins(dovecot, account) == 3), service.log()


def test_schedules_become_triggers(dovecot: Dovecot) -> None:
    for schedule, seconds in (("30s", 30), ("5m", 300), ("2h", 7200)):
        trigger = attended.trigger(dovecot.account(schedule=schedule))
        assert isinstance(trigger, IntervalTrigger)
        assert trigger.interval.total_seconds() == seconds
    assert isinstance(attended.trigger(dovecot.account(cron="*/5 8-18 * * 1-5")), CronTrigger)
