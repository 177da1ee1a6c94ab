"""What the service does for the review beside the mailboxes: ends decisions about many cases, removes messages that were looked at."""

from __future__ import annotations

import logging
import threading
import time

from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.lag import utc_now

LOG = logging.getLogger(__name__)

LOOK_S = 1.0
EXPIRE_S = 20.0
"""So much longer than its ten minutes a message may lie in the ledger, sealed, and shown to nobody."""


class Errands(threading.Thread):
    """Looks every second whether anything was written at all; only then it asks what. Nothing is fetched or moved here."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(name="vigie-errands", daemon=True)
        self._ledger = ledger
        self._over = threading.Event()
        self._version = -1
        self._expired = float("-inf")

    def stop(self) -> None:
        """Ends it; does not wait."""
        self._over.set()

    def run(self) -> None:
        """Until it is stopped. A ledger that fails is tried again."""
        while True:
            try:
                self._look()
            except LedgerError as error:
                LOG.warning("%s", error)
            if self._over.wait(LOOK_S):
                return

    def _look(self) -> None:
        if time.monotonic() - self._expired >= EXPIRE_S:
            self._ledger.expire_views(utc_now())
            self._expired = time.monotonic()
        version = self._ledger.version()
        if version != self._version:
            # A page's process that died over a campaign, and messages that were on their way.
            self._ledger.finish_bulks()
            self._version = version
