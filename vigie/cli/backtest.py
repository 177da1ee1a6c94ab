"""`vigie backtest`: what enforce would have done, from the ledger or by judging the folders again. Nothing is touched."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.text import Text

from vigie.cli import console, moments, words
from vigie.cli.accounts import chosen
from vigie.cli.bar import bar
from vigie.cli.cases import opened
from vigie.cli.config import AccountSettings, Config
from vigie.cli.console import json_line, plain
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, say, when
from vigie.cli.status import Fault, Status
from vigie.cli.stopping import stoppable
from vigie.cli.themes import theme
from vigie.cli.themes import word as theme_word
from vigie.judge.workers import WorkerPool, WorkersError
from vigie.ledger.review import standing
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind
from vigie.rules.types import Label
from vigie.scanner import modes, rehearsal
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.rehearsal import Rehearsed
from vigie.scanner.session import Session
from vigie.scanner.settings import SecretError

LISTED = 200
"""Lines that people are shown; --json has all of them."""
_DEEDS = {ActionKind.QUARANTINE: "move", ActionKind.TAG: "tag", None: "leave"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    account: str
    since: str
    again: bool
    as_json: bool


@dataclass
class Figures:
    """What enforce would have done, in numbers."""

    mode: str = ""
    """The account's mode now."""
    judged: int = 0
    deeds: Counter[str] = field(default_factory=Counter)
    """move, tag, leave."""
    verdicts: Counter[str] = field(default_factory=Counter)
    themes: Counter[str] = field(default_factory=Counter)
    """Of what would have moved."""
    decisions: Counter[str] = field(default_factory=Counter)
    """What people said about what would have moved: released, confirmed."""
    held: int = 0
    """Of what would have moved, what lies in quarantine already."""
    changed: int = 0
    """Judged again: with another verdict than the ledger's."""

    def add(self, item: dict[str, Any]) -> None:
        """One message."""
        self.judged += 1
        self.verdicts[item["verdict"]] += 1
        self.deeds[item["deed"]] += 1
        self.changed += bool(item["then"])
        if item["deed"] == "move":
            self.themes[item["theme"]] += 1
            self.held += item["standing"] == "held"
            self.decisions.update([item["decision"]] if item["decision"] else [])

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "mode": self.mode,
            "judged": self.judged,
            "would_move": self.deeds["move"],
            "would_tag": self.deeds["tag"],
            "would_leave": self.deeds["leave"],
            "already_in_quarantine": self.held,
            "verdicts": dict(self.verdicts),
            "themes": dict(self.themes.most_common()),
            "decisions": dict(self.decisions),
            "changed": self.changed,
        }


@dataclass
class Backtest:
    """Everything that was found."""

    since: datetime
    accounts: dict[str, Figures]
    moved: list[dict[str, Any]] = field(default_factory=list)
    """What would have moved."""
    unreached: bool = False

    def take(self, ledger: Ledger, found: Iterable[Rehearsed]) -> None:
        """Counts them; keeps those that would have moved."""
        for one in found:
            item = _item(ledger, one)
            self.accounts.setdefault(item["account"], Figures()).add(item)
            if item["deed"] == "move":
                self.moved.append(item)


def backtest(path: Path | None, wanted: Wanted) -> Status:
    """Says what would have been done, by account, verdict and theme. Gives the exit status."""
    since = moments.since(wanted.since)
    with opened(path) as (config, ledger):
        accounts = chosen(config, wanted.account)
        found = Backtest(since, {account.name: Figures(modes.standing(ledger, account)[0]) for account in accounts})
        if wanted.again:
            _again(found, config, ledger, accounts)
        else:
            found.take(ledger, rehearsal.from_ledger(ledger, wanted.account or None, since))
    if wanted.as_json:
        print(json_line(_object(found, again=wanted.again)))
    else:
        screen = console.screen()
        for line in _lines(found, again=wanted.again):
            screen.print(line)
    return Status.UNREACHED if found.unreached else Status.DONE


def would_have(ledger: Ledger, account: str, since: datetime) -> Figures:
    """The figures of one account, from the ledger."""
    found = Backtest(since, {account: Figures()})
    found.take(ledger, rehearsal.from_ledger(ledger, account, since))
    return found.accounts[account]


def _again(found: Backtest, config: Config, ledger: Ledger, accounts: Sequence[AccountSettings]) -> None:
    stop = threading.Event()
    limit = config.judge.limits.message_bytes
    try:
        with WorkerPool(config.judge) as pool, stoppable(stop):
            for account in accounts:
                try:
                    with Session(account, imap.connect) as session, bar(account.name) as progress:
                        judged = rehearsal.again(
                            session, ledger, pool, found.since, limit=limit, stop=stop, total=progress.of
                        )
                        found.take(ledger, progress.counting(judged))
                except (MailboxError, SecretError) as error:
                    found.unreached = True
                    console.complain(mailbox_line(account.name, error))
                if stop.is_set():
                    raise KeyboardInterrupt  # half a folder says nothing about the whole
    except WorkersError as error:
        raise Fault(str(error)) from None


