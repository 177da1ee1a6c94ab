"""A fraud that somebody has confirmed goes back once two people want it (W-17)."""

from __future__ import annotations

import pytest

from tests.ledger.desks import SHAPE, carry_out, case, hold
from tests.ledger.made import NOON
from vigie.ledger.desk import Desk
from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Bulk, Done
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Decision


def desk(ledger: Ledger, name: str) -> Desk:
    return ledger.desk(f"web:{name}", second_reviewer=True)


def want(ledger: Ledger, name: str, record_id: str, decision: Decision | None = Decision.RELEASED) -> str:
    """ "done", or the code of the refusal."""
    record = ledger.record(record_id)
    assert record is not None
    told = desk(ledger, name).decide(record_id, decision, seen=record.version, at=NOON)
    assert isinstance(told, Done | Refusal)
    return "done" if isinstance(told, Done) else told.code


def confirmed(ledger: Ledger, uid: int = 1) -> str:
    """By Marie."""
    held = case(uid)
    hold(ledger, held)
    assert want(ledger, "marie", held.id, Decision.CONFIRMED) == "done"
    return held.id


def wanted_back(ledger: Ledger, record_id: str) -> list[str]:
    found = ledger.desk("x").case(record_id)
    assert found is not None
    return list(found.wanted_back)


@pytest.mark.parametrize("decision", [Decision.RELEASED, None])
@pytest.mark.parametrize("second", ["anne", "marie"])
def test_one_person_alone_is_not_enough(ledger: Ledger, decision: Decision | None, second: str) -> None:
    record_id = confirmed(ledger)
    for _ in range(3):  # asking again is not a second person
        assert want(ledger, "paul", record_id, decision) == "second-reviewer"
    assert wanted_back(ledger, record_id) == ["web:paul"]
    assert ledger.open_intents("accueil") == []
    noted = [entry for entry in ledger.audit_entries() if entry.detail.get("decision") == "wants-back"]
    assert [(entry.who, entry.about) for entry in noted] == [("web:paul", record_id)]
    assert want(ledger, second, record_id) == "done"
    assert carry_out(ledger) == [ActionKind.RELEASE]
    assert wanted_back(ledger, record_id) == []


def test_an_undoing_is_no_way_around_it(ledger: Ledger) -> None:
    record_id = confirmed(ledger)
    assert want(ledger, "paul", record_id, None) == "second-reviewer"
    assert want(ledger, "paul", record_id) == "second-reviewer"
    record = ledger.record(record_id)
    assert record is not None
    assert record.decision is Decision.CONFIRMED


@pytest.mark.parametrize("decision", [Decision.RELEASED, None])
def test_who_confirmed_it_may_take_her_own_word_back(ledger: Ledger, decision: Decision | None) -> None:
    record_id = confirmed(ledger)
    assert want(ledger, "marie", record_id, decision) == "done"


def test_a_wish_is_about_what_was_seen(ledger: Ledger) -> None:
    record_id = confirmed(ledger)
    assert want(ledger, "paul", record_id) == "second-reviewer"
    assert want(ledger, "marie", record_id, None) == "done"
    assert want(ledger, "marie", record_id, Decision.CONFIRMED) == "done"
    assert wanted_back(ledger, record_id) == []
    assert want(ledger, "anne", record_id) == "second-reviewer"
    assert want(ledger, "paul", record_id) == "done"


def test_what_nobody_confirmed_and_what_lies_in_its_place_needs_one(ledger: Ledger) -> None:
    held, there = case(1), case(2)
    hold(ledger, held)
    ledger.add_records([there], None)
    assert want(ledger, "paul", held.id) == "done"
    assert want(ledger, "marie", there.id, Decision.CONFIRMED) == "done"
    assert want(ledger, "paul", there.id, None) == "done"


def test_without_the_setting_one_is_enough(ledger: Ledger) -> None:
    record_id = confirmed(ledger)
    assert isinstance(ledger.desk("web:paul").decide(record_id, Decision.RELEASED, seen=1, at=NOON), Done)


def job(ledger: Ledger, told: object) -> Bulk:
    """Worked off by the service, which keeps to the rule that the job began with."""
    assert isinstance(told, Bulk)
    ledger.finish_bulks()
    done = ledger.desk("x").bulk(told.id)
    assert done is not None
    return done


def test_a_colleagues_decision_about_many_is_taken_back_by_two(ledger: Ledger) -> None:
    hold(ledger, *(case(uid) for uid in (1, 2, 3)))
    marie, paul, anne = (desk(ledger, name) for name in ("marie", "paul", "anne"))
    many = job(ledger, marie.decide_campaign(SHAPE, Decision.CONFIRMED, seen=3, at=NOON))
    assert many.decided == 3
    first = job(ledger, paul.undo_bulk(many.id, at=NOON))
    assert (first.decided, dict(first.refused)) == (0, {"second-reviewer": 3})
    again = job(ledger, paul.undo_bulk(many.id, at=NOON))
    assert again.decided == 0
    second = job(ledger, anne.undo_bulk(many.id, at=NOON))
    assert (second.decided, second.is_over) == (3, True)
    told = marie.undo_bulk(many.id, at=NOON)
    assert isinstance(told, Refusal)
    assert told.code == "undone"


def test_wishes_are_told_and_forgotten_with_their_case(ledger: Ledger) -> None:
    record_id = confirmed(ledger)
    assert want(ledger, "paul", record_id) == "second-reviewer"
    (told,) = ledger.exported([record_id])
    assert [wish["who"] for wish in told["wanted_back"]] == ["web:paul"]
    assert ledger.desk("web:marie").purge([record_id]).records == 1
    assert list(ledger.exported([record_id])) == []
