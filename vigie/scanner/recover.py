"""Intents that are open: carried out, or taken up where a kill, a cut connection or a power failure left them (G3, G4)."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from vigie.ledger.types import ActionKind, Intent, Outcome, State
from vigie.rules.discovery import discover
from vigie.scanner import actions
from vigie.scanner.actions import Action
from vigie.scanner.decide import Mode
from vigie.scanner.hands import Hands, closed
from vigie.scanner.mailboxes.base import MailboxError, UnclearOutcome

LOG = logging.getLogger(__name__)

LOOKS = 3
"""Connections that one intent may use up in one pass; then the next pass looks again."""
OF_THE_CONNECTION = frozenset({"connect", "tls", "auth", "protocol"})
"""Kinds of MailboxError after which no other command can be expected to work."""

ACTIONS: dict[ActionKind, Action] = {
    action.KIND: action for action in (cast("Action", module) for module in discover(actions, Action))
}


def recover(hands: Hands, mode: Mode, *, stop: threading.Event | None = None) -> Sequence[tuple[Intent, Outcome]]:
    """Takes up every open intent of the account, oldest first; gives those that ended.

    What an earlier mode wanted and did not begin is not begun any more. Raises MailboxError of the connection.
    """
    ended = []
    for intent in hands.ledger.open_intents(hands.session.account.name):
        if stop is not None and stop.is_set():
            break
        outcome = _withdrawn(intent, mode, hands) or carry_out(intent, hands)
        if outcome is not None:
            ended.append((intent, outcome))
    return ended


def carry_out(intent: Intent, hands: Hands) -> Outcome | None:
    """Carries one durable intent out and writes how it ended; None: it stays open for the next pass.

    Raises MailboxError of the connection, with the intent still open.
    """
    try:
        outcome = _act(intent, hands)
    except MailboxError as error:
        if error.cut:
            # One message over which the server's process dies must not keep all others waiting. A server that is away raises here.
            hands.session.renew()
        elif error.kind in OF_THE_CONNECTION:
            raise
        if error.temporary:
            LOG.warning("%s: %s stays to be done: %s", _key(intent), intent.kind.value, error)
            return None
        outcome = closed(intent, State.FAILED, str(error))
    hands.ledger.close_intent(outcome)
    LOG.info("%s: %s: %s", _key(intent), intent.kind.value, outcome.state.value)
    return outcome


def _act(intent: Intent, hands: Hands) -> Outcome:
    """The action; after an unclear answer once more over a new connection, in state MOVING: it looks before it sends."""
    for _ in range(LOOKS - 1):
        try:
            return ACTIONS[intent.kind].act(intent, hands)
        except UnclearOutcome as unclear:
            LOG.warning("%s: %s: outcome unknown: %s", _key(intent), intent.kind.value, unclear)
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
    """Who takes a release back has the message quarantined again in every mode (ledger.review.plan_undo)."""
    return any(known.kind is ActionKind.RELEASE for known, _ in hands.ledger.outcomes(intent.record_id))


def _key(intent: Intent) -> str:
    place = intent.source
    return f"{place.account}/{place.folder} uid {place.uid} sha256 {intent.sha256[:12]}"
