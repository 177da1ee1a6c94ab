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
        return _told(_forgotten(config, ledger, ids, wanted))


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
    what = plain(wanted.message_id or wanted.account)
    return agreed(
        say(
            f"Effacer du registre ce qui concerne {what} ({len(ids)} cas) ?",
            f"Erase from the ledger what concerns {what} ({len(ids)} cases)?",
        )
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


def _told(erased: Erased) -> Status:
    lines = [
        (erased.records, say("cas oubliés", "cases forgotten")),
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
