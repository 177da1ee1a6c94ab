from dataclasses import replace
from typing import Any

import pytest

from tests.ledger.made import NOON, intent, outcome, place, record
from vigie.ledger.review import History, Refusal, Standing, Undoing, plan_confirm, plan_release, plan_undo, standing
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Decision, Intent, Outcome, State

OF = record(1)
THERE = place(44, folder="Quarantaine", uidvalidity=3)


def had(kind: ActionKind, state: State, **fields: Any) -> tuple[Intent, Outcome | None]:
    wanted = intent(OF, f"{kind}-{state}", kind, state=state)
    return wanted, None if state in (State.PENDING, State.MOVING) else replace(outcome(wanted, state), **fields)


TAGGED = had(ActionKind.TAG, State.DONE)
HELD = had(ActionKind.QUARANTINE, State.DONE, destination=THERE, kept_keywords=("$Phishing", "rendez-vous"))
RELEASED = had(ActionKind.RELEASE, State.DONE, destination=place(2))


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([], Standing.IN_PLACE),
        ([TAGGED], Standing.IN_PLACE),
        ([had(ActionKind.QUARANTINE, State.PENDING)], Standing.MOVING),
        ([had(ActionKind.QUARANTINE, State.MOVING)], Standing.MOVING),
        ([had(ActionKind.QUARANTINE, State.FAILED)], Standing.IN_PLACE),
        ([had(ActionKind.QUARANTINE, State.GONE)], Standing.GONE),
        ([TAGGED, HELD], Standing.HELD),
        ([HELD, TAGGED], Standing.HELD),
        ([HELD, had(ActionKind.RELEASE, State.PENDING)], Standing.RELEASING),
        ([HELD, had(ActionKind.RELEASE, State.FAILED)], Standing.HELD),
        ([HELD, had(ActionKind.RELEASE, State.GONE)], Standing.GONE),
        ([HELD, RELEASED], Standing.RELEASED),
        ([HELD, RELEASED, HELD], Standing.HELD),
    ],
)
def test_where_a_case_stands(history: History, expected: Standing) -> None:
    assert standing(history) is expected


def test_a_release_is_the_way_back() -> None:
    plan = plan_release(OF, [TAGGED, HELD], at=NOON)
    assert isinstance(plan, Intent)
    held = HELD[0]
    assert plan == replace(
        held,
        id=plan.id,
        kind=ActionKind.RELEASE,
        source=THERE,
        destination="INBOX",
        keywords=("$Phishing",),  # "rendez-vous" was there before us
        state=State.PENDING,
        created_at=NOON,
    )


def test_a_message_whose_new_uid_the_server_did_not_tell_is_looked_for() -> None:
    plan = plan_release(OF, [had(ActionKind.QUARANTINE, State.DONE)], at=NOON)
    assert isinstance(plan, Intent)
    assert plan.source == place(0, folder="Quarantaine", uidvalidity=0)


@pytest.mark.parametrize(
    ("history", "code", "settled"),
    [
        ([], "not-held", False),
        ([TAGGED], "not-held", False),
        ([had(ActionKind.QUARANTINE, State.PENDING)], "under-way", False),
        ([HELD, had(ActionKind.RELEASE, State.MOVING)], "under-way", True),
        ([HELD, RELEASED], "already-released", True),
        ([HELD, had(ActionKind.RELEASE, State.GONE)], "gone", False),
    ],
)
def test_a_release_that_cannot_be_says_why(history: History, code: str, settled: bool) -> None:
    plan = plan_release(OF, history, at=NOON)
    assert isinstance(plan, Refusal)
    assert (plan.code, plan.settled) == (code, settled)
    assert plan.text.endswith(".")


def test_confirming() -> None:
    assert plan_confirm(OF, [HELD]) is Decision.CONFIRMED
    again = plan_confirm(replace(OF, decision=Decision.CONFIRMED), [HELD])
    assert isinstance(again, Refusal)
    assert again.settled
    conflict = plan_confirm(replace(OF, decision=Decision.RELEASED), [HELD, RELEASED])
    assert isinstance(conflict, Refusal)
    assert not conflict.settled


def test_undoing_a_release_brings_the_message_back_to_quarantine() -> None:
    plan = plan_undo(replace(OF, decision=Decision.RELEASED), [HELD, RELEASED], at=NOON)
    assert isinstance(plan, Undoing)
    assert plan.intent == replace(
        HELD[0], id=plan.intent.id if plan.intent else "", source=place(2), state=State.PENDING, created_at=NOON
    )


def test_undoing_a_confirmation_moves_nothing() -> None:
    assert plan_undo(replace(OF, decision=Decision.CONFIRMED), [HELD], at=NOON) == Undoing(None)


def test_undoing_waits_for_what_is_under_way_and_needs_a_decision() -> None:
    busy = plan_undo(replace(OF, decision=Decision.RELEASED), [HELD, had(ActionKind.RELEASE, State.MOVING)], at=NOON)
    nothing = plan_undo(OF, [HELD], at=NOON)
    assert isinstance(busy, Refusal)
    assert isinstance(nothing, Refusal)
    assert (busy.code, nothing.code) == ("under-way", "nothing-to-undo")


def test_a_release_through_the_ledger_is_idempotent(ledger: Ledger) -> None:
    ledger.add_records([OF], None)
    wanted = intent(OF)
    ledger.open_intent(wanted)
    ledger.close_intent(outcome(wanted, destination=THERE, kept_keywords=("$Junk",)))
    plan = plan_release(OF, ledger.outcomes(OF.id), at=NOON)
    assert isinstance(plan, Intent)
    ledger.release(plan, NOON)
    assert ledger.released("accueil", OF.sha256)
    second = plan_release(OF, ledger.outcomes(OF.id), at=NOON)
    assert isinstance(second, Refusal)
    assert second.settled
    assert ledger.open_intents("accueil") == [plan]
