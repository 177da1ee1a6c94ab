"""Whole passes over a real Dovecot: what is moved, what is tagged, what is never touched, and where the next pass goes on."""

from __future__ import annotations

import imaplib
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.scanner.world import (
    QUARANTINE,
    ScriptedPool,
    flags,
    look,
    mail,
    places,
    scan,
    sha,
    uids,
)
from tests.servers.dovecot import Dovecot, append, client, hashes
from vigie.ledger.store import Ledger
from vigie.ledger.types import Cursor, Decision, State
from vigie.rules.types import Case
from vigie.scanner import cycle, journal
from vigie.scanner.cycle import Progress
from vigie.scanner.lock import AccountBusyError, account_lock
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import Allows, Fetched, MailboxError
from vigie.scanner.mailboxes.imap_wire import Wire
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings

MIXED = [
    mail("faux-1", "impersonation"),
    mail("facture", "unrelated"),
    mail("douteux", "suspicious"),
    mail("vrai", "genuine proven"),
    mail("vrai-dehors", "suspicious proven"),
    mail("faux-2", "impersonation"),
    mail("incertain", "undecided"),
]


CHUNK = 8


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many chunks of a few messages."""
    monkeypatch.setattr(cycle, "CHUNK", CHUNK)


@pytest.mark.parametrize("mode", ["observe", "tag", "enforce"])
def test_a_pass_does_what_the_mode_says_and_nothing_else(dovecot: Dovecot, ledger: Ledger, mode: str) -> None:
    account = dovecot.account()
    append(account, *MIXED[:4], flags=("\\Flagged",))
    append(account, *MIXED[4:], flags=("\\Seen", "perso"))
    before, contents = look(account), hashes(account)
    summary = scan(account, ledger, mode=mode)
    after = {seen.subject: seen for seen in look(account)}
    assert hashes(account) == contents
    assert summary.verdicts == Counter(impersonation=2, suspicious=2, unrelated=1, genuine=1, undecided=1)
    assert (summary.quarantined, summary.tagged, summary.failed) == {
        "observe": (0, 0, 0),
        "tag": (0, 4, 0),
        "enforce": (2, 2, 0),
    }[mode]
    for seen in before:
        now, false = after[seen.subject], seen.subject.startswith("faux")
        added = set(now.flags) - set(seen.flags)
        assert set(seen.flags) <= set(now.flags)
        assert now.date == seen.date
        assert now.folder == (QUARANTINE if false and mode == "enforce" else "INBOX")
        if mode == "observe":
            assert not added
        elif false:
            assert added == {"$Phishing", "$Junk"}
        else:
            assert added == ({"VigieSuspect"} if "do" in seen.subject[:2] or "dehors" in seen.subject else set())


def test_the_next_pass_goes_on_where_the_last_one_stopped(dovecot: Dovecot, ledger: Ledger) -> None:
    account, pool = dovecot.account(), ScriptedPool()
    append(account, *MIXED)
    assert scan(account, ledger, pool).judged == 7
    assert scan(account, ledger, pool).judged == 0
    append(account, mail("neuf", "impersonation"))
    assert scan(account, ledger, pool).judged == 1
    assert len(pool.seen) == len(set(pool.seen)) == 8
    assert places(account)["neuf"] == [QUARANTINE]


def test_the_cursor_ends_below_uidnext_even_where_the_last_messages_are_gone(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, mail("a"), mail("b"), mail("c"))
    with client(account) as connection:
        connection.select_folder("INBOX")
        connection.delete_messages([2, 3])
        connection.expunge()
    validity, _ = uids(account)
    summary = scan(account, ledger)
    assert summary.judged == 1
    assert ledger.cursor(account.name, "INBOX") == Cursor(account.name, "INBOX", validity, 3)


@pytest.mark.usefixtures("small_chunks")
def test_many_chunks_with_progress(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    count = 9 * CHUNK + 5
    append(
        account, *(mail(f"m{number}", "impersonation" if number % 20 == 7 else "unrelated") for number in range(count))
    )
    told: list[Progress] = []
    contents = hashes(account)
    summary = scan(account, ledger, progress=told.append)
    assert summary.judged == summary.total == count
    assert [progress.done for progress in told] == list(range(1, count + 1))
    assert {progress.total for progress in told} == {count}
    moved = [progress for progress in told if progress.outcome is not None]
    assert len(moved) == summary.quarantined == 4
    assert all(progress.outcome and progress.outcome.state is State.DONE for progress in moved)
    assert hashes(account) == contents


@pytest.mark.usefixtures("small_chunks")
def test_a_stopped_pass_is_taken_up_by_the_next_one(dovecot: Dovecot, ledger: Ledger) -> None:
    account, stop = dovecot.account(), threading.Event()
    append(account, *(mail(f"m{number}") for number in range(4 * CHUNK)))

    def stop_soon(progress: Progress) -> None:
        if progress.done == 10:
            stop.set()

    first = scan(account, ledger, progress=stop_soon, stop=stop)
    assert first.stopped
    assert 10 <= first.judged < 4 * CHUNK
    second = scan(account, ledger)
    assert first.judged + second.judged == 4 * CHUNK
    assert not second.stopped


def test_since_scans_a_range_without_moving_the_cursor(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    now = datetime.now(UTC)
    append(account, mail("vieux", "impersonation"), when=now - timedelta(days=40))
    append(account, mail("recent", "impersonation"), when=now - timedelta(days=2))
    summary = scan(account, ledger, since=now - timedelta(days=30))
    assert summary.judged == 1
    assert ledger.cursor(account.name, "INBOX") is None
    assert places(account) == {"vieux": ["INBOX"], "recent": [QUARANTINE]}
    assert scan(account, ledger, since=now - timedelta(days=60)).judged == 1
    assert places(account)["vieux"] == [QUARANTINE]


def test_since_judges_again_but_does_nothing_twice(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, *MIXED)
    scan(account, ledger, mode="tag")
    with client(account) as connection:  # somebody takes the tag off: that is his decision
        connection.select_folder("INBOX")
        connection.remove_flags(connection.search(["KEYWORD", "VigieSuspect"]), ["VigieSuspect"])
    again = scan(account, ledger, mode="tag", since=datetime.now(UTC) - timedelta(days=3))
    assert (again.judged, again.tagged) == (7, 0)
    assert "VigieSuspect" not in flags(account, "douteux")
    promoted = scan(account, ledger, mode="enforce", since=datetime.now(UTC) - timedelta(days=3))
    assert promoted.quarantined == 2


def test_a_changed_uidvalidity_is_rescanned_and_nothing_is_acted_on_twice(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, *MIXED, folder="Boite")
    scan(account, ledger, folder="Boite", mode="tag")
    with client(account) as connection:  # the same name, another folder (I-08)
        connection.select_folder("Boite")
        connection.remove_flags(connection.search(), ["VigieSuspect", "$Junk", "$Phishing"])
        connection.rename_folder("Boite", "Ancienne")
        connection.create_folder("Boite")
        connection.select_folder("Ancienne")
        connection.copy(connection.search(), "Boite")
    append(account, mail("neuf", "suspicious"), folder="Boite")
    pool = ScriptedPool()
    summary = scan(account, ledger, pool, folder="Boite", mode="tag")
    assert summary.rescanned
    assert (summary.carried_over, summary.judged, summary.tagged) == (7, 1, 1)
    again = scan(account, ledger, pool, folder="Boite", mode="tag")
    assert not again.rescanned
    assert again.judged == 0


def renumbered(account: AccountSettings, folder: str = "Boite") -> None:
    """Another folder of the same name, with the same messages under other UIDs (I-08)."""
    with client(account) as connection:
        connection.rename_folder(folder, f"Ancienne {folder}")
        connection.create_folder(folder)
        connection.append(folder, mail("avant"))  # so that the UIDs change, too
        connection.select_folder(f"Ancienne {folder}")
        connection.copy(connection.search(), folder)
        connection.delete_folder(f"Ancienne {folder}")


def test_one_message_keeps_its_one_case_whatever_its_folder_is_numbered(dovecot: Dovecot, ledger: Ledger) -> None:
    """Identical mails have a case each, before and after; what people decided stays with the case."""
    account = dovecot.account()
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, *MIXED, MIXED[0], mail("plus tard", "undecided retry"), folder="Boite")
    scan(account, ledger, folder="Boite", mode="tag")
    before = {record.id: record for record in ledger.records()}
    frozen = {known: ledger.frozen(known) for known in before}
    some = next(record for record in before.values() if record.sha256 == sha(MIXED[0]))
    ledger.set_decision(some.id, Decision.CONFIRMED, datetime.now(UTC))
    for _ in range(2):
        renumbered(account)
        scan(account, ledger, folder="Boite", mode="tag")
    validity, found = uids(account, "Boite")
    known = list(ledger.records())
    assert len(known) == len(before) + 2  # "avant", twice
    assert set(before) < {record.id for record in known}
    assert {record.place.uidvalidity for record in known} == {validity}
    assert sorted(record.place.uid for record in known) == found
    assert Counter(record.sha256 for record in known)[sha(MIXED[0])] == 2
    assert {record.id for record in known if record.decision} == {some.id}
    assert all(ledger.frozen(name) == kept for name, kept in frozen.items() if before[name].retry_at is None)
    again = scan(account, ledger, folder="Boite", mode="enforce", since=datetime.now(UTC) - timedelta(days=3))
    assert again.quarantined == 3  # promoted: the intents name the cases that stand, not those of the new places
    assert len(list(ledger.records())) == len(known)


def test_with_since_a_renumbered_folder_keeps_its_cases_too(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, *MIXED, folder="Boite")
    scan(account, ledger, folder="Boite", mode="observe")
    before = {record.id for record in ledger.records()}
    renumbered(account)
    since = datetime.now(UTC) - timedelta(days=3)
    assert scan(account, ledger, folder="Boite", mode="observe", since=since).judged == len(MIXED) + 1
    assert scan(account, ledger, folder="Boite", mode="observe").judged == 0
    assert before < {record.id for record in ledger.records()}
    assert len(list(ledger.records())) == len(MIXED) + 1


@pytest.mark.usefixtures("small_chunks")
def test_a_rescan_that_was_cut_off_is_still_a_rescan(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, *(mail(f"m{number}", "suspicious") for number in range(2 * CHUNK)))
    validity, _ = uids(account)
    ledger.add_records((), Cursor(account.name, "INBOX", validity + 1, 5000))
    stop = threading.Event()
    first = scan(account, ledger, mode="tag", stop=stop, progress=lambda _: stop.set())
    assert first.rescanned
    assert first.stopped
    second = scan(account, ledger, mode="tag")
    assert second.rescanned
    assert first.judged + second.judged == 2 * CHUNK
    assert first.tagged + second.tagged == 2 * CHUNK
    assert ledger.cursor(account.name, "INBOX") == Cursor(account.name, "INBOX", validity, 2 * CHUNK)


def test_a_message_over_the_limit_is_judged_on_its_beginning_and_never_moved(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, mail("gros", "impersonation", body="x" * 90_000))
    summary = scan(account, ledger, limit=70_000)
    assert (summary.quarantined, summary.tagged) == (0, 1)
    assert places(account) == {"gros": ["INBOX"]}
    assert {"$Phishing", "$Junk"} <= flags(account, "gros")


def test_mail_that_was_released_is_never_taken_again(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    raw = mail("accuse-a-tort", "impersonation")
    append(account, raw)
    scan(account, ledger, mode="observe")
    (record,) = ledger.records()

    ledger.set_decision(record.id, Decision.RELEASED, datetime.now(UTC))
    append(account, raw)
    summary = scan(account, ledger)
    assert (summary.judged, summary.quarantined, summary.tagged) == (1, 0, 0)
    assert ledger.released(account.name, sha(raw))


def test_row_7_is_judged_again_three_times_at_most(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, mail("dns-en-panne", "undecided retry"))
    validity, (uid,) = uids(account)
    scan(account, ledger)
    for attempt in (2, 3, 4):
        record = ledger.record_at(account.name, "INBOX", validity, uid)
        assert record is not None
        assert record.retry_at is not None
        assert scan(account, ledger).retried == 0  # not yet due
        due = replace(record, retry_at=datetime.now(UTC) - timedelta(seconds=1))
        ledger.add_records((due,), None)
        assert scan(account, ledger).retried == 1
        record = ledger.record_at(account.name, "INBOX", validity, uid)
        assert record is not None
        assert record.attempts == attempt
    assert record is not None
    assert record.retry_at is None
    assert sum(journal.RETRY_AFTER, timedelta()) <= timedelta(hours=1)


class _Breaking(ScriptedPool):
    """The scan dies over one message, as a kill would end it: nothing orderly happens any more."""

    def submit(self, raw: bytes, *, key: str, **_: object) -> Future[Case]:
        if b"X-Verdict: unrelated poison" in raw:
            raise SystemExit(9)
        return super().submit(raw, key=key)


def test_the_message_that_kills_the_scan_is_given_up_and_the_others_are_judged(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    append(account, mail("a"), mail("b", "impersonation"), mail("poison", "unrelated poison"), mail("c", "suspicious"))

    monkeypatch.setattr(cycle._Pass, "_uncount", lambda self: None)  # a killed scan tidies up nothing
    ends = 0
    while ends < 10:
        try:
            scan(account, ledger, _Breaking())
            break
        except SystemExit:
            ends += 1
    assert ends == 3
    validity, _ = uids(account)
    poison = ledger.record_at(account.name, "INBOX", validity, 3)
    assert poison is not None
    assert (poison.verdict, poison.decided_by) == ("undecided", 0)
    assert (
        poison.retry_at is not None
    )  # it may be innocent: a scan that is killed three times dies over whatever comes first
    assert places(account) == {"a": ["INBOX"], "b": [QUARANTINE], "poison": ["INBOX"], "c": ["INBOX"]}
    assert "VigieSuspect" in flags(account, "c")
    assert scan(account, ledger, _Breaking()).judged == 0
    ledger.add_records((replace(poison, retry_at=datetime.now(UTC)),), None)
    assert scan(account, ledger).retried == 1
    poison = ledger.record_at(account.name, "INBOX", validity, 3)
    assert poison is not None
    assert (poison.verdict, poison.retry_at) == ("unrelated", None)


def broken_in_its_folder(dovecot: Dovecot, account: AccountSettings, subject: str) -> Path:
    """The message's file, which from now on the server cannot read: what a damaged disk leaves."""
    (file,) = [
        path
        for path in (dovecot.base / "mail" / account.username / "Maildir").rglob("*")
        if path.is_file() and f"Subject: {subject}\n".encode() in path.read_bytes()
    ]
    file.chmod(0)
    return file


