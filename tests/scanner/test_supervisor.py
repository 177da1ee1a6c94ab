"""Back-off, refused logins, coalescing: the loop that keeps an account alive."""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable
from functools import partial

import pytest

from tests.scanner.world import bench, cut, mail, places
from tests.servers.dovecot import Dovecot, append
from vigie.ledger.store import Ledger
from vigie.scanner.backoff import LONGEST_S, LONGEST_WISH_S, Backoff
from vigie.scanner.mailboxes import imap
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor
from vigie.scanner.watch import Watcher

PATIENCE_S = 240.0
"""Only who fails waits so long: on a busy machine whatever is waited for comes late, and that is not what these tests are about."""


def until(condition: Callable[[], bool], seconds: float = PATIENCE_S) -> bool:
    """Waits for it; False where it has not come to that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_backoff_doubles_with_full_jitter_and_stays_below_five_minutes() -> None:
    asked: list[tuple[float, float]] = []

    def chance(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    backoff = Backoff(chance)
    waits = [backoff.next() for _ in range(40)]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[9:] == [LONGEST_S] * 31
    assert all(low == 0 for low, _ in asked)
    backoff.reset()
    assert backoff.next() == 1
    assert backoff.next(wished_s=299.0) == 301
    backoff.reset()
    assert backoff.next(wished_s=1e9) == LONGEST_WISH_S + 1


def test_a_refused_login_is_tried_twice_and_again_when_the_password_has_changed(
    dovecot: Dovecot, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    account = dovecot.account()
    assert account.password_file is not None
    wrong = account.password_file.with_name("wrong")
    wrong.write_text("not-the-password")
    logins: list[str] = []

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        logins.append(settings.name)
        return imap.connect(settings)

    settings = account.model_copy(update={"password_file": wrong})
    supervisor = Supervisor(settings, ledger, bench(), connect=connect)
    supervisor.request()
    supervisor.start()
    assert until(lambda: any(beat.error.startswith("stopped:") for beat in ledger.heartbeats()))
    supervisor.request()
    wrong.touch()  # another file, as far as anybody can see: it is tried again, twice
    assert until(lambda: len(logins) == 4)
    assert until(lambda: supervisor.gate.stopped)
    append(account, mail("entre-temps"))
    wrong.write_text(account.password().get_secret_value())
    assert until(lambda: len(list(ledger.records())) == 1)
    assert len(logins) == 5
    assert until(lambda: [beat.error for beat in ledger.heartbeats()] == [""])
    supervisor.stop()
    supervisor.join(60)
    assert not supervisor.is_alive()
    assert "not-the-password" not in caplog.text


def test_a_burst_of_requests_makes_one_more_scan_not_many(dovecot: Dovecot, ledger: Ledger) -> None:
    """X-24."""
    account = dovecot.account()
    append(account, mail("a"))
    supervisor = Supervisor(account, ledger, bench(), connect=imap.connect)
    for _ in range(500):
        supervisor.request(("INBOX",), uidnext=2)
    assert supervisor._wanted == ["INBOX"]
    supervisor.start()
    assert until(lambda: bool(ledger.beats()))
    supervisor.stop()
    supervisor.join(60)
    ((_, folder, _, lag, error),) = ledger.beats()
    assert (folder, lag, error) == ("INBOX", 0, "")


def test_a_missing_folder_does_not_keep_the_others_from_being_scanned(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(folders=("Absent", "INBOX"), mode="enforce")
    append(account, mail("faux", "impersonation"))
    supervisor = Supervisor(account, ledger, bench(), connect=imap.connect)
    supervisor.request()
    supervisor.start()
    assert until(lambda: len(ledger.beats()) == 2)
    supervisor.stop()
    supervisor.join(60)
    assert {folder: bool(error) for _, folder, _, _, error in ledger.beats()} == {"Absent": True, "INBOX": False}
    assert places(account) == {"faux": ["Quarantaine"]}


def test_the_account_survives_a_restart_of_the_server(ledger: Ledger) -> None:
    server = Dovecot()
    try:
        account = server.account()
        append(account, mail("a"))
        supervisor = Supervisor(account, ledger, bench(), connect=_follow(server))
        supervisor.request()
        supervisor.start()
        assert until(lambda: len(list(ledger.records())) == 1)
        server.restart()
        append(_moved(account, server), mail("b"))
        supervisor.request()
        assert until(lambda: len(list(ledger.records())) == 2)
        supervisor.stop()
        supervisor.join(60)
    finally:
        server.stop()


@pytest.mark.parametrize(
    "farewell", ["[ALERT] Too many connections", "Over quota", "[NONEXISTENT] no such mailbox", ""]
)
def test_a_goodbye_between_two_scans_makes_nobody_deaf(dovecot: Dovecot, ledger: Ledger, farewell: str) -> None:
    account = dovecot.account()
    append(account, mail("a"))
    opened: list[imap.ImapMailbox] = []

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        opened.append(imap.connect(settings))
        return opened[-1]

    supervisor = Supervisor(account, ledger, bench(), connect=connect)
    supervisor.request()
    supervisor.start()
    assert until(lambda: len(list(ledger.records())) == 1)
    cut(opened[0], farewell)
    append(account, mail("b"))
    supervisor.request()
    assert until(lambda: len(list(ledger.records())) == 2)
    supervisor.stop()
    supervisor.join(60)


def _moved(account: AccountSettings, server: Dovecot) -> AccountSettings:
    return account.model_copy(update={"port": server.imaps_port})


def _follow(server: Dovecot) -> Callable[[AccountSettings], imap.ImapMailbox]:
    """The server comes back on other ports: whoever connects has to know them."""
    return lambda account: imap.connect(_moved(account, server))


class _Woken:
    """Collects what a watcher asks for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.idling: list[bool] = []

    def __call__(self, folder: str, uidnext: int, idling: bool) -> None:
        self.calls.append((folder, uidnext))
        self.idling.append(idling)

    @property
    def uidnext(self) -> int:
        return max((uidnext for _, uidnext in self.calls), default=0)


