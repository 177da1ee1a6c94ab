"""Nobody goes deaf: half-open connections, servers that refuse, faults of every kind, secrets that change, intents that wait."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.scanner.test_daemon import judged, running
from tests.scanner.test_release import quarantined
from tests.scanner.test_supervisor import until
from tests.scanner.world import NOW, bench, cut, mail, places
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot, Variant, append, client
from tests.servers.fakeimap import FakeImap
from vigie.judge.workers import WorkersError
from vigie.ledger.review import plan_release
from vigie.ledger.store import Ledger
from vigie.ledger.types import Intent
from vigie.scanner import backoff, cycle, supervisor
from vigie.scanner.gate import Gate
from vigie.scanner.life import ILL_S, Life
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.notify import Systemd
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor
from vigie.scanner.waiting import OpenIntents
from vigie.scanner.watch import Watcher

Seen = list[tuple[str, int, bool]]


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits are short; how long they are in life is another test's matter."""
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)
    monkeypatch.setattr(supervisor, "LOOK_S", 0.05)
    monkeypatch.setattr(supervisor, "SECRET_S", 0.05)


@contextlib.contextmanager
def at_work(account: AccountSettings, ledger: Ledger, connect=imap.connect) -> Iterator[Supervisor]:
    one = Supervisor(account, ledger, bench(), connect=connect)
    one.request()
    one.start()
    try:
        yield one
    finally:
        one.stop()
        one.join(60)


@contextlib.contextmanager
def watching(account: AccountSettings, seen: Seen, connect=imap.connect, **more: Any) -> Iterator[Watcher]:
    stop = threading.Event()
    watcher = Watcher(account, "INBOX", lambda *told: seen.append(told), stop, connect=connect, **more)
    watcher.start()
    try:
        yield watcher
    finally:
        stop.set()
        watcher.join(60)
        assert not watcher.is_alive()


# --- half-open connections


def test_a_connection_that_carries_nothing_any_more_is_found_and_no_mail_is_missed(dovecot: Dovecot) -> None:
    """I-20: what a NAT does to an idle connection. TCP keepalive does not help here: the proxy's machine answers it."""
    with Cutter(dovecot.imaps_port) as cutter:
        account = dovecot.account(port=cutter.port, timeout_s=0.5)
        seen: Seen = []
        with watching(account, seen, reidle_s=0.5):
            assert until(lambda: bool(seen))
            cutter.freeze()
            dovecot.deliver(account, mail("pendant-la-surdite"))
            assert until(lambda: seen[-1][1] == 2)


def test_what_was_missed_meanwhile_is_told_as_possibly_old(dovecot: Dovecot) -> None:
    with Cutter(dovecot.port) as cutter:
        account = dovecot.account(port=cutter.port, tls="none")
        seen: Seen = []
        with watching(account, seen, reidle_s=30):
            assert until(lambda: len(seen) == 1)
            dovecot.deliver(account, mail("a"))
            assert until(lambda: seen[-1] == ("INBOX", 2, True))
            # it is the news that is to be cut off, not the "+" before
            assert until(lambda: cutter.said["to_client"].endswith(b"+ idling\r\n"))
            cutter.arm("to_client", 0, once=True)
            dovecot.deliver(account, mail("b"))
            assert until(lambda: ("INBOX", 3, False) in seen)


def test_the_working_connection_that_is_half_open_is_replaced(dovecot: Dovecot, ledger: Ledger) -> None:
    with Cutter(dovecot.imaps_port) as cutter:
        account = dovecot.account(port=cutter.port, timeout_s=0.5)
        append(dovecot_direct(account, dovecot), mail("a"))
        with at_work(account, ledger) as one:
            assert until(lambda: len(list(ledger.records())) == 1)
            cutter.freeze()
            append(dovecot_direct(account, dovecot), mail("b"))
            one.request()
            assert until(lambda: len(list(ledger.records())) == 2)


