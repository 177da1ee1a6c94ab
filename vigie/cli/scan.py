"""`vigie scan`: one pass over mailbox folders, with what was found and done."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.text import Text

from vigie.cli import console, report, words
from vigie.cli.accounts import chosen
from vigie.cli.bar import bar
from vigie.cli.config import AccountSettings, Config, load
from vigie.cli.console import plain
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, decimal, say
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status, worst
from vigie.cli.stopping import stoppable
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Record
from vigie.rules.types import Label
from vigie.scanner import cycle, modes
from vigie.scanner.decide import Mode
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.session import Session
from vigie.scanner.settings import SecretError

MODES = ("observe", "tag", "enforce")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    account: str
    folder: str
    since: str
    mode: str
    report: Path | None


@dataclass
class _Run:
    """What all passes together found."""

    console: Console
    counts: Counter[str] = field(default_factory=Counter)
    told: list[Record] = field(default_factory=list)
    """Kept for the report: bounded, and without what is unrelated beyond the part that is listed."""
    days: dict[date, Counter[Label]] = field(default_factory=dict)
    """Verdicts by the day on which the messages came, where it is known; else by the day of their judgement."""
    unreached: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When vigie.toml was read."""

    def note(self, settled: cycle.Progress) -> None:
        """One message is settled."""
        record = settled.record
        self.counts[record.verdict] += 1
        came = (settled.received or record.judged_at).astimezone().date()
        self.days.setdefault(came, Counter())[Label(record.verdict)] += 1
        room = report.SHOWN_OTHERS if record.verdict == Label.UNRELATED else report.SHOWN_CASES
        if self.counts[record.verdict] <= room:
            self.told.append(record)
        if record.verdict in (Label.IMPERSONATION, Label.SUSPICIOUS):
            self.console.print(_line(settled))


def scan(path: Path | None, wanted: Wanted, *, no_fail: bool) -> Status:
    """Scans the wanted accounts one after the other. Gives the exit status."""
    config = load(path)
    accounts = chosen(config, wanted.account)
    since, mode = _date(wanted.since), _mode(wanted.mode)
    run = _Run(console.screen())
    try:
        with Ledger(config.ledger, at_the_keyboard()) as ledger:
            with WorkerPool(config.judge) as pool, stoppable(run.stop):
                for account in accounts:
                    _account(run, config, account, ledger, pool, folder=wanted.folder, since=since, mode=mode)
            if wanted.report is not None:
                _report(wanted.report, run, ledger)
    except (LedgerError, WorkersError) as error:
        raise Fault(str(error)) from None
    if run.stop.is_set():
        console.complain(
            say("interrompu ; la prochaine analyse reprendra là", "interrupted; the next scan goes on from there")
        )
        return Status.INTERRUPTED
    found = run.counts[Label.IMPERSONATION] > 0 and not no_fail
    return worst(Status.IMPERSONATION if found else Status.DONE, Status.UNREACHED if run.unreached else Status.DONE)


def _account(
    run: _Run,
    config: Config,
    account: AccountSettings,
    ledger: Ledger,
    pool: WorkerPool,
    *,
    folder: str,
    since: datetime | None,
    mode: Mode | None,
) -> None:
    """Every folder of one account over one connection. A fault ends the folder, or the account where it is the connection's."""
    with Session(account, imap.connect) as session:
        for name in (folder,) if folder else account.folders:
            if run.stop.is_set():
                return
            try:
                with _bar(run, f"{account.name}/{name}") as advance:
                    summary = cycle.scan(
                        account,
                        ledger,
                        pool,
                        folder=name,
                        mode=mode or (lambda: modes.in_force(ledger, account, read_at=run.read_at)),
                        since=since,
                        limit=config.judge.limits.message_bytes,
                        progress=advance,
                        stop=run.stop,
                        session=session,
                    )
                for line in _told(summary, button=name in account.buttons):
                    run.console.print(Text(line))
            except (MailboxError, SecretError) as error:
                run.unreached = True
                console.complain(mailbox_line(account.name, error))
                if isinstance(error, SecretError) or error.kind != "folder":
                    return


