from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest

from tests.ledger.made import NOON, intent, outcome, place, record
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import ActionKind, Cursor, Decision, Sending, State


def test_a_record_comes_back_as_it_went_in(ledger: Ledger) -> None:
    full = record(1, brand=None, retry_at=NOON, attempts=3, decision=Decision.CONFIRMED)
    ledger.add_records([full, record(2)], Cursor("accueil", "INBOX", 7, 2))
    assert ledger.record(full.id) == full
    assert ledger.record_at("accueil", "INBOX", 7, 2) == record(2)
    assert ledger.record_at("accueil", "INBOX", 8, 2) is None
    assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 7, 2)
    assert ledger.cursor("accueil", "Autre") is None


def test_instants_come_back_in_utc(ledger: Ledger) -> None:
    paris = datetime(2026, 11, 22, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    ledger.add_records([record(1, judged_at=paris)], None)
    (found,) = ledger.records()
    assert found.judged_at == paris
    assert found.judged_at.tzinfo is UTC


def test_a_naive_instant_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="aware"):
        ledger.add_records([record(1, judged_at=datetime(2026, 11, 22))], None)  # noqa: DTZ001 - that is the fault


def test_judging_a_place_again_keeps_id_decision_and_quarantine(ledger: Ledger) -> None:
    first = record(1)
    ledger.add_records([first], None)
    ledger.set_decision(first.id, Decision.CONFIRMED, NOON)
    ledger.open_intent(intent(first))
    ledger.close_intent(outcome(intent(first)))
    ledger.add_records([replace(first, id="another", verdict="suspicious", attempts=2)], None)
    assert ledger.record("another") is None
    kept = ledger.record(first.id)
    assert kept == replace(first, verdict="suspicious", attempts=2, decision=Decision.CONFIRMED, version=2)
    assert [held.id for held in ledger.records(held=True)] == [first.id]


def test_the_last_of_two_records_of_a_place_counts(ledger: Ledger) -> None:
    ledger.add_records([record(1), record(1, verdict="genuine")], None)
    assert [found.verdict for found in ledger.records()] == ["genuine"]


def test_the_cursor_never_goes_back_within_one_uidvalidity(ledger: Ledger) -> None:
    for uid, expected in ((5, 5), (3, 5), (9, 9), (0, 9)):
        ledger.add_records([], Cursor("accueil", "INBOX", 7, uid))
        assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 7, expected)
    ledger.add_records([], Cursor("accueil", "INBOX", 8, 2))
    assert ledger.cursor("accueil", "INBOX") == Cursor("accueil", "INBOX", 8, 2)


def test_an_id_may_be_cut_and_misread_but_not_ambiguous(ledger: Ledger) -> None:
    ledger.add_records([record(1, id="ab10cdefghjk"), record(2, id="ab1ycdefghjk"), record(3, id="ab10")], None)
    found = ledger.record("AB1O")
    assert found is not None
    assert found.id == "ab10"  # an exact one comes first, however it was typed
    assert ledger.record("ab10c") == ledger.record("ABIOC") == ledger.record("ab10cdefghjk")
    assert ledger.record("ab1") is None
    assert ledger.record("ab1y") is not None
    assert ledger.record("") is None
    assert ledger.record("%___") is None
    assert [near.place.uid for near in ledger.records_like("ab1ycd")] == [2]


def test_records_are_told_newest_first_and_filtered(ledger: Ledger) -> None:
    here = [record(uid, verdict="genuine" if uid % 3 else "impersonation") for uid in range(1, 501)]
    there = record(place(1, account="direction"))
    ledger.add_records([*here, there], None)
    assert [found.place.uid for found in ledger.records(account="accueil")] == list(range(500, 0, -1))
    assert len(list(ledger.records(limit=333))) == 333
    assert len(list(ledger.records(limit=200))) == 200
    assert list(ledger.records(limit=0)) == []
    assert [found.place.uid for found in ledger.records(verdicts=("impersonation",), limit=2)] == [498, 495]
    assert list(ledger.records(account="direction")) == [there]
    since = NOON + timedelta(seconds=499)
    assert [found.place.uid for found in ledger.records(since=since)] == [500, 499]


def test_the_ledger_can_be_written_while_records_are_read(ledger: Ledger) -> None:
    ledger.add_records([record(uid) for uid in range(1, 451)], None)
    seen = []
    for found in ledger.records():
        seen.append(found.place.uid)
        ledger.set_decision(found.id, Decision.CONFIRMED, NOON)
    assert seen == list(range(450, 0, -1))