def dovecot_direct(account: AccountSettings, server: Dovecot) -> AccountSettings:
    return account.model_copy(update={"port": server.imaps_port, "timeout_s": 30.0})


def test_every_connection_asks_the_kernel_whether_the_other_end_is_there() -> None:
    with FakeImap() as fake, contextlib.closing(imap.connect(fake.account())) as mailbox:
        sock = mailbox._session.wire.sock
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        told = [
            sock.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
        ]
        assert told == [60, 10, 3, 30_000]


# --- faults, for ever

FAULTS = [
    *(
        MailboxError(kind, "words", temporary=temporary)
        for kind in ("connect", "tls", "folder", "refused", "protocol", "limit")
        for temporary in (True, False)
    ),
    MailboxError("auth", "the vault is away", temporary=True),
    MailboxError("limit", "throttled", temporary=True, retry_after_s=0.01),
    OSError("no route"),
    RuntimeError("a defect"),
    WorkersError("no worker starts"),
]


def test_no_fault_ends_the_loop(dovecot: Dovecot, ledger: Ledger) -> None:
    """I-25: each of them four times, over each other; then the server is back."""
    account = dovecot.account()
    append(account, mail("a"))
    coming = FAULTS * 4

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        if coming:
            raise coming.pop()
        return imap.connect(settings)

    with at_work(account, ledger, connect) as one:
        assert until(lambda: len(list(ledger.records())) == 1)
        assert until(lambda: [beat.error for beat in ledger.heartbeats()] == [""])
        assert one.is_well
    assert coming == []