def test_a_message_that_the_server_cannot_read_does_not_make_the_folder_deaf(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, mail("a"), mail("casse"), mail("b", "impersonation"))
    file = broken_in_its_folder(dovecot, account, "casse")
    for _ in range(3):
        with pytest.raises(MailboxError):
            scan(account, ledger)
    last = scan(account, ledger)
    assert last.quarantined == 1
    assert last.verdicts["undecided"] == 0  # given up: nothing judged it
    assert Counter(record.verdict for record in ledger.records()) == Counter(unrelated=1, undecided=1, impersonation=1)
    (file,) = file.parent.parent.rglob(f"{file.name.split(',')[0]}*")  # the server has moved it from new/ to cur/
    file.chmod(0o644)
    (given_up,) = ledger.records(verdicts=["undecided"])
    ledger.add_records((replace(given_up, retry_at=datetime.now(UTC)),), None)
    assert scan(account, ledger).verdicts == Counter(unrelated=1)


class _Cut(imap.ImapMailbox):
    """The server's process dies whenever the second message is fetched, and the connection with it."""

    def fetch(self, uids: Sequence[int], *, limit: int, allows: Allows | None = None) -> Iterator[Fetched]:
        if 2 in uids:
            self._session.wire.shutdown()
        return super().fetch(uids, limit=limit, allows=allows)


