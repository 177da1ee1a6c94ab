"""`vigie review campaigns|bulks`, `release|confirm --campaign C`, `undo --bulk B`: one decision about many cases."""

from __future__ import annotations

import dataclasses
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vigie.cli import console
from vigie.cli.asking import agreed, typed
from vigie.cli.carrying import carry_out
from vigie.cli.cases import opened
from vigie.cli.config import Config
from vigie.cli.console import json_line, plain
from vigie.cli.deciding import DECISIONS, refused
from vigie.cli.language import colon, say, when
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status
from vigie.cli.stopping import stoppable
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import AskAgain, Bulk, Campaign, Changed, Of, Pile, Refusal, Unknown
from vigie.ledger.store import Ledger

SHORTEST = 4
"""Characters of a campaign's name that are enough, where they are unambiguous."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The command line. `name`: of a campaign, or of an earlier decision."""

    what: str
    name: str
    yes: bool
    count: int | None


def show_list(path: Path | None, *, everything: bool, as_json: bool) -> Status:
    """One line for each campaign, the largest first."""
    with opened(path) as (_, ledger):
        campaigns = ledger.desk(at_the_keyboard()).campaigns(pile=Pile.ALL if everything else Pile.WAITING)
    for campaign in campaigns:
        if as_json:
            print(json_line(dataclasses.asdict(campaign)))
            continue
        waits = say(f"{campaign.waiting} en attente", f"{campaign.waiting} waiting")
        of = say(f"sur {campaign.total}", f"of {campaign.total}")
        last = when(campaign.last)
        example = f"{plain(campaign.example.author) or '?'}  « {plain(campaign.example.subject)} »"
        print(f"{campaign.id}  {waits} {of}  {last}  {example}")
    if not campaigns and not as_json:
        print(say("Aucune campagne n'attend.", "No campaign waits."))
    return Status.DONE


def show_bulks(path: Path | None, *, as_json: bool) -> Status:
    """One line for each decision, newest first."""
    with opened(path) as (_, ledger):
        bulks = ledger.desk(at_the_keyboard()).bulks()
    for bulk in bulks:
        if as_json:
            print(json_line(dataclasses.asdict(bulk)))
        else:
            print(f"{bulk.id}  {when(bulk.at)}  {plain(bulk.who)}  {_progress(bulk)}")
    if not bulks and not as_json:
        print(say("Aucune décision par campagne.", "No decision about a campaign."))
    return Status.DONE


def decide(path: Path | None, wanted: Typed) -> Status:
    """Asks, decides about each case that waits, carries it out. Gives the exit status."""
    decision = DECISIONS[wanted.what]
    assert decision is not None
    with opened(path) as (config, ledger):
        desk = ledger.desk(at_the_keyboard())
        campaign = _found(desk, wanted.name)
        if not wanted.yes and not agreed(_question(wanted.what, campaign)):
            return _nothing()

        def begin(confirmed: int | None) -> Bulk | AskAgain | Changed | Refusal | Unknown:
            return desk.decide_campaign(
                campaign.id, decision, seen=campaign.waiting, at=datetime.now(UTC), confirmed=confirmed
            )

        told = begin(None)
        if isinstance(told, AskAgain):
            if not _really(told.count, wanted.count):
                return _nothing()
            told = begin(told.count)
        return _finished(config, ledger, desk, wanted.name, told)


def undo(path: Path | None, wanted: Typed) -> Status:
    """Takes a decision about a campaign back. Gives the exit status."""
    with opened(path) as (config, ledger):
        desk = ledger.desk(at_the_keyboard(), second_reviewer=config.web.second_reviewer)
        bulk = desk.bulk(wanted.name)
        if bulk is None:
            raise Fault(
                f"{plain(wanted.name)}: {say('inconnu (vigie review bulks)', 'unknown (vigie review bulks)')}",
                Status.USAGE,
            )
        question = say(
            f"Reprendre cette décision sur {bulk.decided} cas ?", f"Take this decision about {bulk.decided} cases back?"
        )
        if not wanted.yes and not agreed(question):
            return _nothing()
        if bulk.moving:  # only what lies in its place again can go back into quarantine
            carry_out(config, ledger, desk.bulk_cases(bulk.id), threading.Event())
        told = desk.undo_bulk(bulk.id, at=datetime.now(UTC))
        if isinstance(told, AskAgain):
            if not _really(told.count, wanted.count):
                return _nothing()
            told = desk.undo_bulk(bulk.id, at=datetime.now(UTC), confirmed=told.count)
        return _finished(config, ledger, desk, wanted.name, told)


