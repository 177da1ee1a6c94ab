"""Runs the judge over a folder of labelled mails and says how right it was."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from vigie.cli import console, words
from vigie.cli.bar import bar
from vigie.cli.config import load, load_or_default
from vigie.cli.evaluate import page, runs
from vigie.cli.evaluate.labels import Labelled, folder_names, labelled, unknown_folders
from vigie.cli.evaluate.measures import Judged, Measures, measure, worst
from vigie.cli.evaluate.wording import accepted, between, figures, percent
from vigie.cli.in_order import in_order
from vigie.cli.language import colon, decimal, say
from vigie.cli.status import Fault, Status
from vigie.cli.system import reason
from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.rules.catalog import rules
from vigie.rules.types import Case

SHOWN_WRONG = 30
SHOWN_APART = 5
OWN_CONFIG = "vigie.toml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    folder: Path
    report: Path | None = None
    save: Path | None = None
    against: Path | None = None


def evaluate(config: Path | None, wanted: Wanted) -> Status:
    """Judges the labelled mails of the folder. Status 0 whatever the verdicts; raises Fault for bad input."""
    items = labelled(wanted.folder)
    earlier = runs.read(wanted.against) if wanted.against else ()
    _warn(wanted.folder)
    screen = console.screen()
    mails = _judged(_settings(config, wanted.folder), items)
    found = measure(mails, (rule.ID for rule in rules()))
    _tell(screen, found, mails)
    changed = runs.changes(mails, earlier)
    compared = _compared(changed, runs.apart(mails, earlier)) if wanted.against else ()
    if wanted.against:
        _tell_changes(screen, compared, changed)
    if wanted.save:
        runs.save(wanted.save, mails)
    if wanted.report:
        page.write(wanted.report, wanted.folder.name, found, mails, page.Compared(compared, changed))
        screen.print(f"\n{say('Rapport', 'Report')}{colon()} {wanted.report}")
    return Status.DONE


def _warn(folder: Path) -> None:
    unknown = unknown_folders(folder)
    if unknown:
        names = ", ".join(map(console.plain, unknown))
        known = folder_names()
        console.complain(
            say(
                f"sous-dossier non lu, son nom n'est pas un verdict : {names} (noms compris : {known})",
                f"sub-folder left out, its name is no verdict: {names} (names that are understood: {known})",
            )
        )


def _settings(config: Path | None, folder: Path) -> JudgeSettings:
    """Those of --config, else of a vigie.toml that lies with the mails: their DNS and their border belong to them."""
    own = folder / OWN_CONFIG
    return (load(own) if config is None and own.exists() else load_or_default(config)).judge


def _judged(settings: JudgeSettings, items: Sequence[Labelled]) -> list[Judged]:
    try:
        with WorkerPool(settings) as pool, bar("", len(items)) as shown:
            begun = ((item, _submit(pool, item)) for item in items)
            return [_result(item, case) for item, case in shown.counting(in_order(begun))]
    except WorkersError as error:
        raise Fault(str(error)) from None


def _submit(pool: WorkerPool, item: Labelled) -> Future[Case]:
    try:
        raw = item.path.read_bytes()
    except OSError as error:
        raise Fault(f"{item.path}: {reason(error)}") from None
    return pool.submit(raw, received=None, key=item.name)


def _result(item: Labelled, case: Case) -> Judged:
    return Judged(
        name=item.name,
        accept=item.accept,
        verdict=case.verdict.label,
        theme=item.theme,
        evasions=item.evasions,
        rules=tuple(dict.fromkeys(finding.rule for finding in case.verdict.findings)),
        elapsed_ms=case.elapsed_ms,
        error=case.error.kind if case.error else "",
    )


def _tell(screen: Console, found: Measures, mails: Sequence[Judged]) -> None:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, share in figures(found):
        table.add_row(name, percent(share), between(share))
    screen.print(table)
    p50, p90, p99, longest = found.times_ms
    times = f"p50 {decimal(p50)} · p90 {decimal(p90)} · p99 {decimal(p99)} · max {decimal(longest)} ms"
    screen.print(f"{say('temps par courriel', 'time per mail')}{colon()} {times}\n")
    screen.print(_confusion(found))
    wrong = worst(mails)
    if wrong:
        screen.print(f"\n{say('Verdicts faux, les plus graves d’abord :', 'Wrong verdicts, the gravest first:')}")
    for mail in wrong[:SHOWN_WRONG]:
        screen.print(f"  {words.verdict(mail.verdict):<13} {console.plain(mail.name)}  ({accepted(mail)})")
    if len(wrong) > SHOWN_WRONG:
        screen.print(say(f"  … et {len(wrong) - SHOWN_WRONG} autres", f"  … and {len(wrong) - SHOWN_WRONG} more"))


def _confusion(found: Measures) -> Table:
    table = Table(
        title=say("Attendu (lignes), rendu (colonnes)", "Wanted (rows), given (columns)"), title_justify="left"
    )
    table.add_column("")
    for got in words.ORDER:
        table.add_column(words.verdict(got), justify="right")
    for wanted in words.ORDER:
        row = [found.confusion.get((wanted, got), 0) for got in words.ORDER]
        if sum(row):
            table.add_row(words.verdict(wanted), *(str(number) if number else "·" for number in row))
    return table


def _tell_changes(screen: Console, compared: Sequence[str], changed: Sequence[runs.Change]) -> None:
    screen.print(f"\n{compared[0]}")
    for change in changed[:SHOWN_WRONG]:
        sign = "+" if change.better else "-" if change.worse else "="
        after = words.verdict(change.mail.verdict)
        screen.print(f"  {sign} {console.plain(change.mail.name)}: {words.verdict(change.before)} -> {after}")
    for line in compared[1:]:
        screen.print(f"  {line}")


def _compared(changed: Sequence[runs.Change], found: runs.Apart) -> tuple[str, ...]:
    """How the two runs differ, and what keeps them apart: figures mean the same only over the same mails with the same labels."""
    better, worse = sum(change.better for change in changed), sum(change.worse for change in changed)
    told = say(
        f"Par rapport à l'évaluation précédente : {better} corrigés, {worse} perdus, {len(changed)} verdicts changés",
        f"Against the earlier run: {better} mended, {worse} lost, {len(changed)} verdicts changed",
    )
    apart = (
        (found.new, say("nouveaux, sans verdict antérieur", "new, without an earlier verdict")),
        (found.gone, say("disparus depuis", "gone since")),
        (found.relabelled, say("étiquetés autrement", "labelled otherwise")),
    )
    return (told, *(_named(names, what) for names, what in apart if names))


def _named(names: Sequence[str], what: str) -> str:
    more = ", …" if len(names) > SHOWN_APART else ""
    return f"{len(names)} {what}{colon()} {', '.join(map(console.plain, names[:SHOWN_APART]))}{more}"