def test_a_message_over_which_the_server_dies_is_given_up_and_the_others_are_judged(
    dovecot: Dovecot, ledger: Ledger
) -> None:
    account = dovecot.account()
    append(account, mail("a"), mail("b"), mail("c", "impersonation"))
    with Session(account, lambda settings: _Cut(imap.connect(settings)._session)) as session:
        for _ in range(3):
            with pytest.raises(MailboxError):
                scan(account, ledger, session=session)
        assert scan(account, ledger, session=session).quarantined == 1


class _Breaks(imap.ImapMailbox):
    """The connection is lost whenever the second of several messages is awaited."""

    def fetch(self, uids: Sequence[int], *, limit: int, allows: Allows | None = None) -> Iterator[Fetched]:
        for number, fetched in enumerate(super().fetch(uids, limit=limit, allows=allows)):
            if number:
                self._session.wire.shutdown()
                raise MailboxError("connect", "lost", temporary=True, cut=True)
            yield fetched


def test_what_was_carried_over_before_a_cut_is_not_judged_anew_one_by_one(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mail that was judged in observe is not moved because its folder is renumbered, and the connection lost meanwhile (I-08)."""
    account = dovecot.account()
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, mail("faux", "impersonation"), mail("faux-2", "impersonation"), folder="Boite")
    scan(account, ledger, folder="Boite", mode="observe")
    renumbered(account)
    monkeypatch.setattr(cycle, "GROUP_BYTES", 1)  # handed over as soon as it is fetched
    with Session(account, lambda settings: _Breaks(imap.connect(settings)._session)) as session:
        summary = scan(account, ledger, folder="Boite", mode="enforce", session=session)
    assert summary.rescanned
    assert (summary.judged, summary.quarantined, summary.carried_over) == (1, 0, 2)


def test_new_mail_never_waits_for_what_is_judged_again(
    dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = dovecot.account()
    append(account, *(mail(f"r{number}", "undecided retry") for number in range(5)))
    scan(account, ledger)
    past = datetime.now(UTC) - timedelta(seconds=1)
    ledger.add_records([replace(record, retry_at=past) for record in ledger.records()], None)
    append(account, mail("neuf", "impersonation"))
    pool = ScriptedPool()
    monkeypatch.setattr(cycle, "RETRY_S", -1.0)  # no time at all
    first = scan(account, ledger, pool)
    assert (first.quarantined, first.retried) == (1, 0)
    monkeypatch.setattr(cycle, "RETRY_S", 30.0)
    append(account, mail("plus-neuf"))
    pool = ScriptedPool()
    assert scan(account, ledger, pool).retried == 5
    assert "uid 7 " in pool.seen[0]


def test_what_was_to_be_judged_again_is_judged_at_its_new_place(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    with client(account) as connection:
        connection.create_folder("Boite")
    append(account, mail("dns-en-panne", "undecided retry"), mail("facture"), folder="Boite")
    scan(account, ledger, folder="Boite")
    with client(account) as connection:
        connection.rename_folder("Boite", "Ancienne")
        connection.create_folder("Boite")
        connection.select_folder("Ancienne")
        connection.copy(connection.search(), "Boite")
    summary = scan(account, ledger, folder="Boite")
    assert summary.rescanned
    assert (summary.judged, summary.carried_over) == (1, 1)


def test_quarantine_is_never_moved_into_itself(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, mail("faux", "impersonation"))
    scan(account, ledger)
    before = uids(account, QUARANTINE)
    assert scan(account, ledger, folder=QUARANTINE).quarantined == 0
    assert scan(account, ledger, folder=QUARANTINE).judged == 0
    assert uids(account, QUARANTINE) == before
    aliased = account.model_copy(update={"quarantine_folder": "inbox"})
    append(aliased, mail("autre", "impersonation"))
    assert scan(aliased, ledger).quarantined == 0
    assert "$Phishing" in flags(account, "autre")


def test_inbox_is_the_same_in_any_case(dovecot: Dovecot) -> None:
    with pytest.raises(ValueError, match="cannot be one of the scanned folders"):
        dovecot.account(quarantine_folder="Inbox")


def test_what_one_quarantine_costs(dovecot: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    account = dovecot.account()
    append(account, *(mail(f"faux-{number}", "impersonation") for number in range(20)))
    said: list[str] = []
    speak: Any = vars(imaplib.IMAP4)["_command"]

    def overheard(self: Wire, name: str, *arguments: object) -> bytes:
        said.append(name)
        tag: bytes = speak(self, name, *arguments)
        return tag

    monkeypatch.setattr(Wire, "_command", overheard)
    assert scan(account, ledger).quarantined == 20
    # SELECT, FETCH (is it still that message), STORE, FETCH (is it kept), STATUS, MOVE, EXAMINE, FETCH (bytes and keywords there)
    assert len(said) <= 20 * 8 + 25, Counter(said)


def test_an_orderly_fault_blames_no_message(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, mail("a"), mail("b"))

    class Down(ScriptedPool):
        def submit(self, *_: object, **__: object) -> Future[Case]:
            raise OSError("no process")

    for _ in range(5):
        with pytest.raises(OSError, match="no process"):
            scan(account, ledger, Down())
    assert scan(account, ledger).verdicts == Counter(unrelated=2)


def test_two_at_once_one_waits(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    append(account, *MIXED)
    with account_lock(ledger.path, account.name), pytest.raises(AccountBusyError):
        scan(account, ledger, stop=_set())
    contents = hashes(account)
    threads = [threading.Thread(target=scan, args=(account, ledger)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hashes(account) == contents
    assert len(places(account)["faux-1"]) == 1


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_a_kept_connection_that_died_is_replaced(dovecot: Dovecot, ledger: Ledger) -> None:

    account = dovecot.account()
    append(account, mail("a"))
    with Session(account, imap.connect) as session:
        assert scan(account, ledger, session=session).judged == 1
        mailbox = session.mailbox
        assert isinstance(mailbox, imap.ImapMailbox)
        mailbox._session.wire.shutdown()
        append(account, mail("b"))
        assert scan(account, ledger, session=session).judged == 1


def test_a_folder_that_does_not_exist_is_one_clear_fault(dovecot: Dovecot, ledger: Ledger) -> None:
    with pytest.raises(MailboxError) as caught:
        scan(dovecot.account(), ledger, folder="Absent")
    assert caught.value.kind == "folder"
    assert "\n" not in str(caught.value)


def test_the_quarantine_folder_has_the_server_s_real_name(dovecot_prefix: Dovecot, ledger: Ledger) -> None:
    account = dovecot_prefix.account()
    append(account, mail("faux", "impersonation"))
    assert scan(account, ledger).quarantined == 1
    assert places(account) == {"faux": ["INBOX.Quarantaine"]}


def test_without_room_for_a_copy_the_mail_stays_and_is_tagged(
    dovecot_quota: Dovecot, ledger: Ledger, tmp_path: Path
) -> None:
    account = dovecot_quota.account()
    append(account, mail("faux", "impersonation", body="x" * 40_000))
    contents = hashes(account)
    summary = scan(account, ledger)
    assert summary.quarantined + summary.waiting + summary.failed == 1
    assert hashes(account) == contents
    assert {"$Phishing", "$Junk"} <= flags(account, "faux")
