"""`vigie undo --since WHEN`: everything that was quarantined since goes back to where it was, byte for byte."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from vigie.cli import console, moments
from vigie.cli.accounts import chosen
from vigie.cli.asking import agreed, typed
from vigie.cli.bar import bar
from vigie.cli.cases import opened
from vigie.cli.config import AccountSettings, Config
from vigie.cli.console import plain
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, say
from vigie.cli.status import Fault, Status, worst
from vigie.cli.stopping import stoppable
from vigie.ledger.store import Ledger
from vigie.ledger.types import Record
from vigie.scanner import modes, undoing
from vigie.scanner.hands import Hands
from vigie.scanner.lock import account_lock
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.session import Session
from vigie.scanner.settings import SecretError

MANY = 50
"""Above so many, it is asked twice (threat W-17)."""
SHOWN = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line, as typed."""

    since: str
    account: str
    yes: bool
    count: int | None


def undo(path: Path | None, wanted: Wanted) -> Status:
    """Asks, writes the decisions, moves the messages back. Gives the exit status."""
    since = moments.since(wanted.since)
    with opened(path) as (config, ledger):
        names = [account.name for account in chosen(config, wanted.account)]
        held = undoing.quarantined(ledger, since, names if wanted.account else None)
        found = _by_account([*held, *undoing.on_the_way(ledger, since, names)])
        count = sum(map(len, found.values()))
        if found:
            _show(found)
        if wanted.count not in (None, count):
            raise Fault(f"--count {wanted.count}: {say(f'ils sont {count}', f'there are {count}')}", Status.USAGE)
        if not found:
            print(say("Rien n'a été mis en quarantaine depuis.", "Nothing was quarantined since."))
            return Status.DONE
        if not _is_wanted(wanted, count):
            print(say("Rien n'a été fait.", "Nothing was done."))
            return Status.DONE
        stop = threading.Event()
        with stoppable(stop):
            statuses = [_account(config, ledger, name, since, stop) for name in found if not stop.is_set()]
        _advise(config, ledger, list(found))
    if stop.is_set():
        left = say("interrompu ; le reste est décidé", "interrupted; the rest is decided")
        console.complain(f"{left}{colon()} vigie run, vigie undo")
        return Status.INTERRUPTED
    return worst(*statuses)


def _by_account(records: Sequence[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = defaultdict(list)
    for record in {record.id: record for record in records}.values():
        found[record.place.account].append(record)
    return dict(found)


# -- asking --------------------------------------------------------------------------------------------------------------


def _show(found: Mapping[str, Sequence[Record]]) -> None:
    for name, records in found.items():
        print(
            say(
                f"{plain(name)} : {len(records)} en quarantaine, ou en route",
                f"{plain(name)}: {len(records)} in quarantine, or on their way",
            )
        )
        for record in records[:SHOWN]:
            print(f"  {record.id}  {plain(record.author) or '?'}  « {plain(record.subject)} »")
        if len(records) > SHOWN:
            print("  …")


def _is_wanted(wanted: Wanted, count: int) -> bool:
    """Once, and above MANY a second time, by their number. --yes answers the first question, --count the second."""
    if not wanted.yes and not agreed(say(f"Remettre {count} message(s) en place ?", f"Put {count} message(s) back?")):
        return False
    if count <= MANY or wanted.count is not None:
        return True
    return typed(
        say(
            f"Cela fait beaucoup. Tapez leur nombre ({count}) pour confirmer :",
            f"That is many. Type their number ({count}) to confirm:",
        ),
        str(count),
    )


# -- doing ---------------------------------------------------------------------------------------------------------------


def _account(config: Config, ledger: Ledger, name: str, since: datetime, stop: threading.Event) -> Status:
    """One account, whole: the decisions are durable first, so that the service ends what is cut off here."""
    account = config.account(name)
    if account is None:
        gone = say("ce compte n'est plus dans la configuration", "this account is no longer in the configuration")
        console.complain(f"{plain(name)}: {gone}")
        return Status.UNREACHED
    with ExitStack() as stack:
        try:
            stack.enter_context(account_lock(ledger.path, account.name, stop=stop))
            session = stack.enter_context(Session(account, imap.connect))
            hands = Hands(session, ledger)
            undoing.settle_open(hands, since)
            undoing.decide(ledger, account.name, since, datetime.now(UTC))
            return _told(account, _released(hands, stop))
        except (MailboxError, SecretError) as error:
            undoing.decide(ledger, account.name, since, datetime.now(UTC))
            console.complain(mailbox_line(account.name, error))
            later = say(
                "c'est décidé ; le prochain passage remettra les messages",
                "decided; the next pass puts the messages back",
            )
            console.complain(f"{account.name}: {later}")
            return Status.UNREACHED


def _released(hands: Hands, stop: threading.Event) -> Counter[str]:
    """State -> how many; "waiting": the server refuses for now."""
    waiting = undoing.open_releases(hands)
    ended: Counter[str] = Counter()
    with bar(hands.session.account.name, len(waiting)) as progress:
        for intent in progress.counting(waiting):
            if stop.is_set():
                break
            outcome = undoing.carry_out(intent, hands)
            ended["waiting" if outcome is None else outcome.state.value] += 1
    return ended


def _told(account: AccountSettings, ended: Counter[str]) -> Status:
    lines = [
        ("done", say("remis en place", "put back")),
        ("gone", say("n'étaient plus là où Vigie les avait mis", "were no longer where Vigie had put them")),
        ("failed", say("refusés par le serveur (vigie review list)", "refused by the server (vigie review list)")),
        (
            "waiting",
            say("à reprendre : le serveur refuse pour l'instant", "to be tried again: the server refuses for now"),
        ),
    ]
    for state, text in lines:
        if ended[state]:
            print(f"{account.name}{colon()} {ended[state]} {text}")
    return Status.DONE if set(ended) <= {"done"} else Status.UNREACHED


def _advise(config: Config, ledger: Ledger, names: Sequence[str]) -> None:
    for name in names:
        account = config.account(name)
        if account is not None and modes.standing(ledger, account)[0] == "enforce":
            text = say(
                f"{name} reste en mode enforce : ce qui arrive peut être mis en quarantaine. Pour l'arrêter : vigie rollback {name}",
                f"{name} stays in mode enforce: what arrives may be quarantined. To stop that: vigie rollback {name}",
            )
            print(text)
