"""What can be done to a message, one module each. `catalog` finds them; none of them can delete."""

from __future__ import annotations

from typing import Protocol

from vigie.ledger.types import ActionKind, Intent, Outcome
from vigie.scanner.hands import Hands


class Action(Protocol):
    """The contract of the modules in this package.

    `act` carries out one durable intent, or takes up one that was cut off anywhere: in state MOVING it looks before it
    sends. It gives the outcome, which the caller writes. Raises MailboxError (the message is where it was; the intent
    stays open where that is temporary) and UnclearOutcome (take it up again over a new connection).
    """

    ID: str
    KIND: ActionKind

    def act(self, intent: Intent, hands: Hands) -> Outcome:
        """Carries the intent out."""
        ...