def test_a_watcher_tells_of_every_arrival(dovecot: Dovecot) -> None:
    account, stop, woken = dovecot.account(), threading.Event(), _Woken()
    watcher = Watcher(account, "INBOX", woken, stop, connect=imap.connect)
    watcher.start()
    assert until(lambda: woken.uidnext == 1)
    for number in range(1, 6):
        dovecot.deliver(account, mail(f"m{number}"))
        assert until(partial(lambda wanted: woken.uidnext == wanted, number + 1))
    stop.set()
    watcher.join(60)
    assert not watcher.is_alive()


def test_each_re_idle_asks_for_a_scan(dovecot: Dovecot) -> None:
    account, stop, woken = dovecot.account(), threading.Event(), _Woken()
    watcher = Watcher(account, "INBOX", woken, stop, connect=imap.connect, reidle_s=0.1)
    watcher.start()
    assert until(lambda: len(woken.calls) >= 4)
    stop.set()
    watcher.join(60)
    assert set(woken.calls) == {("INBOX", 1)}


def test_idle_is_begun_anew_before_any_server_ends_it() -> None:
    """I-19: RFC 2177 lets servers end it after 30 minutes; NATs forget a connection sooner."""
    assert inspect.signature(Watcher).parameters["reidle_s"].default <= 9 * 60


def test_a_watcher_connects_again_when_its_connection_dies(dovecot: Dovecot) -> None:
    account, stop, woken = dovecot.account(), threading.Event(), _Woken()
    opened: list[imap.ImapMailbox] = []

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        opened.append(imap.connect(settings))
        return opened[-1]

    watcher = Watcher(account, "INBOX", woken, stop, connect=connect)
    watcher.start()
    assert until(lambda: len(woken.calls) == 1)
    opened[0]._session.wire.sock.shutdown(2)
    dovecot.deliver(account, mail("pendant-la-panne"))
    assert until(lambda: woken.uidnext == 2)
    assert len(opened) >= 2
    stop.set()
    watcher.join(60)


def test_without_idle_the_schedule_has_to_do(dovecot_poor: Dovecot) -> None:
    woken = _Woken()
    watcher = Watcher(dovecot_poor.account(), "INBOX", woken, threading.Event(), connect=imap.connect)
    watcher.start()
    watcher.join(60)
    assert not watcher.is_alive()
    assert woken.calls == []
