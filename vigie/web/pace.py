"""How often one asker may ask: so many in a span, at once or spread over it (X-20, W-33). In memory: a restart forgives."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

MOST_KEYS: Final = 20_000
"""Askers that are remembered; the one who came first makes room."""


class Pace:
    """A bucket for each asker, full at first, refilled evenly. Thread-safe."""

    def __init__(self, most: int, span: timedelta) -> None:
        self._most = most
        self._each_s = span.total_seconds() / most
        self._lock = threading.Lock()
        self._left: dict[str, tuple[float, datetime]] = {}

    def take(self, key: str, *, at: datetime) -> float:
        """0 where it may ask, and one is counted; else in how many seconds it may."""
        with self._lock:
            left, since = self._left.pop(key, (float(self._most), at))
            elapsed_s = max(
                0.0, (at - since).total_seconds()
            )  # a clock that is put back gives nothing and takes nothing
            left = min(float(self._most), left + elapsed_s / self._each_s)
            may = left >= 1
            self._left[key] = (left - 1 if may else left, at)
            if len(self._left) > MOST_KEYS:
                del self._left[next(iter(self._left))]
            return 0.0 if may else (1 - left) * self._each_s
