"""Signs of life of one thread, for the watchdog: until when the next is due, and whether it is in its right mind."""

from __future__ import annotations

import time

MARGIN_S = 120.0
"""For a machine that was asleep or is busy."""
ILL_S = 900.0
"""So long a fault of our own may last before a restart is the best that is left."""


class Life:
    """Written by one thread, read by another. All durations are monotonic (I-52)."""

    def __init__(self) -> None:
        self._due = time.monotonic() + MARGIN_S
        self._ill_since: float | None = None

    def sign(self, within_s: float) -> None:
        """Alive now, and the next sign comes within that time."""
        self._due = time.monotonic() + within_s + MARGIN_S

    def well(self) -> None:
        """It knows what it is doing; a server that is away is none of its faults."""
        self._ill_since = None

    def ill(self) -> None:
        """A fault that should not be possible."""
        if self._ill_since is None:
            self._ill_since = time.monotonic()

    @property
    def is_well(self) -> bool:
        """Neither hung nor ill for long."""
        now = time.monotonic()
        since = self._ill_since
        return now <= self._due and (since is None or now - since <= ILL_S)
