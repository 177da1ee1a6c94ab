"""Whether open intents ask for a pass: a person's release at once, what was refused when it is due, and neither in a circle."""

from __future__ import annotations

import logging
import time

from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Sending
from vigie.scanner.backoff import Backoff
from vigie.scanner.lag import utc_now
from vigie.scanner.recover import is_due

LOG = logging.getLogger(__name__)


class OpenIntents:
    """Of one account, as its supervisor sees them between two passes. Not thread-safe."""

    def __init__(self, account: str, ledger: Ledger) -> None:
        self._account = account
        self._ledger = ledger
        self._tried: set[str] = set()
        """Those that a pass has had before it: it has carried out what it could."""
        self._begun: set[str] = set()
        self._backoff = Backoff()
        self._not_before = 0.0

    def before(self) -> None:
        """A pass begins. Raises LedgerError."""
        self._begun = {intent.id for intent in self._ledger.open_intents(self._account)}

    def after(self) -> None:
        """A pass has ended without a fault. Raises LedgerError."""
        self._tried = self._begun
        if self._due():
            # Over these the connection was cut: they may be tried at once, and would be again and again.
            self._not_before = time.monotonic() + self._backoff.next()
        else:
            self._backoff.reset()
            self._not_before = 0.0

    def failed(self) -> None:
        """A pass has ended with a fault: whoever asks for another is not these intents, they would ask for ever."""
        self._tried |= self._begun

    def ask(self) -> bool:
        """True where a pass is wanted. Never raises."""
        try:
            waiting = {intent.id for intent in self._ledger.open_intents(self._account)}
            if not waiting:
                return False
            refused = self._ledger.sendings(self._account)
            fresh = {one for one in waiting - self._tried if refused.get(one, Sending()).retry_at is None}
            return bool(fresh) or (time.monotonic() >= self._not_before and self._due())
        except LedgerError as error:
            LOG.warning("%s: %s", self._account, error)
            return False

    def _due(self) -> bool:
        now = utc_now()
        return any(is_due(sending, now) for sending in self._ledger.sendings(self._account).values())
