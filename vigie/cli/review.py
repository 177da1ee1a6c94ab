"""`vigie review list|show`: what lies in quarantine, and why."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from vigie.cli import console, moments, words
from vigie.cli.cases import found, opened
from vigie.cli.check import finding_line, technical
from vigie.cli.console import json_line, plain
from vigie.cli.inert import quoting_inertly
from vigie.cli.language import colon, current, say, when
from vigie.cli.person import at_the_keyboard
from vigie.cli.report import authentication
from vigie.cli.status import Fault, Status
from vigie.ledger import spreadsheet
from vigie.ledger.handed_in_rows import is_place
from vigie.ledger.review import Standing
from vigie.ledger.review_types import CaseLine, Pile, ReviewCase, Sort, Wanted
from vigie.ledger.themes import NAMES
from vigie.ledger.types import Decision, Record
from vigie.rules.types import Label

_ON_ITS_WAY = (Standing.RELEASING, Standing.RELEASED)
"""Then that somebody wanted it goes without saying."""
LISTED = 500
"""Lines for people; programs get them all."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The command line."""

    pile: str
    account: str
    verdict: str
    theme: str
    campaign: str
    search: str
    since: str
    sort: str
    unrelated: bool


def show_list(path: Path | None, typed: Typed, *, as_json: bool, as_csv: bool) -> Status:
    """One line for each case."""
    wanted = _wanted(typed)
    with opened(path) as (_, ledger):
        cases = ledger.desk(at_the_keyboard()).every_case(wanted, sort=Sort(typed.sort))
        if as_csv:
            print("\ufeff", end="")
            for line in spreadsheet.lines(cases):
                print(line, end="")
        elif as_json:
            for case in cases:
                print(json_line(dataclasses.asdict(case)))
        else:
            _print(cases, wanted)
    return Status.DONE


def _wanted(typed: Typed) -> Wanted:
    """Raises Fault (usage)."""
    for option, value, known in (
        ("--verdict", typed.verdict, [label.value for label in Label]),
        ("--theme", typed.theme, NAMES),
    ):
        if value and value not in known:
            raise Fault(f"{option} {plain(value)}: {', '.join(known)}", Status.USAGE)
    verdicts = (typed.verdict,) if typed.verdict else tuple(Label) if typed.unrelated else ()
    return Wanted(
        pile=Pile(typed.pile),
        account=typed.account,
        verdicts=verdicts,
        theme=typed.theme,
        campaign=typed.campaign,
        since=moments.since(typed.since) if typed.since else None,
        search=typed.search,
    )


def _print(cases: Iterator[CaseLine], wanted: Wanted) -> None:
    screen = console.screen()
    shown = 0
    for case in itertools.islice(cases, LISTED):
        shown += 1
        line = _line(case, case.account)
        told = [] if wanted.pile in (Pile.HELD, Pile.WAITING) else [words.stands(case.standing)]
        if case.decision is not None and not (case.decision == Decision.RELEASED and case.standing in _ON_ITS_WAY):
            told.append(words.decision(case.decision))
        if told:
            line.append(f"  [{', '.join(told)}]", style="dim")
        screen.print(line)
    if shown == LISTED and next(cases, None) is not None:
        screen.print(say(f"Les {LISTED} premiers seulement.", f"The first {LISTED} only."))
    elif not shown and wanted in (Wanted(Pile.HELD), Wanted(Pile.WAITING)):
        screen.print(say("La quarantaine est vide.", "The quarantine is empty."))
    elif not shown:
        screen.print(say("Rien de tel n'a été jugé.", "Nothing of that kind was judged."))


