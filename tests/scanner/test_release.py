"""There and back: the same bytes, flags, keywords and date, on servers that can do much, little and almost nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.scanner.world import NOW, QUARANTINE, Seen, hands, look, mail, places, scan, uids
from tests.servers.dovecot import Dovecot, append, client, hashes
from vigie.ledger.review import Undoing, plan_release, plan_undo
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Cursor, Decision, Intent, Outcome, Place, Record, State
from vigie.scanner import recover
from vigie.scanner.actions import quarantine
from vigie.scanner.actions import release as release_action
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError, Moved, UnclearOutcome
from vigie.scanner.settings import AccountSettings

DATE = datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)
RAW = mail("faux", "impersonation")


@pytest.fixture(params=["dovecot", "dovecot_uidplus", "dovecot_prefix"])
def server(request: pytest.FixtureRequest) -> Dovecot:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Dovecot)
    return found


def quarantined(account: AccountSettings, ledger: Ledger, *flags: str) -> Record:
    append(account, RAW, flags=flags, when=DATE)
    assert scan(account, ledger).quarantined == 1
    (record,) = ledger.records(held=True)
    return record


def release(account: AccountSettings, ledger: Ledger, record: Record) -> tuple[Intent, Outcome]:
    intent = plan_release(record, ledger.outcomes(record.id), at=NOW)
    assert isinstance(intent, Intent)
    ledger.release(intent, NOW)
    work = hands(account, ledger)
    with contextlib.closing(work.session):
        ((done, outcome),) = recover.recover(work, "enforce")
    return done, outcome


@pytest.mark.parametrize("flags", [(), ("\\Flagged", "\\Answered", "perso", "\\Seen"), ("$Junk",)])
def test_there_and_back(server: Dovecot, ledger: Ledger, flags: tuple[str, ...]) -> None:
    account = server.account()
    record = quarantined(account, ledger, *flags)
    _, outcome = release(account, ledger, record)
    assert outcome.state is State.DONE
    (back,) = look(account)
    assert back == Seen("INBOX", "faux", record.sha256, tuple(sorted({*flags, "$NotJunk"})), back.date)
    assert back.date == DATE
    assert list(ledger.records(held=True)) == []


def test_a_hundred_passes_do_not_take_it_again(dovecot: Dovecot, ledger: Ledger) -> None:
    """I-47."""
    account = dovecot.account()
    record = quarantined(account, ledger)
    release(account, ledger, record)
    for _ in range(20):
        summary = scan(account, ledger)
        assert summary.quarantined == summary.tagged == summary.recovered == 0
    scan(account, ledger, since=datetime(2025, 1, 1, tzinfo=UTC))
    assert places(account) == {"faux": ["INBOX"]}


def test_a_released_message_keeps_its_one_case(server: Dovecot, ledger: Ledger) -> None:
    """It has another UID now, and is read again: that is no news."""
    account = server.account()
    record = quarantined(account, ledger)
    _, outcome = release(account, ledger, record)
    assert outcome.destination is not None
    assert outcome.destination.uid != record.place.uid
    assert scan(account, ledger).judged == 0
    assert scan(account, ledger, since=datetime(2025, 1, 1, tzinfo=UTC)).judged == 0
    (known,) = ledger.records()
    assert (known.id, known.decision) == (record.id, Decision.RELEASED)
    assert ledger.attempts(account.name, "INBOX", record.place.uidvalidity) == {}
    assert ledger.cursor(account.name, "INBOX") == Cursor(
        account.name, "INBOX", record.place.uidvalidity, outcome.destination.uid
    )


def test_a_released_message_keeps_its_one_case_in_a_renumbered_folder(dovecot: Dovecot, ledger: Ledger) -> None:
    """Neither the place where it was judged nor the one where its release has put it says anything any more (I-08)."""
    account = dovecot.account()
    record = quarantined(account, ledger)
    release(account, ledger, record)
    validity, _ = uids(account)
    scan(account, ledger)
    # as if the folder had had another UIDVALIDITY until now
    cursor, old = Cursor(account.name, "INBOX", validity - 1, 9), replace(record.place, uidvalidity=validity - 1)
    ledger.add_records((), cursor, relocated={record.id: old})
    summary = scan(account, ledger)
    assert summary.rescanned
    assert (summary.judged, summary.carried_over, summary.quarantined) == (0, 1, 0)
    (known,) = ledger.records()
    assert (known.id, known.decision, known.place.uidvalidity) == (record.id, Decision.RELEASED, validity)
    assert places(account) == {"faux": ["INBOX"]}


def test_a_copy_of_a_released_message_is_another_message(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    record = quarantined(account, ledger)
    release(account, ledger, record)
    append(account, RAW, when=DATE)
    summary = scan(account, ledger)
    assert (summary.judged, summary.quarantined, summary.tagged) == (1, 0, 0)
    assert len(list(ledger.records())) == 2


@pytest.mark.parametrize("confirmed", [False, True])
def test_a_release_that_is_known_to_have_ended_only_after_its_message_was_read(
    dovecot: Dovecot, ledger: Ledger, *, confirmed: bool
) -> None:
    """Cut off between the move and its outcome, and put off: the message was judged meanwhile where it is now."""
    account = dovecot.account()
    record = quarantined(account, ledger)
    intent = plan_release(record, ledger.outcomes(record.id), at=NOW)
    assert isinstance(intent, Intent)
    ledger.release(intent, NOW)
    uidvalidity, _ = uids(account)
    ledger.begin(intent.id, Place(account.name, "INBOX", uidvalidity, record.place.uid + 1))
    ledger.put_off((intent.id,), datetime.now(UTC) + timedelta(minutes=1))
    with client(account) as connection:
        connection.select_folder(QUARANTINE)
        connection.move(connection.search(), "INBOX")
    assert scan(account, ledger).judged == 1
    (second,) = [known for known in ledger.records() if known.id != record.id]
    if confirmed:
        ledger.set_decision(second.id, Decision.CONFIRMED, NOW)
    work = hands(account, ledger)
    with contextlib.closing(work.session):
        outcome = recover.carry_out(replace(intent, state=State.MOVING), work)
    assert isinstance(outcome, Outcome)
    assert (outcome.state, outcome.destination) == (State.DONE, second.place)
    assert {known.id for known in ledger.records()} == ({record.id, second.id} if confirmed else {record.id})
    assert scan(account, ledger).judged == 0
    assert not ledger.audit_verified().breaks


def test_a_release_of_the_review_pages_is_carried_out_by_the_next_pass(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    record = quarantined(account, ledger)
    intent = plan_release(record, ledger.outcomes(record.id), at=NOW)
    assert isinstance(intent, Intent)
    ledger.release(intent, NOW)
    summary = scan(account, ledger)
    assert (summary.recovered, summary.released, summary.quarantined) == (1, 1, 0)
    assert places(account) == {"faux": ["INBOX"]}


def test_what_a_person_read_in_quarantine_stays_read(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    record = quarantined(account, ledger, "\\Flagged")
    with client(account) as connection:
        connection.select_folder(QUARANTINE)
        connection.add_flags(connection.search(), ["\\Seen"])
        connection.remove_flags(connection.search(), ["\\Flagged"])
    release(account, ledger, record)
    (back,) = look(account)
    assert set(back.flags) == {"\\Seen", "\\Flagged", "$NotJunk"}


def test_a_message_that_was_moved_within_quarantine_is_found_by_its_content(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    record = quarantined(account, ledger)
    with client(account) as connection:
        connection.select_folder(QUARANTINE)
        connection.move(connection.search(), "Junk")
        connection.select_folder("Junk")
        connection.move(connection.search(), QUARANTINE)
    _, outcome = release(account, ledger, record)
    assert outcome.state is State.DONE
    assert places(account) == {"faux": ["INBOX"]}


def test_a_message_that_somebody_deleted_is_gone(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    record = quarantined(account, ledger)
    with client(account) as connection:
        connection.select_folder(QUARANTINE)
        connection.delete_messages(connection.search())
        connection.expunge()
    _, outcome = release(account, ledger, record)
    assert outcome.state is State.GONE
    assert places(account) == {}


def test_on_a_server_that_can_only_copy_the_original_is_untagged(dovecot_poor: Dovecot, ledger: Ledger) -> None:
    account = dovecot_poor.account()
    record = quarantined(account, ledger, "perso")
    ((_, taken),) = ledger.outcomes(record.id)
    assert taken is not None
    assert taken.detail == quarantine.STAYS
    assert set(taken.kept_keywords) == {"$Phishing", "$Junk"}
    _, outcome = release(account, ledger, record)
    assert outcome.state is State.DONE
    assert "copy in quarantine stays" in outcome.detail
    inbox = [seen for seen in look(account) if seen.folder == "INBOX"]
    assert [set(seen.flags) for seen in inbox] == [{"perso", "$NotJunk"}]
    assert scan(account, ledger).quarantined == 0


def test_on_such_a_server_a_deleted_original_comes_back_from_its_copy(dovecot_poor: Dovecot, ledger: Ledger) -> None:
    account = dovecot_poor.account()
    record = quarantined(account, ledger, "\\Flagged")
    contents = set(hashes(account))
    with client(account) as connection:
        connection.select_folder("INBOX")
        connection.delete_messages(connection.search())
        connection.expunge()
    _, outcome = release(account, ledger, record)
    assert outcome.state is State.DONE
    inbox = [seen for seen in look(account) if seen.folder == "INBOX"]
    assert [(seen.sha256, seen.date, set(seen.flags)) for seen in inbox] == [
        (record.sha256, DATE, {"\\Flagged", "$NotJunk"})
    ]
    assert set(hashes(account)) == contents


@pytest.mark.parametrize("world", ["quarantine", "inbox", "both", "neither"])
def test_a_release_that_was_cut_off(server: Dovecot, ledger: Ledger, world: str) -> None:
    account = server.account()
    record = quarantined(account, ledger, "perso")
    intent = plan_release(record, ledger.outcomes(record.id), at=NOW)
    assert isinstance(intent, Intent)
    ledger.release(intent, NOW)
    with client(account) as connection:
        status = connection.folder_status("INBOX", ["UIDVALIDITY", "UIDNEXT"])
        ledger.begin(intent.id, Place(account.name, "INBOX", status[b"UIDVALIDITY"], status[b"UIDNEXT"]))
        connection.select_folder(intent.source.folder)
        if world in {"inbox", "both"}:
            connection.copy(connection.search(), "INBOX")
        if world in {"inbox", "neither"}:
            connection.delete_messages(connection.search())
            connection.expunge()
    summary = scan(account, ledger)
    assert summary.recovered == 1
    (_, outcome) = ledger.outcomes(record.id)[-1]
    assert outcome is not None
    assert outcome.state is (State.GONE if world == "neither" else State.DONE)
    if world == "neither":
        assert look(account) == []
    else:
        (back,) = look(account)
        assert (back.folder, set(back.flags), back.date) == ("INBOX", {"perso", "$NotJunk"}, DATE)


def test_a_release_can_be_taken_back(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    record = quarantined(account, ledger)
    release(account, ledger, record)
    again = ledger.record(record.id)
    assert again is not None
    undo = plan_undo(again, ledger.outcomes(record.id), at=NOW)
    assert isinstance(undo, Undoing)
    assert undo.intent is not None
    ledger.set_decision(record.id, None, NOW)
    ledger.open_intent(undo.intent)
    work = hands(account, ledger)
    with contextlib.closing(work.session):
        ((intent, outcome),) = recover.recover(work, "observe")
    assert (intent.kind, outcome.state) == (ActionKind.QUARANTINE, State.DONE)
    assert places(account) == {"faux": [QUARANTINE]}


class _Stubborn(imap.ImapMailbox):
    """Nothing can be moved out of quarantine: a folder whose rights somebody has changed (NOPERM)."""

    unclear = False

    def move(self, uid: int, folder: str) -> Moved:
        if self._selected().name.endswith(QUARANTINE):
            raise MailboxError("refused", "not allowed", temporary=False)
        return super().move(uid, folder)

    def append(self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime) -> tuple[int, int] | None:
        told = super().append(folder, raw, flags, internaldate)
        if self.unclear:
            type(self).unclear = False
            raise UnclearOutcome("cut off")
        return told


@pytest.mark.parametrize("unclear", [False, True])
def test_what_cannot_be_moved_back_is_stored_anew(
    server: Dovecot, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, *, unclear: bool
) -> None:
    account = server.account()
    record = quarantined(account, ledger, "\\Flagged", "perso")
    monkeypatch.setattr(_Stubborn, "unclear", unclear)
    real = imap.connect
    monkeypatch.setattr(imap, "connect", lambda settings: _Stubborn(real(settings)._session))
    _, outcome = release(account, ledger, record)
    monkeypatch.undo()
    assert outcome.state is State.DONE
    (back,) = [seen for seen in look(account) if seen.folder == "INBOX"]
    assert (back.sha256, set(back.flags), back.date) == (record.sha256, {"\\Flagged", "perso", "$NotJunk"}, DATE)
    others = [seen for seen in look(account) if seen.folder != "INBOX"]
    if unclear:  # looked up: the copy was there, so the move is ended instead of a second copy made
        assert others == []
    else:
        assert [seen.sha256 for seen in others] == [record.sha256]
        assert outcome.detail == release_action.COPY_STAYS
    assert scan(account, ledger).quarantined == 0
