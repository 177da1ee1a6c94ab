"""`vigie forget`: erases what the ledger remembers, never a message of a mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vigie.cli import console
from vigie.cli.asking import agreed
from vigie.cli.cases import opened
from vigie.cli.config import Config
from vigie.cli.console import plain
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status
from vigie.ledger.store import Ledger
from vigie.ledger.types import Erased


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    message_id: str
    account: str
    expired: bool
    yes: bool


def forget(path: Path | None, wanted: Wanted) -> Status:
    """Erases and says how much. Gives the exit status."""
    with opened(path) as (config, ledger):
        if wanted.expired:
            return _told(ledger.expire(config.retention, datetime.now(UTC)))
        ids = records_of(ledger, wanted.message_id, wanted.account)
        if wanted.message_id and not ids:
            print(say("Le registre n'en garde rien.", "The ledger remembers nothing of it."))
            return Status.DONE
        if not wanted.yes and not _agreed(ledger, ids, wanted):
            print(say("Rien n'a été fait.", "Nothing was done."))
            return Status.DONE
        released, many = ledger.released_among(ids), ledger.messages_among(ids)
        erased = _forgotten(config, ledger, ids, wanted)
        status = _told(erased, many if erased.records == len(ids) else erased.records)
        if released and erased.anything:
            print(_may_go_again(released))
        return status


def records_of(ledger: Ledger, message_id: str, account: str) -> Sequence[str]:
    """Ids of what the command is about. Raises Fault for an account of which nobody has ever heard."""
    if message_id:
        return ledger.named(message_id, account or None)
    ids = ledger.records_of(account)
    if not ids and not ledger.exported_account(account):
        unknown = say("le registre ne connaît pas ce compte", "the ledger does not know this account")
        raise Fault(f"{plain(account)}: {unknown}", Status.USAGE)
    return ids


def _agreed(ledger: Ledger, ids: Sequence[str], wanted: Wanted) -> bool:
    held = ledger.held_among(ids)
    if held:
        console.complain(
            say(
                f"{held} en quarantaine y resteront : Vigie ne saura plus les remettre en place (avant : vigie undo)",
                f"{held} in quarantine will stay there: Vigie will not know how to put them back (before: vigie undo)",
            )
        )
    released = ledger.released_among(ids)
    if released:
        console.complain(_may_go_again(released))
    what, many = plain(wanted.message_id or wanted.account), ledger.messages_among(ids)
    return agreed(
        say(
            f"Effacer du registre ce qui concerne {what} ({_cases(len(ids), many)}) ?",
            f"Erase from the ledger what concerns {what} ({_cases(len(ids), many)})?",
        )
    )


def _cases(count: int, messages: int) -> str:
    """As "3 cases, 1 message"; the messages only where they are not as many."""
    cases = say(f"{count} cas", f"{count} case{'s' if count != 1 else ''}")
    return cases if messages == count else f"{cases}, {messages} message{'s' if messages != 1 else ''}"


def _may_go_again(released: int) -> str:
    """What nobody expects who forgets a message that he has released."""
    return say(
        f"remise en place oubliée aussi ({released}) : rejugé, un tel message peut repartir en quarantaine",
        f"the release is forgotten, too ({released}): judged again, such a message can be quarantined again",
    )


def _forgotten(config: Config, ledger: Ledger, ids: Sequence[str], wanted: Wanted) -> Erased:
    if wanted.message_id:
        return ledger.forget_records(ids)
    at_work = config.account(wanted.account) is not None
    if at_work:
        print(
            say(
                "Ce compte est dans vigie.toml : jusqu'où ses dossiers sont jugés reste connu, sinon tout serait jugé à nouveau.",
                "This account is in vigie.toml: how far its folders were judged stays known, else everything would be judged anew.",
            )
        )
    return ledger.forget_account(wanted.account, places=not at_work)


def _told(erased: Erased, messages: int | None = None) -> Status:
    """`messages`: that the records are about; None: as many."""
    if erased.records:
        forgotten = say("oublié" if erased.records == 1 else "oubliés", "forgotten")
        print(f"{_cases(erased.records, erased.records if messages is None else messages)} {forgotten}")
    lines = [
        (
            erased.thinned,
            say(
                "cas en quarantaine réduits à ce que leur retour demande",
                "cases in quarantine reduced to what their way back needs",
            ),
        ),
        (erased.signatures, say("signatures oubliées", "signatures forgotten")),
        (erased.audit, say("entrées de l'audit effacées", "audit entries removed")),
    ]
    for count, text in lines:
        if count:
            print(f"{count} {text}")
    if not erased.anything:
        print(say("Rien à oublier.", "Nothing to forget."))
    if erased.under_way:
        text = say("en cours d'action : gardés, recommencez plus tard", "under way: kept, try again later")
        console.complain(f"{erased.under_way} {text}{colon()} vigie scan")
        return Status.UNREACHED
    return Status.DONE
