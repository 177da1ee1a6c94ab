"""One decision about all cases of a campaign: counted by the ledger, worked off in steps, taken back as a whole."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.ledger.desks import SHAPE, carry_out, case, hold
from tests.ledger.made import NOON
from vigie.ledger import bulks
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import MANY, AskAgain, Bulk, Changed, Done, Of, Pile, Refusal, Unknown
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision, State


def begun(answer: object) -> Bulk:
    assert isinstance(answer, Bulk), answer
    return answer


def finished(desk: Desk, bulk: Bulk) -> Bulk:
    done = desk.finish_bulk(bulk.id)
    assert done is not None
    return done


def test_campaigns_are_listed_the_largest_first(ledger: Ledger) -> None:
    hold(ledger, *(case(uid) for uid in range(1, 4)), *(case(uid, campaign="b" * 16) for uid in (4, 5, 6, 7, 8, 12)))
    hold(ledger, case(9, campaign="c" * 16), case(10, campaign=""), case(11, account="direction"))
    desk = ledger.desk("web:marie")
    desk.decide(case(12).id, Decision.CONFIRMED, seen=0, at=NOON)
    first, second = desk.campaigns()
    assert (first.id, first.waiting, first.total) == ("b" * 16, 5, 6)
    assert first.example.id == case(8).id  # the newest that waits
    assert (second.id, second.waiting, second.accounts, second.senders) == (SHAPE, 4, 2, 1)
    assert second.last - second.first == timedelta(seconds=10)
    assert [one.id for one in desk.campaigns(least=1)] == ["b" * 16, SHAPE, "c" * 16]
    assert [one.waiting for one in ledger.desk("x", frozenset({"direction"})).campaigns(least=1)] == [1]
    assert [one.total for one in desk.campaigns(pile=Pile.ALL)] == [6, 4]
    assert desk.campaign("nothing") is None


def test_a_campaign_is_confirmed_by_one_decision(ledger: Ledger) -> None:
    hold(ledger, *(case(uid) for uid in range(1, 31)))
    desk = ledger.desk("web:marie")
    bulk = begun(desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=30, at=NOON))
    assert (bulk.what, bulk.who, bulk.total, bulk.waiting, bulk.decided) == (Of.CONFIRM, "web:marie", 30, 30, 0)
    done = finished(desk, bulk)
    assert (done.waiting, done.decided, done.moving, done.refused) == (0, 30, 0, {})
    assert done.is_over
    assert desk.campaign(SHAPE) == replace(desk.campaigns(pile=Pile.ALL)[0], waiting=0)
    assert {entry.who for entry in ledger.audit_entries() if entry.what in ("bulk", "decided")} == {"web:marie"}


def test_a_release_shows_how_far_the_scanner_is_and_is_taken_back(ledger: Ledger) -> None:
    hold(ledger, *(case(uid) for uid in range(1, 4)))
    desk = ledger.desk("web:marie")
    bulk = finished(desk, begun(desk.decide_campaign(SHAPE, Decision.RELEASED, seen=3, at=NOON)))
    assert (bulk.decided, bulk.moving, bulk.moved, bulk.failed) == (3, 3, 0, 0)
    back = finished(desk, begun(desk.undo_bulk(bulk.id, at=NOON)))
    assert (back.what, back.waiting, back.decided) == (Of.UNDO, 3, 0)  # they are under way: it waits for them
    carry_out(ledger)
    ledger.finish_bulks()
    again = desk.bulk(back.id)
    assert again is not None
    assert (again.waiting, again.decided, again.moving) == (0, 3, 3)
    carry_out(ledger)
    assert desk.campaigns()[0].waiting == 3
    before = desk.bulk(bulk.id)
    assert before is not None
    assert (before.moved, before.undone_by) == (3, back.id)
    assert isinstance(desk.undo_bulk(bulk.id, at=NOON), Refusal)
    assert [one.id for one in desk.bulks()] == [back.id, bulk.id]


def test_what_the_scanner_could_not_move_is_told(ledger: Ledger) -> None:
    hold(ledger, case(1), case(2))
    desk = ledger.desk("web:marie")
    bulk = finished(desk, begun(desk.decide_campaign(SHAPE, Decision.RELEASED, seen=2, at=NOON)))
    carry_out(ledger, state=State.FAILED)
    after = desk.bulk(bulk.id)
    assert after is not None
    assert (after.decided, after.moving, after.moved, after.failed) == (2, 0, 0, 2)


def test_more_than_fifty_are_asked_twice_by_the_ledgers_own_count(ledger: Ledger) -> None:
    """W-17."""
    hold(ledger, *(case(uid) for uid in range(1, MANY + 2)))
    desk = ledger.desk("web:marie")
    count = MANY + 1
    assert desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=count, at=NOON) == AskAgain(count)
    assert desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=count, at=NOON, confirmed=MANY) == AskAgain(count)
    assert desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=MANY, at=NOON, confirmed=count) == Changed(count)
    assert desk.bulks() == []
    bulk = begun(desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=count, at=NOON, confirmed=count))
    assert finished(desk, bulk).decided == count
    assert desk.undo_bulk(bulk.id, at=NOON) == AskAgain(count)
    assert begun(desk.undo_bulk(bulk.id, at=NOON, confirmed=count)).total == count


def test_a_campaign_that_has_grown_is_looked_at_again(ledger: Ledger) -> None:
    hold(ledger, case(1), case(2))
    desk = ledger.desk("web:marie")
    hold(ledger, case(3))
    assert desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=2, at=NOON) == Changed(3)
    assert desk.decide_campaign("nothing", Decision.CONFIRMED, seen=1, at=NOON) == Unknown()


def test_copies_of_a_harmless_letter_are_not_released_with_it(ledger: Ledger) -> None:
    hold(ledger, case(1, sender="example.net"), case(2, sender="?example.net"))
    desk = ledger.desk("web:marie")
    refused = desk.decide_campaign(SHAPE, Decision.RELEASED, seen=2, at=NOON)
    assert isinstance(refused, Refusal)
    assert refused.code == "several-senders"
    begun(desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=2, at=NOON))


def test_a_colleagues_decision_meanwhile_is_left_alone(ledger: Ledger) -> None:
    hold(ledger, case(1), case(2), case(3))
    marie, paul = ledger.desk("web:marie"), ledger.desk("web:paul")
    bulk = begun(marie.decide_campaign(SHAPE, Decision.CONFIRMED, seen=3, at=NOON))
    assert isinstance(paul.decide(case(2).id, Decision.RELEASED, seen=0, at=NOON), Done)
    done = finished(marie, bulk)
    assert (done.decided, done.refused) == (2, {"conflict": 1})
    assert isinstance(paul.decide(case(1).id, None, seen=1, at=NOON), Done)
    back = finished(marie, begun(marie.undo_bulk(bulk.id, at=NOON)))
    assert (back.decided, back.refused) == (1, {"conflict": 1})


def test_what_was_not_begun_is_withdrawn_with_its_job(ledger: Ledger) -> None:
    hold(ledger, case(1), case(2))
    desk = ledger.desk("web:marie")
    bulk = begun(desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=2, at=NOON))
    assert isinstance(desk.undo_bulk(bulk.id, at=NOON), Refusal)
    assert finished(desk, bulk).refused == {"withdrawn": 2}
    assert desk.campaigns()[0].waiting == 2


@pytest.mark.parametrize("step", [1, 2, 7])
def test_a_job_that_was_cut_off_is_gone_on_with(ledger: Ledger, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Killed after any transaction: each case is decided about once, whoever goes on."""
    monkeypatch.setattr(bulks, "STEP", step)
    hold(ledger, *(case(uid) for uid in range(1, 8)))
    desk = ledger.desk("web:marie")
    bulk = begun(desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=7, at=NOON))
    transactions = 0

    class KilledError(Exception):
        pass

    one = bulks._one

    def dying(*told: object) -> None:
        nonlocal transactions
        transactions += 1
        if transactions % 3 == 0:
            raise KilledError
        one(*told)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(bulks, "_one", dying)
    for _ in range(10):
        try:
            ledger.finish_bulks()
        except KilledError:
            continue
        if step < 7:
            break
    monkeypatch.setattr(bulks, "_one", one)
    assert finished(desk, bulk).decided == 7
    assert all(len(ledger.decisions(case(uid).id)) == 1 for uid in range(1, 8))


def test_jobs_of_other_accounts_are_not_seen(ledger: Ledger) -> None:
    hold(ledger, case(1), case(2, account="direction"))
    both = ledger.desk("web:marie")
    mine = ledger.desk("web:paul", frozenset({"accueil"}))
    bulk = begun(both.decide_campaign(SHAPE, Decision.CONFIRMED, seen=2, at=NOON))
    assert mine.bulk(bulk.id) is None
    assert mine.bulks() == []
    assert mine.finish_bulk(bulk.id) is None
    assert mine.undo_bulk(bulk.id, at=NOON) == Unknown()


def test_a_job_goes_with_its_cases(ledger: Ledger) -> None:
    hold(ledger, case(1), case(2))
    desk = ledger.desk("web:marie")
    bulk = finished(desk, begun(desk.decide_campaign(SHAPE, Decision.CONFIRMED, seen=2, at=NOON)))
    ledger.forget_records([case(1).id])
    left = desk.bulk(bulk.id)
    assert left is not None
    assert left.total == 1
    ledger.forget_records([case(2).id])
    assert desk.bulks() == []
