"""One person's decisions about one case: versions, conflicts, undo, accounts, and what the audit log says."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.ledger.desks import carry_out, case, hold
from tests.ledger.made import NOON
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import Conflict, Done, Refusal, Standing, Unknown
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Decision, State

OF = case(1)


@pytest.fixture
def marie(ledger: Ledger) -> Desk:
    hold(ledger, OF)
    return ledger.desk("web:marie")


def told(done: object) -> Done:
    assert isinstance(done, Done), done
    return done


def test_a_case_is_released_and_taken_back(ledger: Ledger, marie: Desk) -> None:
    seen = marie.case(OF.id)
    assert seen is not None
    assert (seen.standing, seen.can, seen.alike) == (Standing.HELD, frozenset({"release", "confirm"}), 1)
    done = told(marie.decide(OF.id, Decision.RELEASED, seen=seen.version, at=NOON))
    assert (done.decision, done.intent and done.intent.kind) == (Decision.RELEASED, ActionKind.RELEASE)
    assert ledger.released("accueil", OF.sha256)
    under_way = marie.decide(OF.id, None, seen=done.version, at=NOON)
    assert isinstance(under_way, Refusal)
    assert under_way.code == "under-way"
    assert carry_out(ledger) == [ActionKind.RELEASE]
    back = told(marie.decide(OF.id, None, seen=done.version, at=NOON))
    assert not ledger.released("accueil", OF.sha256)
    assert carry_out(ledger) == [ActionKind.QUARANTINE]
    now = marie.case(OF.id)
    assert now is not None
    assert (now.standing, now.version, now.version) == (Standing.HELD, back.version, seen.version + 2)
    assert [(taken.decision, taken.who) for taken in now.decisions] == [
        (Decision.RELEASED, "web:marie"),
        (None, "web:marie"),
    ]


def test_the_audit_log_names_the_person(ledger: Ledger, marie: Desk) -> None:
    told(marie.decide(OF.id, Decision.RELEASED, seen=0, at=NOON))
    by_marie = [(entry.what, entry.about) for entry in ledger.audit_entries() if entry.who == "web:marie"]
    assert by_marie == [("decided", OF.id), ("wanted", OF.id)]
    assert ledger.audit_verified().breaks == []


def test_who_comes_second_is_told_who_decided_what_and_when(ledger: Ledger, marie: Desk) -> None:
    paul = ledger.desk("web:paul")
    told(marie.decide(OF.id, Decision.CONFIRMED, seen=0, at=NOON))
    late = paul.decide(OF.id, Decision.RELEASED, seen=0, at=NOON)
    assert late == Conflict(OF.id, 1, Decision.CONFIRMED, "web:marie", NOON, agrees=False)
    same = paul.decide(OF.id, Decision.CONFIRMED, seen=0, at=NOON)
    assert isinstance(same, Conflict)
    assert same.agrees
    assert ledger.open_intents("accueil") == []
    told(paul.decide(OF.id, Decision.RELEASED, seen=1, at=NOON))  # he has seen it now, and stands by it


def test_a_case_that_is_judged_otherwise_meanwhile_is_a_conflict(ledger: Ledger, marie: Desk) -> None:
    ledger.add_records([replace(OF, verdict="suspicious")], None)
    late = marie.decide(OF.id, Decision.CONFIRMED, seen=0, at=NOON)
    assert late == Conflict(OF.id, 1, None, "", None, agrees=False)
    ledger.add_records([replace(OF, verdict="suspicious", elapsed_ms=9.0)], None)
    told(marie.decide(OF.id, Decision.CONFIRMED, seen=1, at=NOON))


def test_nobody_reaches_into_an_account_that_is_not_his(ledger: Ledger) -> None:
    """W-12: what one may not see looks like what there is not."""
    theirs = case(2, account="direction")
    hold(ledger, OF, theirs)
    desk = ledger.desk("web:paul", frozenset({"accueil"}))
    assert desk.case(theirs.id) is None
    assert desk.decide(theirs.id, Decision.RELEASED, seen=0, at=NOON) == Unknown()
    assert desk.decide("0" * 12, Decision.RELEASED, seen=0, at=NOON) == Unknown()
    assert desk.ask_view(theirs.id, at=NOON) == Unknown()
    assert desk.purge([theirs.id]).records == 0
    assert ledger.record(theirs.id) == theirs
    assert ledger.open_intents("direction") == []
    nobody = ledger.desk("web:nobody", frozenset())
    assert nobody.case(OF.id) is None


def test_of_many_who_decide_at_once_one_does(url: str, ledger: Ledger) -> None:
    """W-16: connections of their own, as of several processes."""
    hold(ledger, OF)
    names = [f"web:{number}" for number in range(8)]
    opened = [Ledger(url) for _ in names]

    def decide(pair: tuple[Ledger, str]) -> object:
        wanted = Decision.RELEASED if pair[1][-1] in "0246" else Decision.CONFIRMED
        return pair[0].desk(pair[1]).decide(OF.id, wanted, seen=0, at=NOON)

    with ThreadPoolExecutor(len(names)) as people:
        answers = list(people.map(decide, zip(opened, names, strict=True)))
    for one in opened:
        one.close()
    assert [type(answer) for answer in answers].count(Done) == 1
    assert [type(answer) for answer in answers].count(Conflict) == len(names) - 1
    assert len(ledger.decisions(OF.id)) == 1


def test_a_purge_leaves_the_way_back_of_what_waits(ledger: Ledger) -> None:
    waiting, confirmed, released = case(1), case(2), case(3)
    hold(ledger, waiting, confirmed, released)
    desk = ledger.desk("cli:marie")
    told(desk.decide(confirmed.id, Decision.CONFIRMED, seen=0, at=NOON))
    told(desk.decide(released.id, Decision.RELEASED, seen=0, at=NOON))
    gone = desk.purge([waiting.id, confirmed.id, released.id])
    assert (gone.records, gone.under_way) == (1, 2)  # the released one is on its way still
    carry_out(ledger)
    assert desk.purge([released.id]).records == 1
    assert ledger.released("accueil", released.sha256)
    assert [found.id for found in ledger.records()] == [waiting.id]


class Reviewers(RuleBasedStateMachine):
    """Two people and the scanner, in any order: a decision is never written over one that its writer has not seen."""

    def __init__(self, ledger: Ledger, of: Any) -> None:
        super().__init__()
        self.ledger = ledger
        self.of = of
        self.desks = [ledger.desk("web:marie"), ledger.desk("web:paul")]
        self.seen = [0, 0]
        self.written = 0

    @rule(who=st.sampled_from([0, 1]))
    def look(self, who: int) -> None:
        found = self.desks[who].case(self.of.id)
        assert found is not None
        self.seen[who] = found.version

    @rule(who=st.sampled_from([0, 1]), wanted=st.sampled_from([Decision.RELEASED, Decision.CONFIRMED, None]))
    def decide(self, who: int, wanted: Decision | None) -> None:
        before = self.desks[who].case(self.of.id)
        assert before is not None
        answer = self.desks[who].decide(self.of.id, wanted, seen=self.seen[who], at=NOON)
        assert isinstance(answer, Conflict) == (self.seen[who] != self.written)
        if isinstance(answer, Done):
            self.written = self.seen[who] = answer.version
            name = {Decision.RELEASED: "release", Decision.CONFIRMED: "confirm", None: "undo"}[wanted]
            assert name in before.can
        elif isinstance(answer, Refusal):
            assert len(before.can) < 3

    @precondition(lambda self: self.ledger.open_intents("accueil"))
    @rule(state=st.sampled_from([State.DONE, State.FAILED, State.GONE]))
    def scanner(self, state: State) -> None:
        carry_out(self.ledger, state=state)

    @invariant()
    def what_is_told_is_what_stands_there(self) -> None:
        found = self.desks[0].case(self.of.id)
        assert found is not None
        assert found.version == self.written == len(found.decisions)
        assert found.record.decision == (found.decisions[-1].decision if found.decisions else None)
        held = [line.id for line in self.ledger.records(held=True) if line.id == self.of.id]
        # What is on its way back still lies there; what somebody took away on that way does not.
        assert bool(held) == (found.standing in (Standing.HELD, Standing.RELEASING)) or found.standing in (
            Standing.MOVING,
            Standing.GONE,
        )

    def teardown(self) -> None:
        assert self.ledger.audit_verified().breaks == []


def test_people_and_the_scanner_in_any_order(ledger: Ledger) -> None:
    numbers = itertools.count(1)

    class Fresh(Reviewers):
        def __init__(self) -> None:
            of = case(next(numbers))
            carry_out(ledger)
            hold(ledger, of)
            super().__init__(ledger, of)

    run_state_machine_as_test(Fresh, settings=settings(max_examples=10, stateful_step_count=8, deadline=None))
