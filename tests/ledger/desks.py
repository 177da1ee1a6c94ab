"""Quarantined cases of a made-up ledger, and what the scanner would do with them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.ledger.made import NOON, intent, outcome, place, record
from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Outcome, Record, State

SHAPE = "0123456789abcdef"


def case(uid: int, **fields: Any) -> Record:
    account = fields.pop("account", "accueil")
    plain: dict[str, Any] = {"campaign": SHAPE, "sender": "?example.net", "theme": "card"}
    return record(place(uid, account=account), **{**plain, **fields})


def hold(ledger: Ledger, *records: Record) -> None:
    """They were judged, and moved to quarantine."""
    wanted = [intent(of, f"q-{of.place.account}-{of.place.uid}") for of in records]
    ledger.add_records(records, None, wanted)
    for of in wanted:
        there = place(of.source.uid + 1000, folder="Quarantaine", account=of.source.account, uidvalidity=3)
        ledger.close_intent(outcome(of, destination=there, kept_keywords=("$Phishing",)))


def carry_out(ledger: Ledger, account: str = "accueil", state: State = State.DONE) -> Sequence[ActionKind]:
    """What the scanner does with what is open."""
    waiting = ledger.open_intents(account)
    for of in waiting:
        uid = of.source.uid + 5000
        there = place(uid, folder=of.destination, account=account) if state is State.DONE else None
        ledger.close_intent(Outcome(of.id, state, NOON + timedelta(minutes=1), there))
    return [of.kind for of in waiting]
