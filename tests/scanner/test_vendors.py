"""Whole passes against servers with habits of their own: Gmail's labels, Exchange's estimates and limits."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanner.world import QUARANTINE, hands, mail, scan
from tests.servers.fakeimap import DEFAULTS, FakeImap
from tests.servers.scripted_store import ALL_MAIL, Gmail, exchange
from vigie.ledger.store import Ledger
from vigie.scanner import recover
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.session import Session

FALSE = mail("false", "impersonation")


def test_on_gmail_quarantine_takes_the_label_of_inbox_and_all_mail_still_shows_it(ledger: Ledger) -> None:
    gmail = Gmail()
    false, true = gmail.put(FALSE), gmail.put(mail("true"))
    with FakeImap(gmail.replies) as fake:
        summary = scan(fake.account(), ledger)
        assert (summary.quarantined, summary.failed, summary.gone) == (1, 0, 0)
        assert gmail.where(false) == sorted([ALL_MAIL, QUARANTINE])  # I-42
        assert gmail.where(true) == sorted([ALL_MAIL, "INBOX"])
        again = scan(fake.account(), ledger)
        assert (again.judged, again.quarantined, len(fake.commands("UID MOVE"))) == (0, 0, 1)
        assert not fake.commands("UID EXPUNGE")
        assert not [line for line in fake.commands("UID STORE") if b"Deleted" in line]


@pytest.mark.parametrize("folder", [ALL_MAIL, "[Gmail]/Starred"])
def test_out_of_a_folder_that_only_shows_others_nothing_is_moved(ledger: Ledger, folder: str) -> None:
    gmail = Gmail()
    false = gmail.put(FALSE)
    if folder != ALL_MAIL:
        gmail.show(false, folder)
    before = gmail.where(false)
    with FakeImap(gmail.replies) as fake:
        summary = scan(fake.account(), ledger, folder=folder)
        # Gmail would say OK to it, and INBOX would go on showing the message
        assert (summary.judged, summary.quarantined, summary.failed) == (1, 0, 1)
        assert not fake.commands("UID MOVE")
    assert gmail.where(false) == before
    assert {b"$Junk", b"$Phishing"} <= false.flags  # tagged instead


def test_sizes_that_are_estimates_hide_no_message(ledger: Ledger) -> None:
    store = exchange()
    false = store.put(FALSE)
    with FakeImap(store.replies) as fake:
        summary = scan(fake.account(), ledger)
        assert (summary.quarantined, summary.gone, summary.failed) == (1, 0, 0)
        assert store.where(false) == [QUARANTINE]


def test_without_keywords_nothing_is_claimed_and_nothing_is_sent(ledger: Ledger) -> None:
    store = exchange()
    false, doubtful = store.put(FALSE), store.put(mail("doubtful", "suspicious"))
    with FakeImap(store.replies) as fake:
        summary = scan(fake.account(), ledger, mode="tag")
        assert (summary.judged, summary.tagged) == (2, 0)
        assert not fake.commands("UID STORE")
    assert store.where(false) == store.where(doubtful) == ["INBOX"]
    assert false.flags == doubtful.flags == set()


THROTTLED = b"%t BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n"
VERBS = ["LOGIN", "SELECT", "EXAMINE", "LIST", "STATUS", "UID SEARCH", "UID FETCH", "UID MOVE"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_throttled_pass_loses_nothing_and_is_taken_up(ledger: Ledger, verb: str) -> None:
    store = exchange()
    false = store.put(FALSE)
    with FakeImap({**store.replies, verb: THROTTLED}) as fake:
        try:
            assert scan(fake.account(), ledger).waiting == 1
        except MailboxError as error:
            assert (error.kind, error.temporary, error.retry_after_s) == ("limit", True, 299.961)  # noqa: PT017 - I-39; a refused MOVE raises nothing
        assert store.where(false) == ["INBOX"]
        fake.replies[verb] = {**DEFAULTS, **store.replies}.get(verb, b"%t OK done\r\n")
        scan(fake.account(), ledger)
        acting = hands(fake.account(), ledger)
        with acting.session:
            recover.later(acting, due=datetime.now(UTC) + timedelta(hours=1), stop=threading.Event(), most_s=30)
    assert store.where(false) == [QUARANTINE]


def test_a_sleepy_connection_that_exchange_closes_is_opened_anew(ledger: Ledger) -> None:
    store = exchange()
    with FakeImap(store.replies) as fake, Session(fake.account(), imap.connect) as session:
        scan(fake.account(), ledger, session=session)
        false = store.put(FALSE)
        answers = iter([b"* BYE Session invalidated - AccessTokenExpired\r\n"])
        working = store.replies["EXAMINE"]
        assert callable(working)
        fake.replies["EXAMINE"] = lambda line: next(answers, None) or working(line)
        summary = scan(fake.account(), ledger, session=session)
        assert (summary.judged, summary.quarantined) == (1, 1)
    assert store.where(false) == [QUARANTINE]