def _item(ledger: Ledger, one: Rehearsed) -> dict[str, Any]:
    """One message as JSON has it."""
    record, told = one.record, one.told
    unrelated = record.verdict == Label.UNRELATED
    known = None if unrelated else ledger.record(record.id)
    return {
        "id": record.id,
        "account": record.place.account,
        "folder": record.place.folder,
        "uid": record.place.uid,
        "came": one.came.isoformat(),
        "author": record.author,
        "subject": record.subject,
        "message_id": record.message_id,
        "verdict": record.verdict,
        "brand": record.brand,
        "decided_by": record.decided_by,
        "then": one.then,
        "deed": _DEEDS[one.plan.kind],
        "theme": "" if unrelated else theme(record.subject, told),
        "standing": "" if known is None else standing(ledger.outcomes(record.id)).value,
        "decision": known.decision.value if known is not None and known.decision is not None else "",
        "why": words.why(record.verdict, told.get("explanation", {})),
    }


# -- telling -------------------------------------------------------------------------------------------------------------


def _object(found: Backtest, *, again: bool) -> dict[str, Any]:
    return {
        "since": found.since.isoformat(),
        "until": datetime.now(UTC).isoformat(),
        "source": "folders" if again else "ledger",
        "accounts": {name: figures.plain() for name, figures in found.accounts.items()},
        "would_move": found.moved,
    }


def _lines(found: Backtest, *, again: bool) -> Iterator[Text]:
    at = when(found.since)
    source = (
        say("rejugés à l'instant", "judged again just now") if again else say("d'après le registre", "from the ledger")
    )
    yield Text(say(f"Depuis le {at}, {source} :", f"Since {at}, {source}:"), style="bold")
    for name, figures in found.accounts.items():
        yield from _account(name, figures)
    if found.moved:
        yield Text(say("Ce qui aurait été déplacé :", "What would have been moved:"), style="bold")
        yield from (_move(item) for item in found.moved[:LISTED])
        if len(found.moved) > LISTED:
            rest = len(found.moved) - LISTED
            yield Text(
                say(f"  … et {rest} autres (--json les donne tous)", f"  … and {rest} more (--json has them all)")
            )


def _account(name: str, figures: Figures) -> Iterator[Text]:
    deeds = figures.deeds
    head = f"  {plain(name)} ({words.action(figures.mode)}){colon()} "
    yield Text(head + told(figures), style="bold red" if deeds["move"] else "")
    if figures.judged:
        counted = (words.counted(label, figures.verdicts[label]) for label in words.ORDER if figures.verdicts[label])
        yield Text(f"    {', '.join(counted)}")
    if figures.themes:
        themes = ", ".join(f"{theme_word(name)} {count}" for name, count in figures.themes.most_common())
        yield Text(
            f"    {say('thèmes de ce qui aurait été déplacé', 'themes of what would have moved')}{colon()} {themes}"
        )
    notes = [
        (figures.held, say("déjà en quarantaine", "in quarantine already")),
        (figures.decisions["confirmed"], say("confirmés par une personne", "confirmed by a person")),
        (
            figures.decisions["released"],
            say("remis en place par une personne : à regarder", "released by a person: look at them"),
        ),
        (figures.changed, say("avec un autre verdict qu'alors", "with another verdict than then")),
    ]
    yield from (Text(f"    {count} {text}") for count, text in notes if count)


def told(figures: Figures) -> str:
    """The sentence that says most."""
    moved, tagged, left = (figures.deeds[deed] for deed in ("move", "tag", "leave"))
    many = "s" if figures.judged > 1 else ""
    return say(
        f"{figures.judged} jugé{many} ; enforce en aurait déplacé {moved}, étiqueté {tagged}, laissé {left}",
        f"{figures.judged} judged; enforce would have moved {moved}, tagged {tagged}, left {left}",
    )


def _move(item: dict[str, Any]) -> Text:
    came = when(datetime.fromisoformat(item["came"]))
    text = Text(f"  {item['id']}  {came}  {plain(item['account'])}  {plain(item['author']) or '?'}  ")
    text.append(f"« {plain(item['subject'])} »")
    text.append(f"  [{theme_word(item['theme'])}]", style="dim")
    if item["decision"] == "released":
        text.append(f"  {say('remis en place par une personne', 'released by a person')}", style="bold yellow")
    return text
