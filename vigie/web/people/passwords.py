"""Passwords of local accounts: argon2id with 64 MiB (W-06), few at once, and the same time for a name that nobody has."""

from __future__ import annotations

import threading
from itertools import pairwise
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

SHORTEST: Final = 12
LONGEST: Final = 200
LEAST_DIFFERENT: Final = 5
_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=2, type=Type.ID)
_AT_ONCE = threading.BoundedSemaphore(2)
"""Each takes 64 MiB: whoever sends many passwords at once must not take all memory."""
_IN_LINE: Final = threading.BoundedSemaphore(10)
"""Those that wait included: each holds one of the server's 40 threads, and the other pages need some."""
PATIENCE_S: Final = 20.0
_NOBODY: Final = (  # of a password that nobody has: looking at it costs the same time
    "$argon2id$v=19$m=65536,t=3,p=2$E7gft4+U/5oAUmmZg97aAg$IyrEWvTs7V19XztTwA6iZyK7RyQNtTbjgySPq8C9SNI"
)


class BusyError(Exception):
    """Too many passwords wait to be looked at."""


def hashed(password: str) -> str:
    """What is kept. Raises BusyError."""
    with _Turn():
        return _HASHER.hash(password)


def is_right(kept: str | None, password: str) -> bool:
    """Takes the same time whether there is such an account or not. Raises BusyError."""
    with _Turn():
        try:
            return _HASHER.verify(kept or _NOBODY, password[:LONGEST]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """It was hashed with less than what is usual today."""
    return _HASHER.check_needs_rehash(kept)


def weakness(password: str, name: str) -> str:
    """Why it is none that lasts: "short", "long", "simple", "name"; "" where it is fine."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    folded = password.casefold()
    if len(set(folded)) < LEAST_DIFFERENT or _is_run(folded):
        return "simple"
    return "name" if len(name) >= 4 and name.casefold() in folded else ""


def _is_run(text: str) -> bool:
    """Each character is the next of the one before: 123456789012, abcdefghijkl."""
    steps = {(ord(after) - ord(before)) % 10 for before, after in pairwise(text)}
    return len(steps) == 1 or text[: len(text) // 2] * 2 == text


class _Turn:
    def __enter__(self) -> None:
        if not _IN_LINE.acquire(blocking=False):
            raise BusyError
        if not _AT_ONCE.acquire(timeout=PATIENCE_S):
            _IN_LINE.release()
            raise BusyError

    def __exit__(self, *_: object) -> None:
        _AT_ONCE.release()
        _IN_LINE.release()
