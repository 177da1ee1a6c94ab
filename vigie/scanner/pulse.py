"""What the outside learns of the service's health: readiness, watchdog, a line of status, and the lag of whoever is busy."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from vigie.scanner.lag import utc_now
from vigie.scanner.notify import Systemd
from vigie.scanner.supervisor import Supervisor

LOG = logging.getLogger(__name__)

TICK_S = 0.5
NOTE_S = 10.0
SAY_S = 3600.0
"""How often the log has a line although nothing happens."""


class Pulse(threading.Thread):
    """Looks at the supervisors. Ready: of every folder the lag is known, or the fault for which it is not.

    The watchdog is fed while every supervisor turns and none has been at a loss for long. A server that is away is told of and
    does not withhold it: a restart would mend nothing there and disturb all other mailboxes.
    """

    def __init__(self, supervisors: Sequence[Supervisor], systemd: Systemd) -> None:
        super().__init__(name="vigie-pulse", daemon=True)
        self._supervisors = supervisors
        self._systemd = systemd
        self._over = threading.Event()
        self._ready = False
        self._fed = self._noted = self._said = float("-inf")
        self._unwell: set[str] = set()

    def stop(self) -> None:
        """Ends it; does not wait."""
        self._over.set()

    def run(self) -> None:
        """Until it is stopped."""
        while not self._over.wait(TICK_S):
            self._tick(time.monotonic())

    def _tick(self, now: float) -> None:
        if not self._ready and all(one.is_known for one in self._supervisors):
            self._ready = True
            self._systemd.tell("READY=1", f"STATUS={self._status()}")
            LOG.info("ready: %s", self._status())
        well = self._all_well()
        if well and self._systemd.watchdog_s and now - self._fed >= self._systemd.watchdog_s / 4:
            self._fed = now
            self._systemd.tell("WATCHDOG=1")
        if now - self._noted < NOTE_S:
            return
        self._noted = now
        for one in self._supervisors:
            one.note_lag()
        if self._ready:
            self._systemd.tell(f"STATUS={self._status()}")
        elif well:
            # The first look at large mailboxes takes its time, which is no failed start.
            self._systemd.tell(f"EXTEND_TIMEOUT_USEC={int(3 * NOTE_S * 1e6)}")
        if self._ready and now - self._said >= SAY_S:
            self._said = now
            LOG.info("%s", self._status())

    def _all_well(self) -> bool:
        unwell = {one.account.name for one in self._supervisors if not one.is_well}
        for name in unwell - self._unwell:
            LOG.error(
                "%s: no sign of life, or a fault of our own that lasts: systemd's watchdog is not fed any more", name
            )
        self._unwell = unwell
        return not unwell

    def _status(self) -> str:
        now = utc_now()
        lags = [beat.lag_seconds(now) for one in self._supervisors for beat in one.heartbeats()]
        known = [lag for lag in lags if lag is not None]
        text = f"{_counted(len(lags), 'folder', 's')} of {_counted(len(self._supervisors), 'mailbox', 'es')}"
        if known:
            text += f", greatest lag {max(known):.0f} s"
        return text + (f", {len(lags) - len(known)} with unknown lag" if len(known) < len(lags) else "")


def _counted(count: int, what: str, more: str) -> str:
    return f"{count} {what}{'' if count == 1 else more}"
