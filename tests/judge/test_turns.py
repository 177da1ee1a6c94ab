"""Equal shares of time for all who wait (X-18), whatever their messages cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.judge.turns import DEBT_S, Turns

ROUNDING = 1e-9
"""Of sums of thirty costs."""
COSTS = st.lists(st.floats(0.001, 8.0), min_size=30, max_size=30)


def test_nobody_waits() -> None:
    turns: Turns[str] = Turns()
    assert not turns
    with pytest.raises(LookupError):
        turns.take()


def test_messages_of_one_owner_stay_in_order() -> None:
    turns: Turns[int] = Turns()
    for number in range(5):
        turns.add("a", number)
    assert [turns.take() for _ in range(5)] == list(range(5))
    assert turns.under_way("a") == 5
    for _ in range(5):
        turns.done("a", 1.0)
    assert turns.under_way("a") == 0


@given(st.dictionaries(st.sampled_from("abcde"), COSTS, min_size=2))
def test_shares_of_time_are_equal(costs: dict[str, list[float]]) -> None:
    """Of owners who always have something waiting none is ahead by more than one message."""
    turns: Turns[tuple[str, float]] = Turns()
    for whose, each in costs.items():
        for cost in each:
            turns.add(whose, (whose, cost))
    spent = dict.fromkeys(costs, 0.0)
    taken = dict.fromkeys(costs, 0)
    while all(taken[whose] < len(costs[whose]) for whose in costs):
        whose, cost = turns.take()
        turns.done(whose, cost)
        spent[whose] += cost
        taken[whose] += 1
        assert max(spent.values()) - min(spent.values()) <= 8.0 + ROUNDING


def test_who_comes_while_another_is_costly_is_next_and_stays_next() -> None:
    turns: Turns[str] = Turns()
    for _ in range(20):
        turns.add("bombed", "bomb")
    for _ in range(10):
        turns.take()
        turns.done("bombed", 8.0)
    assert [turns.take(), turns.take()] == ["bomb", "bomb"]  # two processes are at it
    for number in range(50):
        turns.add("calm", f"mail {number}")
    turns.done("bombed", 8.0)
    for number in range(50):
        assert turns.take() == f"mail {number}"
        turns.done("calm", 0.1)
    assert turns.take() == "bomb"


def test_nobody_saves_up_and_nobody_is_in_debt_for_ever() -> None:
    turns: Turns[str] = Turns()
    turns.add("late", "")
    turns.add("busy", "")
    turns.take()
    turns.take()
    turns.done("late", 500.0)
    turns.add("busy", "")
    turns.done("busy", 1.0)
    turns.add("late", "again")  # 499 s behind by then
    turns.take()
    turns.done("busy", 1.0 + DEBT_S)
    turns.add("busy", "more")
    assert turns.take() == "again"
