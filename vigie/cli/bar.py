"""A progress bar with rate and remaining time in a terminal; elsewhere nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from rich import progress as bars
from rich.console import Console

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

    def at(self, done: int, total: int) -> None:
        """So many of so many are done with."""
        self.bar.update(self.task, completed=done, total=total)
        self._tell_rate()

    def counting(self, items: Iterable[_T]) -> Iterator[_T]:
        """The same items; each moves the bar when it is done with."""
        for item in items:
            yield item
            self.bar.advance(self.task)
            self._tell_rate()

    def _tell_rate(self) -> None:
        speed = self.bar.tasks[0].speed
        self.bar.update(self.task, rate=f"{speed:.0f} /s" if speed else "")


@contextmanager
def bar(name: str, total: int | None = None, screen: Console | None = None) -> Iterator[Advance]:
    """On stderr, so that what a command prints can be piped on; on `screen` where what is printed there has to stay above it."""
    screen = screen or console.screen(stderr=True)
    shown = bars.Progress(
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}", markup=False),
        bars.TimeRemainingColumn(),
        console=screen,
        disable=not screen.is_terminal,
        transient=True,
    )
    with shown:
        yield Advance(shown, shown.add_task(plain(name), total=total, rate=""))
