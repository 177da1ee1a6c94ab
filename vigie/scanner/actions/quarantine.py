"""Moves a false message to the quarantine folder: nothing is ever deleted, and a proven message is never moved."""

from __future__ import annotations

from vigie.ledger.types import ActionKind, Intent, Outcome, State
from vigie.scanner import journal
from vigie.scanner.actions.tag import set_keywords
from vigie.scanner.hands import Arrival, Hands, closed, finish, flags_at, found_there, lower, opened, transfer
from vigie.scanner.marks import take_back

ID = "quarantine"
KIND = ActionKind.QUARANTINE

GONE = "somebody else has moved or removed the message"
STAYS = (
    "copied-only: the server takes nothing away (no MOVE, no UID EXPUNGE), so the original stays in its folder, tagged"
)


def act(intent: Intent, hands: Hands) -> Outcome:
    """See Action."""
    refusal = _refusal(intent, hands)
    sent = intent.state is State.MOVING
    there = found_there(hands, intent) if sent else None
    if refusal and there is None:
        return closed(intent, State.FAILED, refusal)
    _, here = opened(hands, intent)
    if here is None:
        # PENDING: nothing was sent by us, yet the user may have put it there himself.
        there = there or found_there(hands, intent, gone=True)
        if there is None:
            return closed(intent, State.GONE, GONE)
        return _done(intent, hands, Arrival(there, "found"), ())
    if there is not None:
        return _done(intent, hands, finish(hands, here, there), ())
    take_back(hands, here, intent)
    kept = set_keywords(hands, here, intent.keywords)
    arrival = transfer(hands, intent, here)
    if arrival is None:
        return closed(intent, State.GONE, GONE, kept=kept)
    return _done(intent, hands, arrival, kept)


def _refusal(intent: Intent, hands: Hands) -> str:
    """Why this message must not be moved, whatever the intent says; "" where it may.

    The first invariant of the house, at the actor: proof complete means no move, and only a durable verdict
    "impersonation" about the whole message moves anything.
    """
    record = hands.ledger.record(intent.record_id)
    if record is None or not journal.may_be_moved(record):
        return "the ledger holds no verdict that allows moving it"
    if record.sha256 != intent.sha256:
        return "the verdict is about other bytes"
    if hands.ledger.released(intent.source.account, intent.sha256):
        return "a person has released this content meanwhile"
    return ""


def _done(intent: Intent, hands: Hands, arrival: Arrival, kept: tuple[str, ...]) -> Outcome:
    """DONE, with the keywords that are seen where the message lies now."""
    if arrival.original_stays:
        return closed(intent, State.DONE, STAYS, at=arrival.place, kept=kept or _seen(intent, hands, arrival))
    detail = "found there after an interruption" if arrival.how == "found" else ""
    return closed(intent, State.DONE, detail, at=arrival.place, kept=_seen(intent, hands, arrival))


def _seen(intent: Intent, hands: Hands, arrival: Arrival) -> tuple[str, ...]:
    if not intent.keywords:
        return ()
    flags = lower(flags_at(hands, arrival.place) if arrival.flags is None else arrival.flags)
    return tuple(keyword for keyword in intent.keywords if keyword.lower() in flags)
