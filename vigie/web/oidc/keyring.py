"""Keys that somebody publishes: taken for right for an hour, looked at again for a token of an unknown key (rotation)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from vigie.web.oidc.faults import ProviderError
from vigie.web.oidc.schemas import Keys
from vigie.web.oidc.tokens import UnknownKeyError

KEPT_S: Final = 3600.0
"""How long addresses and keys are taken for right."""
AGAIN_S: Final = 60.0
"""A token of an unknown key makes us look again, not more often than that: anybody can send such tokens."""
AT_ONCE: Final = 8
"""Questions, and who waits for an answer to one: anybody may make us ask, a question may take seconds, and whoever waits holds one of
the server's threads."""
Proven = TypeVar("Proven")


class Turns:
    """At most AT_ONCE at a time; who comes beyond them is told so, and does not wait."""

    def __init__(self) -> None:
        self._free = threading.BoundedSemaphore(AT_ONCE)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Raises ProviderError where too many ask, or wait for who asks."""
        if not self._free.acquire(blocking=False):
            raise ProviderError("too many sign-ins are under way", temporary=True)
        try:
            yield
        finally:
            self._free.release()


class Keyring:
    """Those at one address. Thread-safe. `ask`: asks for them, and may raise ProviderError."""

    def __init__(self, ask: Callable[[], Keys], turns: Turns) -> None:
        self._ask, self._turns = ask, turns
        self._lock = threading.Lock()
        self._keys: tuple[float, Keys] | None = None

    def proven(self, prove: Callable[[Sequence[Mapping[str, Any]]], Proven]) -> Proven:
        """What `prove` makes of the keys; once more with fresh ones where it misses one. Raises ProviderError, TokenError."""
        try:
            return prove(self._published(KEPT_S).keys)
        except UnknownKeyError:
            return prove(self._published(AGAIN_S).keys)

    def _published(self, kept_s: float) -> Keys:
        """As they were published at most `kept_s` ago."""
        known = self._keys
        if known is not None and time.monotonic() - known[0] <= kept_s:
            return known[1]
        with self._turns.one(), self._lock:
            if self._keys is None or time.monotonic() - self._keys[0] > kept_s:
                self._keys = time.monotonic(), self._ask()
            return self._keys[1]
