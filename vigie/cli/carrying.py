"""What was just decided is carried out at once, from here; where the mailbox cannot be reached now, the service does it."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from vigie.cli import console
from vigie.cli.bar import bar
from vigie.cli.config import Config
from vigie.cli.console import plain
from vigie.cli.faults import mailbox_line
from vigie.cli.language import say
from vigie.ledger.store import Ledger
from vigie.ledger.types import Outcome
from vigie.scanner import recover
from vigie.scanner.hands import Hands
from vigie.scanner.lock import account_lock
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings, SecretError


@dataclass(frozen=True, slots=True)
class Carried:
    """How the intents of some cases ended."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """Case -> how its intent ended; left out: it stays open."""
    unreached: set[str] = field(default_factory=set)
    """Accounts whose mailbox could not be reached; that was said."""


def carry_out(config: Config, ledger: Ledger, cases: Iterable[tuple[str, str]], stop: threading.Event) -> Carried:
    """Carries out the open intents of these cases, (account, record id), account by account; says what cannot be now."""
    wanted: Mapping[str, set[str]] = defaultdict(set)
    for name, record_id in cases:
        wanted[name].add(record_id)
    done = Carried()
    for name, ids in wanted.items():
        account = config.account(name)
        if account is None:
            gone = say("ce compte n'est plus dans la configuration", "this account is no longer in the configuration")
            console.complain(f"{plain(name)}: {gone}")
            done.unreached.add(name)
            continue
        try:
            _account(account, ledger, ids, done, stop)
        except (MailboxError, SecretError) as error:
            console.complain(mailbox_line(account.name, error))
            done.unreached.add(name)
    return done


def _account(
    account: AccountSettings, ledger: Ledger, ids: Collection[str], done: Carried, stop: threading.Event
) -> None:
    with account_lock(ledger.path, account.name, stop=stop), Session(account, imap.connect) as session:
        # Looked up anew under the lock: the service may have carried it out meanwhile.
        waiting = [intent for intent in ledger.open_intents(account.name) if intent.record_id in ids]
        hands = Hands(session, ledger)
        with bar(account.name, len(waiting)) as progress:
            for intent in progress.counting(waiting):
                if stop.is_set():
                    break
                recover.carry_out(intent, hands)
    for record_id in ids:
        history = ledger.outcomes(record_id)
        if history and history[-1][1] is not None:
            done.outcomes[record_id] = history[-1][1]
