"""Every combination of verdict, mode, folder and history: the whole space is small enough to walk through."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from vigie.ledger.types import ActionKind
from vigie.rules.types import Label, Verdict
from vigie.scanner.decide import DOUBTFUL, FALSE, NOTHING, Mode, Plan, decide

MODES: tuple[Mode, ...] = ("observe", "tag", "enforce")
KEEPS: dict[str, Callable[[str], bool]] = {
    "all": lambda _: True,
    "none": lambda _: False,
    "only $Junk": lambda keyword: keyword == "$Junk",
    "only $Phishing": lambda keyword: keyword == "$Phishing",
    "only ours": lambda keyword: keyword == "VigieSuspect",
}
SPACE = list(itertools.product(Label, (False, True), MODES, KEEPS.items(), (False, True), (False, True), range(10)))


def plans() -> list[tuple[Verdict, Mode, str, bool, bool, Plan]]:
    found = []
    for label, proven, mode, (name, keeps), released, partial, row in SPACE:
        verdict = Verdict(label, "ameli", row, (), proven=proven)
        plan = decide(verdict, mode, keeps=keeps, released=released, partial=partial)
        found.append((verdict, mode, name, released, partial, plan))
    return found


def test_proof_complete_means_no_move() -> None:
    moved = [verdict for verdict, *_, plan in plans() if plan.kind is ActionKind.QUARANTINE]
    assert moved
    assert not any(verdict.proven for verdict in moved)


def test_only_an_impersonation_in_enforce_is_moved() -> None:
    for verdict, mode, _, released, partial, plan in plans():
        if plan.kind is ActionKind.QUARANTINE:
            assert (verdict.label, mode) == (Label.IMPERSONATION, "enforce")
            assert not released
            assert not partial


def test_observe_and_released_do_nothing() -> None:
    assert all(plan == NOTHING for _, mode, _, released, _, plan in plans() if released or mode == "observe")


def test_junk_never_without_phishing_and_never_on_a_suspicion_or_a_proof() -> None:
    for verdict, _, _, _, _, plan in plans():
        assert ("$Junk" in plan.keywords) == ("$Phishing" in plan.keywords)
        if "$Junk" in plan.keywords:
            assert verdict.label is Label.IMPERSONATION
            assert not verdict.proven


def test_no_keyword_is_planned_that_the_folder_does_not_keep() -> None:
    for _, _, name, _, _, plan in plans():
        assert all(KEEPS[name](keyword) for keyword in plan.keywords)
        assert plan.kind is not ActionKind.TAG or plan.keywords


@pytest.mark.parametrize(
    ("label", "mode", "plan"),
    [
        (Label.IMPERSONATION, "enforce", Plan(ActionKind.QUARANTINE, FALSE)),
        (Label.IMPERSONATION, "tag", Plan(ActionKind.TAG, FALSE)),
        (Label.SUSPICIOUS, "enforce", Plan(ActionKind.TAG, DOUBTFUL)),
        (Label.SUSPICIOUS, "tag", Plan(ActionKind.TAG, DOUBTFUL)),
        (Label.UNDECIDED, "enforce", NOTHING),
        (Label.GENUINE, "enforce", NOTHING),
        (Label.UNRELATED, "enforce", NOTHING),
    ],
)
def test_the_table_of_the_house(label: Label, mode: Mode, plan: Plan) -> None:
    assert decide(Verdict(label, "ameli", 6, ()), mode, keeps=KEEPS["all"], released=False) == plan


def test_a_folder_without_keywords_still_has_its_false_mail_moved() -> None:
    verdict = Verdict(Label.IMPERSONATION, "ameli", 4, ())
    assert decide(verdict, "enforce", keeps=KEEPS["none"], released=False) == Plan(ActionKind.QUARANTINE)
    assert decide(verdict, "tag", keeps=KEEPS["none"], released=False) == NOTHING


def test_what_was_judged_in_part_is_tagged_at_most() -> None:
    verdict = Verdict(Label.IMPERSONATION, "ameli", 4, ())
    plan = decide(verdict, "enforce", keeps=KEEPS["all"], released=False, partial=True)
    assert plan == Plan(ActionKind.TAG, FALSE)
