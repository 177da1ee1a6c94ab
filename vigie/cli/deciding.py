"""`vigie review release|confirm|undo|purge ID...`: decisions about single cases, through the same desk as the review pages."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from vigie.cli import console, words
from vigie.cli.asking import agreed
from vigie.cli.carrying import Carried, carry_out
from vigie.cli.cases import found, opened
from vigie.cli.console import plain
from vigie.cli.language import colon, say, when
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Status, worst
from vigie.cli.stopping import stoppable
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import Conflict, Done, Refusal, Unknown
from vigie.ledger.types import ActionKind, Decision, Intent, Record, State

DECISIONS = {"release": Decision.RELEASED, "confirm": Decision.CONFIRMED, "undo": None}
_FRENCH = {
    "not-held": "le message n'est pas en quarantaine : il est à sa place",
    "already-released": "déjà remis en place",
    "already-confirmed": "déjà confirmé",
    "gone": "le message n'est plus là où Vigie l'avait mis : quelqu'un l'a déplacé ou supprimé",
    "nothing-to-undo": "personne n'a rien décidé",
    "nothing-waits": "plus rien n'attend de décision",
    "undone": "déjà repris",
    "under-way": "le message est en train d'être déplacé : réessayez dans un instant",
    "second-reviewer": "quelqu'un d'autre l'a confirmé comme fraude : votre demande est notée, elle sera suivie dès qu'une"
    " deuxième personne demandera la même chose",
    "several-senders": "des messages de plusieurs expéditeurs s'y ressemblent, et une fraude peut copier un courriel anodin :"
    " remettez-les un par un",
}


def decide(path: Path | None, what: str, beginnings: Sequence[str], seen: int | None) -> Status:
    """One decision about each of these cases; durable first, then carried out. Gives the exit status."""
    stop = threading.Event()
    with opened(path) as (config, ledger), stoppable(stop):
        records = [found(ledger, beginning) for beginning in beginnings]
        desk = ledger.desk(at_the_keyboard(), second_reviewer=config.web.second_reviewer)
        statuses, moving = [], []
        for record in records:
            status, intent = _one(desk, record, what, seen)
            statuses.append(status)
            if intent is not None:
                moving.append((record, intent))
        carried = carry_out(config, ledger, [(record.place.account, record.id) for record, _ in moving], stop)
    return worst(*statuses, *(_ended(record, intent, carried) for record, intent in moving))


def _one(desk: Desk, record: Record, what: str, seen: int | None) -> tuple[Status, Intent | None]:
    version = record.version if seen is None else seen
    told = desk.decide(record.id, DECISIONS[what], seen=version, at=datetime.now(UTC))
    if isinstance(told, Done):
        if told.intent is None:
            print(f"{record.id}{colon()} {words.decision(told.decision)}")
        return Status.DONE, told.intent
    if isinstance(told, Refusal):
        # Decided earlier, by a person or in a campaign, and not carried out yet: it is gone on with.
        case = desk.case(record.id)
        waiting = case.history[-1][0] if case is not None and told.code == "under-way" and told.settled else None
        return (Status.DONE, waiting) if waiting is not None else (refused(record.id, told), None)
    return _conflict(record, told), None


def _conflict(record: Record, told: Conflict | Unknown) -> Status:
    if isinstance(told, Unknown):
        console.complain(f"{record.id}: {say('ce cas vient d’être oublié', 'this case was just forgotten')}")
        return Status.UNREACHED
    if told.at is None:
        text = say("il a été jugé à nouveau entre-temps", "it was judged again meanwhile")
    else:
        text = f"{plain(told.who)}, {when(told.at, seconds=True)}{colon()} {words.decision(told.decision)}"
    nothing = say("rien n'a été changé", "nothing was changed")
    console.complain(f"{record.id}: {text} ; {nothing} (vigie review show {record.id})")
    return Status.UNREACHED


def refused(name: str, refusal: Refusal) -> Status:
    """Says why there is nothing to do."""
    text = f"{name}: {say(_FRENCH.get(refusal.code, refusal.text), refusal.text)}"
    if refusal.settled:
        print(text)
        return Status.DONE
    console.complain(text)
    return Status.UNREACHED


def _ended(record: Record, intent: Intent, carried: Carried) -> Status:
    if record.place.account in carried.unreached:
        later = say("la décision est prise ; le prochain passage", "decided; the next pass")
        text = (
            say("remettra le message", "puts the message back")
            if intent.kind is ActionKind.RELEASE
            else say("le remettra en quarantaine", "puts it back into quarantine")
        )
        console.complain(f"{record.id}: {later} {text}")
        return Status.UNREACHED
    outcome = carried.outcomes.get(record.id)
    if outcome is None:
        console.complain(
            say(
                f"{record.id}: le serveur refuse pour l'instant ; le prochain passage réessaiera",
                f"{record.id}: the server refuses for now; the next pass tries again",
            )
        )
        return Status.UNREACHED
    if outcome.state is not State.DONE:
        reason = say("le message n'est plus là où Vigie l'avait mis", "the message is no longer where Vigie put it")
        console.complain(f"{record.id}: {reason if outcome.state is State.GONE else outcome.detail}")
        return Status.UNREACHED
    folder = plain(outcome.destination.folder if outcome.destination else intent.destination)
    note = f" ({plain(outcome.detail)})" if outcome.detail else ""
    print(say(f"{record.id} : remis dans {folder}{note}", f"{record.id}: put back into {folder}{note}"))
    return Status.DONE


def _stays_released(released: int) -> str:
    """The case goes, the word that was given stays: what `vigie forget` does not promise."""
    return say(
        f"dont {released} remis en place : restés où ils sont, ils ne seront pas remis en quarantaine (vigie forget oublie cela aussi)",
        f"{released} of them put back: they stay where they are and are not quarantined again (vigie forget forgets that, too)",
    )


def purge(path: Path | None, beginnings: Sequence[str], *, yes: bool) -> Status:
    """Forgets decided cases. Gives the exit status."""
    with opened(path) as (_, ledger):
        ids = [found(ledger, beginning).id for beginning in beginnings]
        released = ledger.released_among(ids)
        if released:
            console.complain(_stays_released(released))
        question = say(f"Oublier {len(ids)} cas ?", f"Forget {len(ids)} case(s)?")
        if not yes and not agreed(question):
            print(say("Rien n'a été fait.", "Nothing was done."))
            return Status.DONE
        erased = ledger.desk(at_the_keyboard()).purge(ids)
    print(say(f"{erased.records} cas oublié(s)", f"{erased.records} case(s) forgotten"))
    if erased.under_way:
        console.complain(
            say(
                f"{erased.under_way} gardé(s) : en quarantaine sans décision, ou en train d'être déplacé(s)",
                f"{erased.under_way} kept: in quarantine without a decision, or being moved",
            )
        )
        return Status.UNREACHED
    return Status.DONE
