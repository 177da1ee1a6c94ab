"""`vigie review`: what lies in quarantine, why, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from rich.text import Text

from vigie.cli import console, words
from vigie.cli.cases import found, opened
from vigie.cli.console import plain
from vigie.cli.faults import mailbox_line
from vigie.cli.language import colon, current, say
from vigie.cli.report import authentication
from vigie.cli.status import Fault, Status
from vigie.ledger.review import Refusal, Standing, plan_release, standing
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Intent, Outcome, Record, State
from vigie.rules.types import Label
from vigie.scanner import recover
from vigie.scanner.hands import Hands
from vigie.scanner.lock import account_lock
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings, SecretError

LISTED = 500


def show_list(path: Path | None, account: str, *, everything: bool) -> Status:
    """One line for each case, newest first."""
    screen = console.screen()
    with opened(path) as (_, ledger):
        records = ledger.records(account=account or None, held=None if everything else True, limit=LISTED)
        shown = 0
        for record in islice(records, LISTED):
            shown += 1
            screen.print(_line(record, standing(ledger.outcomes(record.id)) if everything else None))
    if not shown:
        screen.print(
            say("La quarantaine est vide.", "The quarantine is empty.")
            if not everything
            else say("Rien n'a été jugé.", "Nothing was judged.")
        )
    elif shown == LISTED:
        screen.print(say(f"Les {LISTED} plus récents seulement.", f"The newest {LISTED} only."))
    return Status.DONE


def _line(record: Record, stands: Standing | None) -> Text:
    text = Text(f"{record.id}  {record.judged_at.astimezone():%Y-%m-%d %H:%M}  ")
    text.append(f"{words.verdict(record.verdict):<13}", style=words.STYLE[Label(record.verdict)])
    text.append(f"  {plain(record.place.account)}  {plain(record.author) or '?'}  « {plain(record.subject)} »")
    if stands is not None:
        text.append(f"  [{words.stands(stands)}]", style="dim")
    return text


def show(path: Path | None, beginning: str) -> Status:
    """Everything that is known about one case."""
    screen = console.screen()
    with opened(path) as (_, ledger):
        record = found(ledger, beginning)
        history = ledger.outcomes(record.id)
    for line in _detail(record):
        screen.print(line)
    screen.print(Text(say("Ce qui a été fait :", "What was done:"), style="bold"))
    for intent, outcome in history:
        at = (outcome.at if outcome else intent.created_at).astimezone()
        screen.print(Text(f"  {at:%Y-%m-%d %H:%M:%S}  {words.done([(intent, outcome)])}"))
    screen.print(Text(f"  {say('état', 'standing')}{colon()} {words.stands(standing(history))}"))
    return Status.DONE


def _detail(record: Record) -> Iterator[Text]:
    told: dict[str, Any] = json.loads(record.case_json)
    yield _line(record, None)
    for sentence in words.sentences(told.get("explanation", {})):
        yield Text(f"  {plain(sentence)}")
    for advice in told.get("advice", {}).get(current(), []):
        yield Text(f"  → {plain(advice)}", style="bold")
    yield Text(f"  {authentication(told.get('authentication'))}", style="dim")
    for finding in told.get("findings", []):
        quotes = " · ".join(f"{plain(quote['where'])}: {plain(quote['text'])}" for quote in finding["quotes"][:3])
        kind = f"{words.kind(finding['kind'])}, {words.strength(finding['strength'])}, {words.layer(finding['layer'])}"
        yield Text(f"    {plain(finding['rule'])} ({kind})  {quotes}", style="dim")
    place = record.place
    yield Text(
        f"  {plain(place.account)} / {plain(place.folder)} / UID {place.uid}  Message-ID {plain(record.message_id)}",
        style="dim",
    )
    yield Text(f"  SHA-256 {record.sha256}", style="dim")


def release(path: Path | None, beginning: str) -> Status:
    """Puts one message back. The decision is durable first; when the mailbox cannot be reached now, the service carries it out."""
    with opened(path) as (config, ledger):
        record = found(ledger, beginning)
        planned = plan_release(record, ledger.outcomes(record.id), at=datetime.now(UTC))
        if isinstance(planned, Refusal) and planned.code != "under-way":
            return _refused(record, planned)
        if isinstance(planned, Intent):
            ledger.release(planned, datetime.now(UTC))
        account = config.account(record.place.account)
        if account is None:
            missing = say(
                "ce compte n'est plus dans la configuration", "this account is no longer in the configuration"
            )
            raise Fault(f"{record.place.account}: {missing}", Status.USAGE)
        try:
            outcome = _carried_out(account, ledger, record)
        except (MailboxError, SecretError) as error:
            console.complain(mailbox_line(account.name, error))
            console.complain(
                say(
                    f"{record.id}: la décision est prise ; le prochain passage remettra le message",
                    f"{record.id}: decided; the next pass puts the message back",
                )
            )
            return Status.UNREACHED
    return _ended(record, outcome)


def _carried_out(account: AccountSettings, ledger: Ledger, record: Record) -> Outcome | None:
    """How the open intent of that record ended; None: it stays open. Raises MailboxError, SecretError."""
    with account_lock(ledger.path, account.name), Session(account, imap.connect) as session:
        # Looked up anew under the lock: the service may have carried it out meanwhile.
        waiting = [intent for intent in ledger.open_intents(account.name) if intent.record_id == record.id]
        outcomes = [recover.carry_out(intent, Hands(session, ledger)) for intent in waiting]
    if outcomes:
        return outcomes[-1]
    return next(
        (outcome for intent, outcome in reversed(ledger.outcomes(record.id)) if intent.kind is ActionKind.RELEASE), None
    )


def _ended(record: Record, outcome: Outcome | None) -> Status:
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
    folder = outcome.destination.folder if outcome.destination else record.place.folder
    note = f" ({plain(outcome.detail)})" if outcome.detail else ""
    print(say(f"{record.id} : remis dans {plain(folder)}{note}", f"{record.id}: put back into {plain(folder)}{note}"))
    return Status.DONE


def _refused(record: Record, refusal: Refusal) -> Status:
    french = {
        "not-held": "le message n'est pas en quarantaine : il est à sa place",
        "already-released": "déjà remis en place",
        "gone": "le message n'est plus là où Vigie l'avait mis : quelqu'un l'a déplacé ou supprimé",
    }
    text = f"{record.id}: {say(french.get(refusal.code, refusal.text), refusal.text)}"
    if refusal.settled:
        print(text)
        return Status.DONE
    raise Fault(text)