@contextmanager
def _bar(run: _Run, name: str) -> Iterator[Callable[[cycle.Progress], None]]:
    """What is found is printed above the bar."""
    with bar(name, screen=run.console) as shown:

        def advance(settled: cycle.Progress) -> None:
            run.note(settled)
            shown.at(settled.done, settled.total)

        yield advance


def _line(settled: cycle.Progress) -> Text:
    """A false or doubtful message, as soon as it is settled."""
    record = settled.record
    text = Text(f"{words.verdict(record.verdict):<13}", style=words.STYLE[Label(record.verdict)])
    text.append(
        f" {record.id}  {plain(record.author) or '?'}  « {plain(record.subject)} »", style="not bold default on default"
    )
    if settled.action is not None:
        deed = words.deed(settled.action, settled.outcome)
        text.append(f"  [{deed}]", style="not bold dim default on default")
    return text


def _told(summary: cycle.Summary, *, button: bool) -> list[str]:
    """What one pass came to. `button`: the folder is one into which people move a mail to ask or to report: its mode is of no account."""
    tally = ", ".join(
        words.counted(label, summary.verdicts[label]) for label in words.ORDER if summary.verdicts[label]
    ) or say(
        "rien de nouveau (--since AAAA-MM-JJ relit ce qui est déjà jugé)",
        "nothing new (--since YYYY-MM-DD reads again what is judged already)",
    )
    rate = summary.judged / summary.elapsed_s if summary.elapsed_s > 0 else 0.0
    does = say("répondre", "answer") if button else words.action(summary.mode)
    lines = [f"{plain(summary.account)}/{plain(summary.folder)} ({does}){colon()} {tally}"]
    took = f"{decimal(summary.elapsed_s)} s ({rate:.0f}/s)"
    lines.append(
        say(
            f"  {_many(summary.judged, 'jugé')} en {took} ; {summary.quarantined} en quarantaine, {_many(summary.tagged, 'étiqueté')}",
            f"  {summary.judged} judged in {took}; {summary.quarantined} quarantined, {summary.tagged} tagged",
        )
    )
    notes = [
        (
            summary.answered,
            say(_many(summary.answered, "réponse"), f"{summary.answered} answered"),
        ),
        (
            summary.read_only and summary.mode != "observe",
            say("dossier en lecture seule : rien n'a été fait", "read-only folder: nothing was done"),
        ),
        (
            summary.failed,
            say(
                f"{_many(summary.failed, 'échec')} (vigie review list --all)",
                f"{summary.failed} failed (vigie review list --all)",
            ),
        ),
        (
            summary.waiting,
            say(f"{summary.waiting} à reprendre au prochain passage", f"{summary.waiting} left for the next pass"),
        ),
        (
            summary.unexamined,
            say(f"{summary.unexamined} n'ont pas pu être examinés", f"{summary.unexamined} could not be examined"),
        ),
        (summary.rescanned, say("UIDVALIDITY a changé : dossier relu", "UIDVALIDITY has changed: folder read again")),
    ]
    return lines + [f"  {text}" for applies, text in notes if applies]


def _many(count: int, word: str) -> str:
    """French has the plural from two on."""
    return f"{count} {word}{'s' if count > 1 else ''}"


def _report(path: Path, run: _Run, ledger: Ledger) -> None:
    entries = [report.Entry(record, ledger.outcomes(record.id)) for record in run.told]
    counts = Counter({Label(word): number for word, number in run.counts.items()})
    report.write(
        path, say("Vigie : analyse", "Vigie: scan"), entries, at=datetime.now(UTC), counts=counts, days=run.days
    )
    print(say(f"Le rapport : {path}", f"The report: {path}"))


def _date(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        raise Fault(
            f"--since {text}: {say('date attendue : AAAA-MM-JJ', 'a date is needed: YYYY-MM-DD')}", Status.USAGE
        ) from None


def _mode(text: str) -> Mode | None:
    if text and text not in MODES:
        raise Fault(f"--mode {text}: {say('possibles : ', 'possible: ')}{', '.join(MODES)}", Status.USAGE)
    return cast("Mode", text) if text else None
