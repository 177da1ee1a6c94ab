"""Intents that are open: carried out, or taken up where a kill, a cut connection or a power failure left them (G3, G4)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from vigie.ledger.review import is_answered_by
from vigie.ledger.types import ActionKind, Intent, Outcome, Sending, State
from vigie.rules.discovery import discover
from vigie.scanner import actions
from vigie.scanner.actions import Action
from vigie.scanner.buttons import instead
from vigie.scanner.decide import Mode
from vigie.scanner.hands import Hands, closed
from vigie.scanner.mailboxes.base import MailboxError, UnclearOutcome

LOG = logging.getLogger(__name__)

LOOKS = 3
"""Connections that one intent may use up in one pass; then the next pass looks again."""
OF_THE_CONNECTION = frozenset({"connect", "tls", "auth", "protocol"})
"""Kinds of MailboxError after which no other command can be expected to work."""

PUT_OFF = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""After the first, the second, each further refusal of an intent."""

ACTIONS: dict[ActionKind, Action] = {
    action.KIND: action for action in (cast("Action", module) for module in discover(actions, Action))
}


def recover(hands: Hands, mode: Mode, *, stop: threading.Event | None = None) -> Sequence[tuple[Intent, Outcome]]:
    """Takes up every open intent of the account that nobody has refused, oldest first; gives those that ended.

    What an earlier mode wanted and did not begin is not begun any more, refused or not. What was refused is for `later`: a
    full quarantine must not keep new mail waiting. Raises MailboxError of the connection.
    """
    ended = []
    account = hands.session.account.name
    refused = hands.ledger.sendings(account)
    for intent in hands.ledger.open_intents(account):
        if stop is not None and stop.is_set():
            break
        outcome = _withdrawn(intent, mode, hands)
        if outcome is None and refused.get(intent.id, Sending()).retry_at is None:
            outcome = carry_out(intent, hands)
        if outcome is not None:
            ended.append((intent, outcome))
    return ended


def later(hands: Hands, *, due: datetime, stop: threading.Event, most_s: float) -> Sequence[tuple[Intent, Outcome]]:
    """Takes up what was refused and could be tried again at `due`, the smallest first, for so many seconds; gives what ended.

    One that is refused for want of room speaks for all larger ones with the same destination: they are put off unasked.
    """
    ended = []
    account = hands.session.account.name
    sendings = hands.ledger.sendings(account)
    waiting = [intent for intent in hands.ledger.open_intents(account) if is_due(sendings.get(intent.id), due)]
    full: set[str] = set()
    unasked = []
    deadline = time.monotonic() + most_s
    for intent in sorted(waiting, key=lambda intent: intent.size):
        if stop.is_set() or time.monotonic() > deadline:
            break
        if intent.destination in full:
            unasked.append(intent.id)
            continue
        result = _tried(intent, hands)
        if isinstance(result, Outcome):
            ended.append((intent, result))
        elif result.kind == "limit":
            full.add(intent.destination)
    if unasked:
        hands.ledger.put_off(unasked, datetime.now(UTC) + PUT_OFF[-1])
    return ended


def is_due(sending: Sending | None, now: datetime) -> bool:
    """It was refused, and may be tried again. Also when the clock has jumped: nobody waits longer than PUT_OFF says (I-52)."""
    return sending is not None and sending.retry_at is not None and not now < sending.retry_at <= now + PUT_OFF[-1]


def _wait(refusals: int) -> timedelta:
    return PUT_OFF[min(refusals, len(PUT_OFF) - 1)]


def carry_out(intent: Intent, hands: Hands) -> Outcome | None:
    """Carries one durable intent out and writes how it ended; None: it stays open, for `later`.

    Raises MailboxError of the connection, with the intent still open.
    """
    result = _tried(intent, hands)
    return result if isinstance(result, Outcome) else None


def _tried(intent: Intent, hands: Hands) -> Outcome | MailboxError:
    """As carry_out, with the reason for which it stays open."""
    try:
        outcome = _act(intent, hands)
    except MailboxError as error:
        if error.kind in OF_THE_CONNECTION and not error.cut:
            raise
        if not error.temporary or instead.is_over(hands, intent, error):
            outcome = closed(intent, State.FAILED, str(error))
        else:
            LOG.warning("%s: %s stays to be done: %s", _key(intent), intent.kind.value, error)
            _put_off(intent, hands, error)
            if error.cut:
                # One message over which the server's process dies must not keep all others waiting. A server that is away
                # raises here.
                hands.session.renew()
            return error
    then = instead.end(hands, intent, outcome)
    LOG.info("%s: %s: %s", _key(intent), intent.kind.value, outcome.state.value)
    if then is not None:
        _tried(then, hands)  # else by the next pass
    return outcome


def _put_off(intent: Intent, hands: Hands, error: MailboxError) -> None:
    """Cut off: the next pass looks. Refused: for a while it would be again.

    Slow: the server may be at it still, and a second COPY, or a second MOVE beside the first, would leave a second copy.
    """
    at_once = error.cut and not _is_slow(error)
    wait = timedelta() if at_once else _wait(hands.ledger.sending(intent.id).refusals)
    hands.ledger.put_off((intent.id,), datetime.now(UTC) + wait)


def _is_slow(error: MailboxError) -> bool:
    return isinstance(error, UnclearOutcome) and error.slow


def _act(intent: Intent, hands: Hands) -> Outcome:
    """The action; after a connection was cut once more over a new one, in state MOVING: it looks before it sends."""
    for _ in range(LOOKS - 1):
        try:
            return ACTIONS[intent.kind].act(intent, hands)
        except MailboxError as fault:
            if not fault.cut or _is_slow(fault):
                raise
            LOG.warning("%s: %s: outcome unknown: %s", _key(intent), intent.kind.value, fault)
            hands.session.renew()
            intent = replace(intent, state=State.MOVING)
    return ACTIONS[intent.kind].act(intent, hands)


def _withdrawn(intent: Intent, mode: Mode, hands: Hands) -> Outcome | None:
    """Closes what the admin's present mode does not want, as long as nothing was sent for it."""
    unwanted = (intent.kind is ActionKind.QUARANTINE and mode != "enforce") or (
        intent.kind is ActionKind.TAG and mode == "observe"
    )
    if not unwanted or intent.state is not State.PENDING or _by_a_person(intent, hands):
        return None
    outcome = closed(intent, State.FAILED, f"not begun: the account's mode is {mode} now")
    hands.ledger.close_intent(outcome)
    return outcome


def _by_a_person(intent: Intent, hands: Hands) -> bool:
    """Who takes a release back has the message quarantined again in every mode (ledger.review.plan_undo), and so has who reports it."""
    history = hands.ledger.outcomes(intent.record_id)
    return any(known.kind is ActionKind.RELEASE or is_answered_by(known, intent) for known, _ in history)


def _key(intent: Intent) -> str:
    place = intent.source
    return f"{place.account}/{place.folder} uid {place.uid} sha256 {intent.sha256[:12]}"