def _found(desk: Desk, beginning: str) -> Campaign:
    """The one campaign whose name begins so. Raises Fault."""
    exact = desk.campaign(beginning)
    if exact is not None:
        return exact
    near = [one for one in desk.campaigns(least=1) if len(beginning) >= SHORTEST and one.id.startswith(beginning)]
    if len(near) != 1:
        unknown = say("aucune campagne ne commence ainsi", "no campaign begins so")
        several = say("plusieurs campagnes commencent ainsi", "several campaigns begin so")
        raise Fault(f"{plain(beginning)}: {several if near else unknown} (vigie review campaigns)", Status.USAGE)
    return near[0]


def _question(what: str, campaign: Campaign) -> str:
    count, example = campaign.waiting, f"« {plain(campaign.example.subject)} »"
    if what == "release":
        return say(
            f"Remettre {count} message(s) comme {example} en place ?", f"Put {count} message(s) like {example} back?"
        )
    return say(
        f"Confirmer que {count} message(s) comme {example} sont des fraudes ?",
        f"Confirm that {count} message(s) like {example} are frauds?",
    )


def _really(count: int, said: int | None) -> bool:
    """The second question, by their number (W-17). Raises Fault for a --count that is another one."""
    if said is None:
        return typed(
            say(
                f"Cela fait beaucoup. Tapez leur nombre ({count}) pour confirmer :",
                f"That is many. Type their number ({count}) to confirm:",
            ),
            str(count),
        )
    if said != count:
        raise Fault(f"--count {said}: {say(f'ils sont {count}', f'there are {count}')}", Status.USAGE)
    return True


def _nothing() -> Status:
    print(say("Rien n'a été fait.", "Nothing was done."))
    return Status.DONE


def _finished(
    config: Config, ledger: Ledger, desk: Desk, name: str, told: Bulk | AskAgain | Changed | Refusal | Unknown
) -> Status:
    if isinstance(told, Refusal):
        return refused(plain(name), told)
    if not isinstance(told, Bulk):
        changed = say("leur nombre vient de changer : regardez à nouveau", "their number has just changed: look again")
        console.complain(f"{plain(name)}: {changed} (vigie review campaigns)")
        return Status.UNREACHED
    stop = threading.Event()
    with stoppable(stop):
        desk.finish_bulk(told.id)
        carry_out(config, ledger, desk.bulk_cases(told.id), stop)
        done = desk.finish_bulk(told.id)  # what was on its way when it began
        if done is not None and done.moving:
            carry_out(config, ledger, desk.bulk_cases(told.id), stop)
        done = desk.bulk(told.id)
    assert done is not None
    print(f"{done.id}{colon()} {_progress(done)}")
    if done.what is not Of.UNDO:
        print(
            say(
                f"Pour revenir en arrière : vigie review undo --bulk {done.id}",
                f"To go back: vigie review undo --bulk {done.id}",
            )
        )
    if stop.is_set():
        return Status.INTERRUPTED
    return Status.DONE if done.is_over and not (done.refused or done.failed or done.moving) else Status.UNREACHED


def _progress(bulk: Bulk) -> str:
    what = {
        Of.RELEASE: say("remettre en place", "put back"),
        Of.CONFIRM: say("confirmer", "confirm"),
        Of.UNDO: say("reprendre", "take back"),
    }[bulk.what]
    parts = [
        (bulk.decided, say("décidés", "decided")),
        (bulk.moved, say("déplacés", "moved")),
        (bulk.moving, say("à déplacer", "to be moved")),
        (bulk.failed, say("échecs", "failed")),
        (sum(bulk.refused.values()), say("laissés de côté", "left alone")),
        (bulk.waiting, say("en attente", "waiting")),
    ]
    return f"{what}, {bulk.total}{colon()} " + ", ".join(f"{count} {text}" for count, text in parts if count)
