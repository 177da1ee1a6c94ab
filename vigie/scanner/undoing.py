"""Many releases at once: what was quarantined since an instant goes back, by the same intents as a single release."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from vigie.ledger.review import plan_release
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Intent, Outcome, Record, State
from vigie.scanner import recover
from vigie.scanner.buttons import instead
from vigie.scanner.hands import Hands, closed
from vigie.scanner.rehearsal import EVERYTHING

WITHDRAWN = "not begun: what was quarantined is being put back"


def quarantined(ledger: Ledger, since: datetime, accounts: Collection[str] | None = None) -> Sequence[Record]:
    """What lies in quarantine and was moved there since, newest judgement first. Raises LedgerError."""
    return [
        record
        for record in ledger.records(held=True, limit=EVERYTHING)
        if (accounts is None or record.place.account in accounts) and _moved_since(ledger, record, since)
    ]


def on_the_way(ledger: Ledger, since: datetime, accounts: Collection[str]) -> Sequence[Record]:
    """What is to go to quarantine by intents that were made since and have not ended. Raises LedgerError."""
    waiting = [
        intent
        for account in accounts
        for intent in ledger.open_intents(account)
        if intent.kind is ActionKind.QUARANTINE and intent.created_at >= since
    ]
    records = (ledger.record(intent.record_id) for intent in waiting)
    return [record for record in records if record is not None]


def settle_open(hands: Hands, since: datetime) -> None:
    """Ends what is open, so that nothing goes to quarantine after the undo: what was not begun is not begun any more.

    The caller holds the account's lock. Raises MailboxError of the connection.
    """
    for intent in hands.ledger.open_intents(hands.session.account.name):
        if intent.kind is not ActionKind.QUARANTINE or intent.created_at < since:
            continue
        if intent.state is State.PENDING:
            instead.end(hands, intent, closed(intent, State.FAILED, WITHDRAWN), withdrawn=True)
        else:
            recover.carry_out(intent, hands)


def decide(ledger: Ledger, account: str, since: datetime, at: datetime) -> int:
    """Releases all that lies there now, in one transaction: none of it is quarantined again (I-47). Gives how many."""
    plans = [
        plan_release(record, ledger.outcomes(record.id), at=at) for record in quarantined(ledger, since, (account,))
    ]
    intents = [plan for plan in plans if isinstance(plan, Intent)]
    if intents:
        ledger.release_all(intents, at, account=account, since=since)
    return len(intents)


def open_releases(hands: Hands) -> Sequence[Intent]:
    """Every release of the account that has not ended, those of an undo that was cut off among them."""
    waiting = hands.ledger.open_intents(hands.session.account.name)
    return [intent for intent in waiting if intent.kind is ActionKind.RELEASE]


def carry_out(intent: Intent, hands: Hands) -> Outcome | None:
    """See recover.carry_out."""
    return recover.carry_out(intent, hands)


def _moved_since(ledger: Ledger, record: Record, since: datetime) -> bool:
    moves = [
        outcome
        for intent, outcome in ledger.outcomes(record.id)
        if intent.kind is ActionKind.QUARANTINE and outcome is not None and outcome.state is State.DONE
    ]
    return bool(moves) and moves[-1].at >= since
