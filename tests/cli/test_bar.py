"""One bar and one queue for all commands."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import vigie
from vigie.cli.bar import bar
from vigie.cli.in_order import Begun, Known, in_order

SOURCES = sorted((Path(vigie.__file__).parent / "cli").rglob("*.py"))


@given(st.lists(st.booleans()), st.integers(1, 5))
def test_results_come_in_order_and_nothing_is_begun_far_ahead(kinds: list[bool], ahead: int) -> None:
    given_back = begun = 0

    def begin() -> Iterator[tuple[int, Begun[int]]]:
        nonlocal begun
        for number, ready in enumerate(kinds):
            begun += 1
            assert begun - given_back <= ahead + 1
            yield number, Known(number) if ready else Waited(number)

    for key, result in in_order(begin(), ahead):
        assert (key, result) == (given_back, given_back)
        given_back += 1
    assert given_back == len(kinds)


class Waited(Known[int]):
    """Known only to whoever waits for it."""

    def done(self) -> bool:
        return False


def test_what_is_known_is_given_before_the_next_is_begun() -> None:
    order: list[str] = []

    def begin() -> Iterator[tuple[int, Known[int]]]:
        for number in range(3):
            order.append(f"begin {number}")
            yield number, Known(number)

    for key, _ in in_order(begin()):
        order.append(f"end {key}")
    assert order == ["begin 0", "end 0", "begin 1", "end 1", "begin 2", "end 2"]


def test_a_bar_counts_in_a_terminal_and_is_silent_elsewhere() -> None:
    for terminal in (True, False):
        told = io.StringIO()
        screen = Console(file=told, force_terminal=terminal, width=100)
        with bar("accueil/INBOX", 3, screen) as shown:
            assert list(shown.counting("abc")) == ["a", "b", "c"]
            shown.at(5, 7)
            shown.bar.refresh()
        assert ("accueil/INBOX" in told.getvalue(), "5/7" in told.getvalue()) == (terminal, terminal)


def test_nobody_else_draws_a_bar_or_keeps_a_queue_of_cases() -> None:
    texts = {path.relative_to(SOURCES[0].parent).as_posix(): path.read_text("utf-8") for path in SOURCES}
    assert [name for name, text in texts.items() if "Progress(" in text and "rich import progress" in text] == [
        "bar.py"
    ]
    assert [name for name, text in texts.items() if "deque" in text and ".result()" in text] == ["in_order.py"]
