"""`vigie demo`: delivers mail to a real IMAP server while the real service watches it, and shows what becomes of it."""

from __future__ import annotations

import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from vigie.cli import report, words
from vigie.cli.console import screen
from vigie.cli.demo import mails
from vigie.cli.demo.mails import DemoMail
from vigie.cli.demo.progress import Progress
from vigie.cli.demo.show import Board, Lines, Show
from vigie.cli.demo.world import ACCOUNT, World, report_path
from vigie.cli.example import EIGHT_LINES
from vigie.cli.language import say
from vigie.cli.status import Fault, Status
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.mailboxes.base import MailboxError

TICK_S = 0.2
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_S = 120.0
"""Without any progress, after the last delivery: then something is wrong, and it is said."""


def demo(*, speed: float = 1.0) -> Status:
    """Runs it. In a terminal until Ctrl-C; elsewhere until every mail is judged. Arrivals come `speed` times as fast."""
    with _signals(), World() as world:
        try:
            ledger = Ledger(world.config().ledger)
        except LedgerError as error:
            raise Fault(str(error)) from None
        try:
            return _watch(world, Progress(ledger, ACCOUNT), speed)
        except (LedgerError, MailboxError) as error:
            raise Fault(str(error)) from None
        finally:
            ledger.close()


def _watch(world: World, progress: Progress, speed: float) -> Status:
    console = screen()
    in_terminal = console.is_terminal and sys.stdout.isatty()
    _introduce(world)
    path = report_path(datetime.now(UTC))
    complete = False
    try:
        show: Show = Board(console) if in_terminal else Lines()
        with show:
            _play(world, progress, show, speed, stay=in_terminal)
        complete = True
    except KeyboardInterrupt:
        pass
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        _summary(progress, path)
        if in_terminal:
            _how_to_go_on()
    return Status.DONE if complete or in_terminal else Status.INTERRUPTED


def _play(world: World, progress: Progress, show: Show, speed: float, *, stay: bool) -> None:
    """Delivers and watches until all is settled; with `stay`, on until Ctrl-C."""
    coming = deque(mails.load())
    while coming and coming[0].arrives == 0:
        _deliver(world, progress, coming.popleft())
    world.start_service()
    since = datetime.now(UTC)
    first_settled: float | None = None
    moved = time.monotonic()
    while coming or not progress.settled or stay:
        if not world.service.alive():
            raise Fault(say("le service s'est arrêté", "the service has ended") + f": {world.service.last_words()}")
        settled = progress.refresh()
        now = time.monotonic()
        if first_settled is None and progress.settled:
            first_settled = now  # the mails that lay there are judged: the live part begins
        while first_settled is not None and coming and now - first_settled >= coming[0].arrives / speed:
            _deliver(world, progress, coming.popleft())
        show.update(progress, settled, since, _status(progress, len(coming)))
        moved = now if settled or (coming and first_settled is not None) or progress.settled else moved
        if now - moved > PATIENCE_S:
            raise Fault(
                say("le service ne juge plus rien", "the service judges nothing any more")
                + f": {world.service.last_words()}"
            )
        time.sleep(TICK_S)


def _deliver(world: World, progress: Progress, mail: DemoMail) -> None:
    progress.add(mail, *world.deliver(mail))


def _status(progress: Progress, coming: int) -> str:
    judged = sum(fate.settled for fate in progress.fates)
    if coming:
        return say(
            f"{judged} sur {len(progress.fates) + coming} jugés. Ctrl-C pour finir.",
            f"{judged} of {len(progress.fates) + coming} judged. Ctrl-C ends it.",
        )
    if progress.settled:
        return say(f"{judged} jugés : c'est tout. Ctrl-C pour finir.", f"{judged} judged: that is all. Ctrl-C ends it.")
    return say(
        f"{judged} sur {len(progress.fates)} jugés. Ctrl-C pour finir.",
        f"{judged} of {len(progress.fates)} judged. Ctrl-C ends it.",
    )


def _introduce(world: World) -> None:
    print(
        say(
            f"Une boîte de démonstration sur cette machine ({world.server.name}, 127.0.0.1:{world.server.port}) et le vrai service "
            "de Vigie, en mode quarantaine.\nRien ne sort de la machine ; tous les courriels, toutes les réponses DNS sont inventés.",
            f"A demo mailbox on this machine ({world.server.name}, 127.0.0.1:{world.server.port}) and the real Vigie service, in "
            "quarantine mode.\nNothing leaves this machine; all mails, all DNS answers are invented.",
        ),
        flush=True,
    )


def _summary(progress: Progress, path: Path) -> None:
    judged = [fate for fate in progress.fates if fate.record is not None]
    counts = {
        label: sum(fate.record is not None and fate.record.verdict == label for fate in judged) for label in words.ORDER
    }
    right = sum(fate.as_expected for fate in judged)
    print()
    print(
        ", ".join(words.counted(label, count) for label, count in counts.items() if count)
        or say("rien de jugé", "nothing judged")
    )
    agreed = say(
        f"{right} verdicts sur {len(judged)} sont ceux attendus.", f"{right} of {len(judged)} verdicts are as expected."
    )
    print(agreed)
    for fate in judged:
        if not fate.as_expected and fate.record is not None:
            wanted = "/".join(words.verdict(label) for label in fate.mail.expect)
            print(
                say(f"  attendu {wanted}", f"  expected {wanted}")
                + f", {words.verdict(fate.record.verdict)} : {fate.mail.file}"
            )
    if not judged:
        return
    entries = [report.Entry(fate.record, fate.done) for fate in judged if fate.record is not None]
    report.write(
        path, say("Vigie : la démonstration", "Vigie: the demo"), entries, at=datetime.now(UTC), notes=[agreed]
    )
    print(say(f"Le rapport : {path}", f"The report: {path}"), flush=True)


def _how_to_go_on() -> None:
    print()
    print(
        say(
            "Sur votre propre boîte : huit lignes dans vigie.toml, puis make run.",
            "On your own mailbox: eight lines in vigie.toml, then make run.",
        )
    )
    print()
    print(EIGHT_LINES, end="", flush=True)


@contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and SIGHUP (the terminal was closed) end the demo as Ctrl-C does: nothing is left behind."""

    def interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal module's signature
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in ENDING}
    for number in ENDING:  # SIGINT, too: a shell script starts its background jobs with it ignored
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