@pytest.mark.parametrize(
    "fault", [OSError("x"), RuntimeError("a defect"), MailboxError("protocol", "x", temporary=False)]
)
def test_no_fault_ends_a_watcher(dovecot: Dovecot, fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    coming = [fault] * 3

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        if coming:
            raise coming.pop()
        return imap.connect(settings)

    seen: Seen = []
    with watching(dovecot.account(), seen, connect):
        assert until(lambda: bool(seen))
    assert "a defect" not in caplog.text


def test_watchers_leave_the_supervisor_a_connection(ledger: Ledger) -> None:
    """I-44: a server that allows two connections, an account with four watched folders."""
    server = Dovecot(Variant(name="narrow", connections=2))
    try:
        account = server.account(folders=("INBOX", "Junk", "Drafts", "Sent"))
        with client(account) as connection:
            connection.create_folder("Sent")
            connection.create_folder("Drafts")
        append(account, mail("a"), folder="Sent")
        append(account, mail("b"), folder="Drafts")
        opened: list[imap.ImapMailbox] = []

        def connect(settings: AccountSettings) -> imap.ImapMailbox:
            opened.append(imap.connect(settings))
            return opened[-1]

        stop = threading.Event()
        with at_work(account, ledger, connect) as one:
            watchers = [
                Watcher(account, folder, lambda *_: None, stop, connect=imap.connect, gate=one.gate)
                for folder in account.folders
            ]
            for watcher in watchers:
                watcher.start()
            assert until(lambda: len(list(ledger.records())) == 2)
            for number in range(3):
                cut(opened[-1])  # and a watcher is faster with the free connection
                append_alone(server, account, f"n{number}")
                one.request()
                assert until(partial(lambda wanted: len(list(ledger.records())) == wanted, 3 + number))
            stop.set()
            for watcher in watchers:
                watcher.join(60)
    finally:
        server.stop()


def append_alone(server: Dovecot, account: AccountSettings, name: str) -> None:
    """By LMTP: every IMAP connection is taken."""
    server.deliver(account, mail(name))


# --- secrets


def test_the_gate_counts_for_all_and_opens_when_a_secret_file_changes(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("a")
    settings = FakeImap.account
    with FakeImap() as fake:
        gate = Gate(settings(fake, password_file=secret))
    gate.try_now()
    assert not gate.trusted.is_set()
    gate.refused("no")
    gate.welcomed()
    gate.refused("no")
    assert not shut(gate), "a success in between"
    gate.refused("no")
    assert shut(gate)
    assert not gate.reopened()
    secret.unlink()
    assert gate.reopened(), "a file that is gone is another one, too"
    assert not shut(gate)
    gate.try_now()
    secret.write_text("b")
    gate.refused("no")
    gate.refused("no")
    assert gate.reopened(), "changed between two attempts"


def shut(gate: Gate) -> bool:
    return gate.stopped


def test_a_refused_watcher_leaves_it_to_the_supervisor(dovecot: Dovecot, ledger: Ledger) -> None:
    """A password that was changed at the server: two refusals in all, however many folders are watched."""
    account = dovecot.account()
    append(account, mail("a"))
    tries: list[str] = []
    refusing = threading.Event()

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        refused = refusing.is_set()  # before it counts: six that have counted have asked
        tries.append(threading.current_thread().name)
        if refused:
            raise MailboxError("auth", "refused", temporary=False)
        return imap.connect(settings)

    stop = threading.Event()
    with at_work(account, ledger, connect) as one:
        watchers = [
            Watcher(account, "INBOX", lambda folder, *_: one.request((folder,)), stop, connect=connect, gate=one.gate, reidle_s=0.2)
            for _ in range(5)
        ]  # fmt: skip
        for watcher in watchers:
            watcher.start()
        assert until(lambda: len(tries) == 6)
        refusing.set()
        tries.clear()
        one.gate.doubt()
        one.gate.welcomed()  # as after a moment's trouble: all connect anew
        for watcher in watchers:
            watcher._account = account
        one._session.close()
        one.request()
        assert until(lambda: one.gate.stopped)
        assert until(lambda: any(beat.error.startswith("stopped: refused") for beat in ledger.heartbeats()))
        assert len(tries) == 2
        stop.set()
        for watcher in watchers:
            watcher.join(60)


def test_a_reload_starts_a_stopped_account_again(dovecot: Dovecot, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_text("not-the-password")
    account = dovecot.account()
    append(account, mail("a"))
    with running(tmp_path, account.model_copy(update={"password_file": tmp_path / "wrong"})) as service:
        assert service.says(f"{account.name}: stopped: the login was refused twice")
        service.configure(account)
        service.tell(signal.SIGHUP)
        with Ledger(service.url) as ledger:
            assert until(lambda: judged(ledger, account).total() == 1), service.log()


# --- intents that wait


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were scanned."""
    done: list[str] = []
    real = cycle.scan

    def scan(*arguments: Any, **more: Any) -> cycle.Summary:
        done.append(str(more["folder"]))
        return real(*arguments, **more)

    monkeypatch.setattr(cycle, "scan", scan)
    return done


def asked_back(account: AccountSettings, ledger: Ledger) -> Intent:
    record = quarantined(account, ledger)
    intent = plan_release(record, ledger.outcomes(record.id), at=NOW)
    assert isinstance(intent, Intent)
    ledger.release(intent, NOW)
    return intent


def test_a_release_is_noticed_without_anybody_asking(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(folders=("Absent", "INBOX"), mode="enforce")
    with at_work(account, ledger):
        assert until(lambda: len(ledger.heartbeats()) == 2)
        asked_back(account, ledger)
        assert until(lambda: not ledger.open_intents(account.name))
        assert places(account) == {"faux": ["INBOX"]}


def test_a_release_that_was_put_off_does_not_ask_again_and_again(
    dovecot: Dovecot, ledger: Ledger, passes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account(mode="enforce")
    intent = asked_back(account, ledger)
    ledger.put_off((intent.id,), datetime.now(UTC) + timedelta(minutes=10))
    looked: list[bool] = []
    real = OpenIntents.ask

    def ask(self: OpenIntents) -> bool:
        looked.append(real(self))
        return looked[-1]

    monkeypatch.setattr(OpenIntents, "ask", ask)
    passes.clear()
    with at_work(account, ledger):
        assert until(lambda: len(looked) > 20)
        assert not any(looked)
        assert passes == ["INBOX"]
        ledger.put_off((intent.id,), datetime.now(UTC))  # now it is due
        assert until(lambda: not ledger.open_intents(account.name))
        assert passes == ["INBOX"] * 2
    assert places(account) == {"faux": ["INBOX"]}


def test_a_pass_that_leaves_something_to_be_done_is_followed_by_another(
    dovecot: Dovecot, ledger: Ledger, passes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is cut over a move, again and again: the next pass comes soon, but not in a circle without a pause."""
    account = dovecot.account(mode="enforce")
    append(account, mail("faux", "impersonation"))
    cuts = [12]
    real = imap.ImapMailbox.move

    def move(self: imap.ImapMailbox, uid: int, folder: str) -> object:
        if cuts[0]:
            cuts[0] -= 1
            self._session.wire.shutdown()
        return real(self, uid, folder)

    monkeypatch.setattr(imap.ImapMailbox, "move", move)
    waits: list[float | None] = []

    def pause(_: backoff.Backoff, wished_s: float | None = None) -> float:
        waits.append(wished_s)
        return 0.05

    monkeypatch.setattr(backoff.Backoff, "next", pause)
    passes.clear()
    with at_work(account, ledger):
        assert until(lambda: bool(list(ledger.records(held=True))) and not ledger.open_intents(account.name))
    assert places(account) == {"faux": ["Quarantaine"]}
    assert len(passes) >= 3
    assert len(waits) >= len(passes) - 2, "a pause before each"


# --- what systemd is told


def well(life: Life) -> bool:
    return life.is_well


def test_signs_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("vigie.scanner.life.time.monotonic", lambda: clock[0])
    life = Life()
    assert well(life)
    clock[0] += 1000
    assert not well(life), "hung"
    life.sign(3600)
    clock[0] += 3000
    assert well(life), "a server asked us to stay away"
    life.ill()
    assert well(life)
    clock[0] += ILL_S + 1
    life.sign(5)
    life.ill()
    assert not well(life), "a fault of our own that lasts"
    life.well()
    assert well(life)


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0vigie-test-{tmp_path}")
        listening.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@vigie-test-{tmp_path}")
        monkeypatch.setenv("WATCHDOG_USEC", "2000000")
        yield listening


def heard(listening: socket.socket, word: str) -> str:
    while word not in (said := listening.recv(4096).decode()):
        pass
    return said


def test_systemd_is_told_when_the_lag_is_known(dovecot: Dovecot, tmp_path: Path, systemd: socket.socket) -> None:
    account = dovecot.account()
    away = dovecot.account().model_copy(update={"port": 1})
    with running(tmp_path, account, away) as service:
        said = heard(systemd, "READY=1")
        assert "2 folders of 2 mailboxes, greatest lag 0 s, 1 with unknown lag" in said
        with Ledger(service.url) as ledger:
            wanted = {account.name: False, away.name: True}
            assert until(lambda: {beat.account: bool(beat.error) for beat in ledger.heartbeats()} == wanted)
        heard(systemd, "WATCHDOG=1")
        heard(systemd, "WATCHDOG=1")
        service.tell(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in heard(systemd, "RELOADING=1")
        heard(systemd, "READY=1")
        service.tell(signal.SIGTERM)
        heard(systemd, "STOPPING=1")
        assert service.process.wait(60) == 0


def test_without_systemd_nothing_is_told() -> None:
    Systemd({}).tell("READY=1")
    Systemd({"NOTIFY_SOCKET": "/nowhere/at/all"}).tell("READY=1")
    assert Systemd({"WATCHDOG_USEC": "2000000"}).watchdog_s == 0
    assert Systemd({"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "1"}).watchdog_s == 0
