"""Results in the order of what they are about, while later ones are being worked out: flat memory, however many there are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

K = TypeVar("K")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

AHEAD = 64
"""That many may be under way or wait for an earlier one."""


class Begun(Protocol[R_co]):
    """Something that is worked out meanwhile: a Future, or what is Known."""

    def done(self) -> bool:
        """`result` does not wait."""
        ...

    def result(self) -> R_co:
        """Waits for it."""
        ...


@dataclass(frozen=True, slots=True)
class Known(Generic[R_co]):
    """What needs no waiting."""

    value: R_co

    def done(self) -> bool:
        """Always."""
        return True

    def result(self) -> R_co:
        """The value."""
        return self.value


def in_order(begun: Iterable[tuple[K, Begun[R]]], ahead: int = AHEAD) -> Iterator[tuple[K, R]]:
    """Each with its result, as soon as it is known and those before it were given.

    `begun` is read no further than `ahead` beyond what was given: reading it begins the work.
    """
    waiting: deque[tuple[K, Begun[R]]] = deque()
    for one in begun:
        waiting.append(one)
        while waiting and (len(waiting) > ahead or waiting[0][1].done()):
            key, oldest = waiting.popleft()
            yield key, oldest.result()
    for key, rest in waiting:
        yield key, rest.result()
