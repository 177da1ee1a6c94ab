"""Whose message is judged next: of all who wait, the one whose mail has cost the least time.

Turns by the message would not do (X-18): beside a mailbox full of mails that each take all the time they may, every mail of the others
would wait for one of them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

DEBT_S = 10.0
"""At most so far behind the others begins again who had nothing to be judged for a while: about one message at its limit."""
_T = TypeVar("_T")


@dataclass(slots=True)
class _Lane(Generic[_T]):
    waiting: deque[_T] = field(default_factory=deque)
    running: int = 0
    spent_s: float = 0.0
    """Of judging; who comes later begins with what the least costly one has spent by then, so that nobody saves up."""

    @property
    def under_way(self) -> int:
        return len(self.waiting) + self.running


class Turns(Generic[_T]):
    """Tasks by owner, in order for each owner. Not thread-safe: the pool holds its lock."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane[_T]] = {}

    def __bool__(self) -> bool:
        return any(lane.waiting for lane in self._lanes.values())

    def under_way(self, whose: str) -> int:
        """Tasks of that owner that wait or are being done."""
        lane = self._lanes.get(whose)
        return 0 if lane is None else lane.under_way

    def add(self, whose: str, task: _T) -> None:
        """It waits from now on."""
        lane = self._lanes.setdefault(whose, _Lane())
        if not lane.under_way:
            others = [one.spent_s for one in self._lanes.values() if one.under_way]
            least = min(others, default=lane.spent_s)
            lane.spent_s = min(max(lane.spent_s, least), least + DEBT_S)
        lane.waiting.append(task)

    def take(self) -> _T:
        """The next one, which is being done from now on. Raises LookupError where none waits."""
        waiting = [lane for lane in self._lanes.values() if lane.waiting]
        if not waiting:
            raise LookupError("nobody waits")
        lane = min(waiting, key=lambda one: (one.spent_s, one.running))
        lane.running += 1
        return lane.waiting.popleft()

    def done(self, whose: str, seconds: float) -> None:
        """One that was taken has ended, and cost so much."""
        lane = self._lanes[whose]
        lane.running -= 1
        lane.spent_s += seconds
        if not any(one.under_way for one in self._lanes.values()):
            self._lanes.clear()

    def clear(self) -> None:
        """Nobody waits any more."""
        for lane in self._lanes.values():
            lane.waiting.clear()
