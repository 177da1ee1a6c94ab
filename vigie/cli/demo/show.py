"""The demo as people see it: a live table in a terminal, one line a mail elsewhere."""

from __future__ import annotations

import json
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from vigie.cli import words
from vigie.cli.console import plain, screen
from vigie.cli.demo.progress import Fate, Progress
from vigie.cli.language import say
from vigie.rules.types import Label

ROW_LINES = 2
FRAME_LINES = 8


class Show(Protocol):
    """Tells what goes on. A context manager."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def update(self, progress: Progress, settled: list[Fate], since: datetime, status: str) -> None:
        """Mails in `settled` are new; `status` is one line about the whole."""
        ...


def why(fate: Fate) -> str:
    """The sentence of the explanation that says most."""
    if fate.record is None:
        return ""
    return plain(words.why(fate.record.verdict, json.loads(fate.record.case_json).get("explanation", {})))


def deed(fate: Fate) -> str:
    """What was done, or is being done."""
    if fate.record is None or not fate.settled:
        return "…"
    return words.done(fate.done)


class Lines:
    """For pipes and logs."""

    def __init__(self) -> None:
        self._console = screen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def update(self, progress: Progress, settled: list[Fate], since: datetime, status: str) -> None:  # noqa: ARG002 - see Show
        """See Show."""
        for fate in settled:
            assert fate.record is not None
            text = f"{fate.record.judged_at.astimezone():%H:%M:%S} {words.verdict(fate.record.verdict):<13}"
            text += f" {plain(fate.record.author) or '?'}  « {plain(fate.record.subject)} »  {why(fate)}"
            text += f"  [{deed(fate)}]  {fate.took(since)}"
            self._console.print(text)


class Board:
    """For terminals: the newest mails, as many as fit."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=False, vertical_overflow="crop")
        self._shown: tuple[object, ...] = ()

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def update(self, progress: Progress, settled: list[Fate], since: datetime, status: str) -> None:  # noqa: ARG002 - see Show
        """See Show."""
        judged = sum(fate.record is not None for fate in progress.fates)
        ended = sum(fate.settled for fate in progress.fates)
        news = (len(progress.fates), judged, ended, status, self._console.size)
        if news == self._shown:  # nothing to paint: a slow line to a remote terminal stays usable
            return
        self._shown = news
        room = max(3, (self._console.size.height - FRAME_LINES) // ROW_LINES)
        table = Table(expand=True, pad_edge=False, show_edge=False, header_style="bold", padding=(0, 1))
        table.add_column(say("arrivé", "arrived"), width=8, no_wrap=True)
        table.add_column(say("de", "from"), ratio=2, no_wrap=True, overflow="ellipsis")
        table.add_column(say("objet, et pourquoi", "subject, and why"), ratio=5, no_wrap=True, overflow="ellipsis")
        table.add_column(say("verdict, et suite", "verdict, and deed"), ratio=3, no_wrap=True, overflow="ellipsis")
        table.add_column(say("durée", "took"), width=7, no_wrap=True, justify="right")
        for fate in progress.fates[-room:]:
            table.add_row(*_row(fate, since))
        self._live.update(Group(table, Text(), _tally(progress), Text(status, style="bold")), refresh=True)


def _row(fate: Fate, since: datetime) -> tuple[Text, ...]:
    at = Text(f"{fate.delivered.astimezone():%H:%M:%S}", style="dim")
    if fate.record is None:
        return at, Text("…"), Text("…\n"), Text(say("en attente", "waiting"), style="dim"), Text()
    name, _, address = fate.record.author.rpartition(" <")
    author = Text.assemble(plain(name or address), "\n", (plain("<" + address if name else ""), "dim"))
    subject = Text.assemble(plain(fate.record.subject) or say("(sans objet)", "(no subject)"), "\n", (why(fate), "dim"))
    label = fate.record.verdict
    verdict = Text.assemble((words.verdict(label), words.STYLE[Label(label)]), "\n", (deed(fate), "dim"))
    return at, author, subject, verdict, Text(fate.took(since))


def _tally(progress: Progress) -> Text:
    text = Text()
    for label in words.ORDER:
        count = sum(fate.record is not None and fate.record.verdict == label for fate in progress.fates)
        if count:
            text.append(f" {words.counted(label, count)} ", style=words.STYLE[label])
            text.append("  ")
    return text
