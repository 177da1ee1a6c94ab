"""Looking at a message, on a real server: fetched from where it lies, read-only, while passes run and faults happen."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.scanner.test_supervisor import until
from tests.scanner.world import bench, cut, look, mail, places, scan
from tests.servers.dovecot import Dovecot, append, client
from vigie.ledger.faults import LedgerError
from vigie.ledger.review_types import Bulk, Done, Failed, Fetched, Pending, View, Wanted
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision, Record
from vigie.scanner import backoff, cycle, errands, supervisor, viewing
from vigie.scanner.errands import Errands
from vigie.scanner.mailboxes import imap
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor

RAW = mail("faux", "impersonation")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "LONGEST_S", 0.05)
    monkeypatch.setattr(supervisor, "LOOK_S", 0.05)
    monkeypatch.setattr(supervisor, "SECRET_S", 0.05)
    monkeypatch.setattr(errands, "LOOK_S", 0.05)


@contextlib.contextmanager
def at_work(account: AccountSettings, ledger: Ledger) -> Iterator[Supervisor]:
    one = Supervisor(account, ledger, bench(), connect=imap.connect)
    others = Errands(ledger)
    one.request()
    one.start()
    others.start()
    try:
        yield one
    finally:
        one.stop()
        others.stop()
        one.join(60)
        others.join(60)
        assert not others.is_alive()


def held(account: AccountSettings, ledger: Ledger) -> Record:
    append(account, RAW)
    assert scan(account, ledger).quarantined == 1
    (record,) = ledger.records(held=True)
    return record


def asked(ledger: Ledger, record: Record) -> str:
    request = ledger.desk("web:marie").ask_view(record.id, at=datetime.now(UTC))
    assert isinstance(request, Pending)
    return request.request_id


def seen(ledger: Ledger, request: str) -> View:
    """The answer, once there is one."""

    def answer() -> View:
        return ledger.desk("web:marie").view(request, at=datetime.now(UTC), how="raw")

    assert until(lambda: not isinstance(answer(), Pending))
    return answer()


def test_a_message_is_handed_out_from_quarantine_and_from_its_folder(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(mode="enforce")
    record = held(account, ledger)
    before = look(account)
    with at_work(account, ledger) as one:
        assert until(one.gate.trusted.is_set)
        first = seen(ledger, asked(ledger, record))
        assert isinstance(first, Fetched)
        assert first.raw == RAW
        assert look(account) == before  # no \Seen, nowhere
        desk = ledger.desk("web:marie")
        assert isinstance(desk.decide(record.id, Decision.RELEASED, seen=0, at=datetime.now(UTC)), Done)
        assert until(lambda: not ledger.open_intents(account.name))
        assert places(account) == {"faux": ["INBOX"]}
        ledger.expire_views(datetime(2100, 1, 1, tzinfo=UTC))
        again = seen(ledger, asked(ledger, record))
        assert isinstance(again, Fetched)
        assert again.raw == RAW


def test_a_message_that_somebody_took_away_is_told(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(mode="enforce")
    record = held(account, ledger)
    with client(account) as other:
        other.select_folder("Quarantaine")
        other.delete_messages(other.search())
        other.expunge(other.search())
        other.unselect_folder()
    with at_work(account, ledger) as one:
        assert until(one.gate.trusted.is_set)
        answer = seen(ledger, asked(ledger, record))
    assert isinstance(answer, Failed)
    assert (answer.code, answer.text) == viewing.GONE


def test_who_asks_during_a_long_pass_does_not_wait_for_its_end(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release, too: the first pass over a large mailbox takes hours."""
    monkeypatch.setattr(cycle, "CHUNK", 1)
    account = dovecot.account(mode="enforce")
    record = held(account, ledger)
    for number in range(6):
        append(account, mail(f"n{number}"))
    requests: list[str] = []
    desk = ledger.desk("web:marie")

    def progress(told: cycle.Progress) -> None:
        if told.done == 1:
            requests.append(asked(ledger, record))
        if told.done == 2:
            desk.decide(record.id, Decision.RELEASED, seen=0, at=datetime.now(UTC))
        if told.done == 5:
            assert isinstance(desk.view(requests[0], at=datetime.now(UTC), how="raw"), Fetched)
            assert ledger.open_intents(account.name) == []

    assert scan(account, ledger, progress=progress).judged == 6
    assert places(account)["faux"] == ["INBOX"]


def test_who_waits_for_a_mailbox_that_is_away_is_told(dovecot: Dovecot, ledger: Ledger, deaf_port: int) -> None:
    account = dovecot.account(mode="enforce")
    record = held(account, ledger)
    with at_work(account.model_copy(update={"port": deaf_port}), ledger):
        answer = seen(ledger, asked(ledger, record))
    assert isinstance(answer, Failed)
    assert (answer.code, answer.text) == viewing.AWAY


def test_who_waits_behind_a_refused_login_is_told(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(mode="enforce")
    record = held(account, ledger)
    assert account.password_file is not None
    wrong = account.password_file.with_name("wrong")
    wrong.write_text("not-the-password")
    with at_work(account.model_copy(update={"password_file": wrong}), ledger) as one:
        assert until(lambda: one.gate.stopped)
        answer = seen(ledger, asked(ledger, record))
    assert isinstance(answer, Failed)
    assert (answer.code, answer.text) == viewing.LOCKED


def test_a_goodbye_between_two_looks_costs_nobody_an_answer(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(mode="enforce")
    record = held(account, ledger)
    with at_work(account, ledger) as one:
        assert until(one.gate.trusted.is_set)
        assert isinstance(seen(ledger, asked(ledger, record)), Fetched)
        kept = one._session.mailbox
        assert isinstance(kept, imap.ImapMailbox)
        cut(kept, "Session expired, please login again")
        ledger.expire_views(datetime(2100, 1, 1, tzinfo=UTC))
        assert isinstance(seen(ledger, asked(ledger, record)), Fetched)


def test_a_campaign_whose_page_died_is_ended_by_the_service(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account(mode="enforce")
    shape = "a" * 16
    for number in range(3):
        append(account, mail(f"faux{number}", "impersonation", campaign=shape))
    assert scan(account, ledger).quarantined == 3
    desk = ledger.desk("web:marie")
    lines = desk.cases(Wanted()).cases
    bulk = desk.decide_campaign(shape, Decision.RELEASED, seen=len(lines), at=datetime.now(UTC))
    assert isinstance(bulk, Bulk)
    with at_work(account, ledger):

        def moved() -> bool:
            now = desk.bulk(bulk.id)
            return now is not None and now.moved == 3

        assert until(moved)
        back = desk.undo_bulk(bulk.id, at=datetime.now(UTC))
        assert isinstance(back, Bulk)
        assert until(lambda: all(where == ["Quarantaine"] for where in places(account).values()))


def test_errands_live_through_a_ledger_that_fails(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()
    failed = threading.Event()

    def version() -> int:
        if not failed.is_set():
            failed.set()
            raise LedgerError("ledger: another program has locked it", temporary=True)
        looked.set()
        return 1

    monkeypatch.setattr(ledger, "version", version)
    one = Errands(ledger)
    one.start()
    assert looked.wait(60)
    one.stop()
    one.join(60)