def test_what_is_stale_has_the_content_and_another_uidvalidity(ledger: Ledger) -> None:
    first, second, here = record(1, sha256="aa"), record(2, sha256="aa"), record(place(1, uidvalidity=8), sha256="aa")
    other = record(place(3, folder="Autre"), sha256="aa")
    ledger.add_records([second, first, here, other], None)
    assert ledger.stale_records("accueil", "INBOX", 8, "aa") == [first, second]
    assert ledger.stale_records("accueil", "INBOX", 8, "bb") == []
    ledger.set_decision(second.id, Decision.RELEASED, NOON)
    assert [found.id for found in ledger.stale_records("accueil", "INBOX", 8, "aa")] == [second.id, first.id]


def test_a_relocated_record_keeps_its_id_and_what_hangs_on_it(ledger: Ledger) -> None:
    one = record(1)
    ledger.add_records([one], None)
    ledger.set_decision(one.id, Decision.CONFIRMED, NOON)
    there = place(9, uidvalidity=8)
    ledger.add_records((), None, relocated={one.id: there})
    assert ledger.record_at("accueil", "INBOX", 7, 1) is None
    moved = ledger.record_at("accueil", "INBOX", 8, 9)
    assert moved is not None
    assert (moved.id, moved.decision) == (one.id, Decision.CONFIRMED)
    # Judged again there it stays the same one, and whoever comes to the old place gets an id of his own.
    (again,) = ledger.under_their_ids([record(there)])
    assert again.id == one.id
    (newcomer,) = ledger.under_their_ids([record(1)])
    assert newcomer.id != one.id
    ledger.add_records([newcomer], None)
    assert len(list(ledger.records())) == 2


def test_retries_are_due_at_their_instant(ledger: Ledger) -> None:
    late, soon, never = record(1, retry_at=NOON), record(2, retry_at=NOON - timedelta(hours=1)), record(3)
    ledger.add_records([late, soon, never], None)
    assert ledger.due_retries("accueil", NOON - timedelta(microseconds=1)) == [soon]
    assert ledger.due_retries("accueil", NOON) == [soon, late]
    assert ledger.due_retries("direction", NOON) == []
    ledger.add_records([replace(soon, retry_at=None)], None)
    assert ledger.due_retries("accueil", NOON) == [late]


def test_a_release_counts_for_the_content_in_the_account(ledger: Ledger) -> None:
    """W-18."""
    first = record(1, sha256="aa")
    ledger.add_records([first, record(place(1, account="direction"), sha256="aa")], None)
    ledger.set_decision(first.id, Decision.RELEASED, NOON)
    assert ledger.released("accueil", "aa")
    assert not ledger.released("direction", "aa")
    ledger.set_decision(first.id, None, NOON)
    assert not ledger.released("accueil", "aa")
    assert ledger.decisions(first.id) == [(Decision.RELEASED, NOON), (None, NOON)]


def test_a_decision_about_nothing_is_refused(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="no record zzzz"):
        ledger.set_decision("zzzz", Decision.RELEASED, NOON)


def test_an_intent_lives_from_pending_to_its_outcome(ledger: Ledger) -> None:
    of = record(1)
    wanted = intent(of)
    ledger.add_records([of], None)
    ledger.open_intent(wanted)
    ledger.open_intent(wanted)
    assert ledger.open_intents("accueil") == [wanted]
    assert ledger.open_intents("direction") == []
    assert ledger.outcomes(of.id) == [(wanted, None)]
    ledger.advance(wanted.id, State.MOVING)
    moving = replace(wanted, state=State.MOVING)
    assert ledger.open_intents("accueil") == [moving]
    ended = outcome(
        wanted, destination=place(44, folder="Quarantaine", uidvalidity=3), detail="move", kept_keywords=("$Junk",)
    )
    ledger.close_intent(ended)
    ledger.close_intent(ended)
    assert ledger.open_intents("accueil") == []
    assert ledger.outcomes(of.id) == [(replace(wanted, state=State.DONE), ended)]


def test_how_the_destination_was_is_kept_until_a_refusal(ledger: Ledger) -> None:
    of = record(1)
    wanted, empty, full = intent(of), place(5, folder="Quarantaine"), place(9, folder="Quarantaine")
    ledger.add_records([of], None)
    ledger.open_intent(wanted)
    assert ledger.sending(wanted.id) == Sending()
    ledger.begin(wanted.id, empty)
    assert ledger.outcomes(of.id) == [(replace(wanted, state=State.MOVING), None)]
    ledger.begin(wanted.id, full)  # once more, after an unclear answer
    assert ledger.sending(wanted.id) == Sending(empty)
    ledger.advance(wanted.id, State.PENDING)
    ledger.put_off([wanted.id], NOON)
    ledger.begin(wanted.id, full)
    assert ledger.sendings("accueil") == {wanted.id: Sending(full, 1, NOON)}
    assert ledger.sendings("direction") == {}
    ledger.close_intent(outcome(wanted))
    assert ledger.sendings("accueil") == {}
    with pytest.raises(LedgerError):
        ledger.begin(wanted.id, None)