def _line(case: CaseLine | Record, account: str) -> Text:
    text = Text(f"{case.id}  {when(case.judged_at)}  ")
    text.append(f"{words.verdict(case.verdict):<13}", style=words.STYLE[Label(case.verdict)])
    if case.verdict == Label.UNRELATED and not (case.author or case.subject):
        unkept = say("rien n'est gardé d'un courriel sans rapport", "nothing is kept of unrelated mail")
        text.append(f"  {plain(account)}  ({unkept})")
    else:
        text.append(f"  {plain(account)}  {plain(case.author) or '?'}  « {plain(case.subject)} »")
    return text


def _deeds(case: ReviewCase) -> Iterator[tuple[datetime, str]]:
    for taken in case.decisions:
        yield taken.at, f"{words.decision(taken.decision)} ({plain(taken.who) or '?'})"
    for intent, outcome in case.history:
        yield (outcome.at if outcome else intent.created_at), words.done([(intent, outcome)])


def show(path: Path | None, beginning: str, *, as_json: bool) -> Status:
    """Everything that is known about one case."""
    screen = console.screen()
    with opened(path) as (_, ledger):
        case = ledger.desk(at_the_keyboard()).case(found(ledger, beginning).id)
    if case is None:
        raise Fault(f"{plain(beginning)}: {say('ce cas vient d’être oublié', 'this case was just forgotten')}")
    if as_json:
        print(json_line(_told(case)))
        return Status.DONE
    for line in _detail(case.record):
        screen.print(line)
    screen.print(Text(say("Ce qui a été fait :", "What was done:"), style="bold"))
    for at, deed in sorted(_deeds(case), key=lambda told: told[0]):
        screen.print(Text(f"  {when(at, seconds=True)}  {deed}"))
    screen.print(Text(f"  {say('état', 'standing')}{colon()} {words.stands(case.standing)}"))
    if case.alike > 1:
        alike = say(f"{case.alike} de même forme attendent", f"{case.alike} of the same shape wait")
        screen.print(Text(f"  {alike}{colon()} vigie review campaigns ({case.record.campaign})"))
    return Status.DONE


def _told(case: ReviewCase) -> dict[str, Any]:
    """The object of --json. `case` is what `vigie check --json` printed, masked."""
    plain_record = dataclasses.asdict(case.record)
    return {
        **{key: value for key, value in plain_record.items() if key != "case_json"},
        "standing": case.standing,
        "can": sorted(case.can),
        "alike": case.alike,
        "received": case.received,
        "decisions": [dataclasses.asdict(taken) for taken in case.decisions],
        "history": [
            {"intent": dataclasses.asdict(intent), "outcome": None if outcome is None else dataclasses.asdict(outcome)}
            for intent, outcome in case.history
        ],
        "case": json.loads(case.record.case_json),
    }


def _detail(record: Record) -> Iterator[Text]:
    told: dict[str, Any] = json.loads(record.case_json)
    yield _line(record, record.place.account)
    findings = told.get("findings", [])
    quoted = [quote["text"] for finding in findings for quote in finding["quotes"]]
    for sentence in words.sentences(told.get("explanation", {})):
        yield Text(f"  {plain(quoting_inertly(sentence, quoted))}")
    for advice in told.get("advice", {}).get(current(), []):
        yield Text(f"  → {plain(advice)}", style="bold")
    yield Text(f"  {authentication(told.get('authentication'))}", style="dim")
    yield from technical(
        finding_line(
            finding["rule"],
            (finding["kind"], finding["strength"], finding["layer"]),
            [(quote["where"], quote["text"]) for quote in finding["quotes"]],
        )
        for finding in findings
    )
    yield Text(f"  {_place(record)}  Message-ID {plain(record.message_id)}", style="dim")
    yield Text(f"  SHA-256 {record.sha256}", style="dim")


def _place(record: Record) -> str:
    place = record.place
    if is_place(place):  # nobody knows in which mailbox it lies
        handed_in = say("remis par une personne", "handed in by somebody")
        return f"{plain(place.account)} / {handed_in}" if place.account else handed_in
    return f"{plain(place.account)} / {plain(place.folder)} / UID {place.uid}"
