"""A progress bar in a terminal; elsewhere nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich import progress as bars

from vigie.cli import console
from vigie.cli.console import plain

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Advance:
    """One bar."""

    bar: bars.Progress
    task: bars.TaskID

    def of(self, total: int) -> None:
        """So many there are."""
        self.bar.update(self.task, total=total)

    def counting(self, items: Iterable[_T]) -> Iterator[_T]:
        """The same items; each moves the bar when it is done with."""
        for item in items:
            yield item
            self.bar.advance(self.task)


@contextmanager
def bar(name: str, total: int | None = None) -> Iterator[Advance]:
    """On stderr: what a command prints can be piped on."""
    screen = console.screen(stderr=True)
    shown = bars.Progress(
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeRemainingColumn(),
        console=screen,
        disable=not screen.is_terminal,
        transient=True,
    )
    with shown:
        yield Advance(shown, shown.add_task(plain(name), total=total))