def test_held_follows_quarantine_and_release(ledger: Ledger) -> None:
    of = record(1)
    ledger.add_records([of, record(2)], None)
    steps = [
        (ActionKind.TAG, State.DONE, False),
        (ActionKind.QUARANTINE, State.FAILED, False),
        (ActionKind.QUARANTINE, State.GONE, False),
        (ActionKind.QUARANTINE, State.DONE, True),
        (ActionKind.RELEASE, State.FAILED, True),
        (ActionKind.RELEASE, State.DONE, False),
        (ActionKind.QUARANTINE, State.DONE, True),
        (ActionKind.RELEASE, State.GONE, False),
    ]
    for number, (kind, state, held) in enumerate(steps):
        wanted = intent(of, f"i{number}", kind)
        ledger.open_intent(wanted)
        ledger.close_intent(outcome(wanted, state))
        assert [found.id for found in ledger.records(held=True)] == [of.id] * held, steps[number]
    assert len(list(ledger.records(held=False))) == 2
    assert [had.id for had, _ in ledger.outcomes(of.id)] == [f"i{number}" for number in range(len(steps))]


def test_a_closed_intent_stays_closed(ledger: Ledger) -> None:
    of = record(1)
    wanted = intent(of)
    ledger.add_records([of], None)
    ledger.open_intent(wanted)
    ledger.close_intent(outcome(wanted))
    contradictions: list[Callable[[], None]] = [
        partial(ledger.advance, wanted.id, State.MOVING),
        partial(ledger.close_intent, outcome(wanted, State.GONE)),
        partial(ledger.open_intent, replace(wanted, destination="Autre")),
        partial(ledger.open_intent, replace(wanted, id="x", record_id="nobody")),
        partial(ledger.advance, "nobody", State.MOVING),
        partial(ledger.close_intent, outcome(replace(wanted, id="nobody"))),
        partial(ledger.close_intent, outcome(wanted, State.MOVING)),
    ]
    for contradiction in contradictions:
        with pytest.raises(LedgerError) as caught:
            contradiction()
        assert not caught.value.temporary
        assert "\n" not in str(caught.value)
    assert ledger.outcomes(of.id) == [(replace(wanted, state=State.DONE), outcome(wanted))]


def test_a_release_is_decision_and_intent_or_neither(ledger: Ledger) -> None:
    of = record(1)
    ledger.add_records([of], None)
    ledger.open_intent(intent(of, "taken"))
    with pytest.raises(LedgerError):
        ledger.release(intent(of, "taken", ActionKind.RELEASE), NOON)
    assert not ledger.released("accueil", of.sha256)
    ledger.release(intent(of, "r1", ActionKind.RELEASE), NOON)
    assert ledger.released("accueil", of.sha256)
    assert [wanted.id for wanted in ledger.open_intents("accueil")] == ["taken", "r1"]


def test_the_newest_heartbeat_of_each_folder_is_kept(ledger: Ledger) -> None:
    ledger.beat("accueil", "INBOX", NOON, 12, "serveur injoignable")
    ledger.beat("accueil", "Autre", NOON, 0, "")
    ledger.beat("accueil", "INBOX", NOON + timedelta(minutes=1), 0, "")
    assert ledger.beats() == [
        ("accueil", "Autre", NOON, 0, ""),
        ("accueil", "INBOX", NOON + timedelta(minutes=1), 0, ""),
    ]


def test_text_that_no_database_takes_is_made_storable(ledger: Ledger) -> None:
    hostile = "a\0b\ud800c é \U0001f600 \udfff"
    of = record(place(1, folder=hostile), subject=hostile, author=hostile, message_id=hostile)
    ledger.add_records([of], Cursor("accueil", hostile, 7, 1))
    ledger.open_intent(intent(of, keywords=(hostile,)))
    (found,) = ledger.records()
    assert found.subject.encode()
    assert "\0" not in found.subject
    assert "é \U0001f600" in found.subject
    assert ledger.cursor("accueil", hostile) is not None
    assert ledger.record_at("accueil", hostile, 7, 1) == found


def test_what_was_written_is_there_for_the_next_program(url: str) -> None:
    with Ledger(url) as first:
        first.add_records([record(1)], Cursor("accueil", "INBOX", 7, 1))
    with Ledger(url) as second:
        assert second.record(record(1).id) == record(1)
