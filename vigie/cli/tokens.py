"""`vigie web token`: the tokens of programs, from the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vigie.cli import console
from vigie.cli.config import load
from vigie.cli.language import say, when
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status
from vigie.ledger.people import new_id
from vigie.ledger.people_types import ALL_RIGHTS, By, Told
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.token_types import LONGEST_DAYS, USUAL_DAYS, Token, Use
from vigie.ledger.tokens import fresh


def create(path: Path | None, name: str, uses: Sequence[str], accounts: Sequence[str], days: int | None) -> Status:
    """Makes one and prints it, alone on the standard output. Without `accounts`: for every mailbox."""
    config = load(path)
    days = USUAL_DAYS if days is None else days
    if not set(uses) <= set(Use):
        right = say("ce qu'un jeton permet :", "what a token is good for:")
        raise Fault(f"vigie web token create --scope: {right} {', '.join(Use)}", Status.USAGE)
    name = " ".join(name.split())
    unknown = sorted(set(accounts) - {account.name for account in config.accounts})
    if unknown:
        wrong = say("aucun compte de ce nom", "no account of that name")
        raise Fault(f"{wrong}: {console.plain(', '.join(unknown))}", Status.USAGE)
    if not name or not 1 <= days <= LONGEST_DAYS:
        right = say(f"un nom, et de 1 à {LONGEST_DAYS} jours", f"a name, and 1 to {LONGEST_DAYS} days")
        raise Fault(f"vigie web token create: {right}", Status.USAGE)
    by, now, secret = By(at_the_keyboard(), ALL_RIGHTS), datetime.now(UTC), fresh()
    ends = now + timedelta(days=days)
    scope = frozenset(accounts) if accounts else None
    token = Token(new_id(), name[:100], frozenset(map(Use, uses)) or frozenset({Use.CHECK}), scope, by.who, now, ends)
    with _ledger(config.ledger, by) as ledger:
        ledger.tokens.add(token, secret, by)
    print(secret, flush=True)
    until = when(ends)
    console.complain(
        say(
            f"{token.id} : affiché cette seule fois, valable jusqu'au {until}",
            f"{token.id}: shown this one time, good until {until}",
        )
    )
    return Status.DONE


def show(path: Path | None) -> Status:
    """One line a token, newest first; never what opens."""
    by = By(at_the_keyboard(), ALL_RIGHTS)
    with _ledger(load(path).ledger, by) as ledger:
        found = ledger.tokens.all(by)
    for token in found:
        print(_line(token, datetime.now(UTC)))
    if not found:
        console.complain(say("aucun jeton", "no token"))
    return Status.DONE


def revoke(path: Path | None, token_id: str) -> Status:
    """It opens nothing any more."""
    by = By(at_the_keyboard(), ALL_RIGHTS)
    with _ledger(load(path).ledger, by) as ledger:
        if ledger.tokens.revoke(token_id, by, at=datetime.now(UTC)) is not Told.DONE:
            unknown = say("aucun jeton de ce numéro", "no token of that id")
            raise Fault(f"{console.plain(token_id)}: {unknown}", Status.USAGE)
    print(say(f"{token_id} : révoqué", f"{token_id}: revoked"))
    return Status.DONE


def _line(token: Token, now: datetime) -> str:
    uses = ",".join(sorted(token.uses))
    accounts = "*" if token.accounts is None else ",".join(sorted(token.accounts))
    over = say(" (expiré)", " (over)") if token.ends_at <= now else ""
    used = say("jamais", "never") if token.used_at is None else when(token.used_at)
    ends = say("valable jusqu'au", "good until")
    last = say("dernier usage", "last used")
    told = f"{token.id}  {uses}  {accounts}  {ends} {when(token.ends_at)}{over}  {last}: {used}  {token.by}"
    return console.plain(f"{told}  {token.name}")


@contextmanager
def _ledger(url: str, by: By) -> Iterator[Ledger]:
    try:
        with Ledger(url, by.who) as ledger:
            yield ledger
    except LedgerError as error:
        raise Fault(str(error)) from None
