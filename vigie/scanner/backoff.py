"""How long to stay away from a server after a fault: exponential, with full jitter, for ever (I-25)."""

from __future__ import annotations

import random
from collections.abc import Callable

FIRST_S = 1.0
LONGEST_S = 300.0
LONGEST_WISH_S = 3600.0
"""What a server asks for beyond it is not granted: nobody can make an account deaf for days."""
_CHANCE = random.SystemRandom()


class Backoff:
    """How long to wait after the n-th fault in a row: full jitter below 1 s, 2 s, 4 s ... 5 min; a server's own wish counts."""

    def __init__(self, chance: Callable[[float, float], float] = _CHANCE.uniform) -> None:
        self._chance = chance
        self._faults = 0

    def next(self, wished_s: float | None = None) -> float:
        """Seconds to wait now. `wished_s`: how long the server asked us to stay away (I-39)."""
        ceiling = min(LONGEST_S, FIRST_S * 2 ** min(self._faults, 20))
        self._faults += 1
        wait = self._chance(0.0, ceiling)
        return wait if wished_s is None else min(wished_s, LONGEST_WISH_S) + wait

    def reset(self) -> None:
        """All is well again."""
        self._faults = 0
