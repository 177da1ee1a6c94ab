"""When somebody is told what: once, again after a day, and when it is over; never more messages an hour than allowed. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from vigie.scanner.operation.settings import AlertSettings
from vigie.scanner.operation.troubles import Trouble

HOUR_S: Final = 3600.0


@dataclass(frozen=True, slots=True)
class Notice:
    """One message: everything that is to be told now."""

    raised: tuple[Trouble, ...] = ()
    still: tuple[Trouble, ...] = ()
    over: tuple[str, ...] = ()
    """Keys of what was told and is no more."""
    last: bool = False
    """The last one of this hour: what comes is put into the next."""

    def __bool__(self) -> bool:
        return bool(self.raised or self.still or self.over)


class Alarms:
    """What one way (mail, webhook) has been told. Instants are seconds of a clock that only goes forward (I-52)."""

    def __init__(self, settings: AlertSettings, told: Iterable[str] = (), *, now: float = 0.0) -> None:
        """`told`: keys that an earlier process has told and never taken back."""
        self._settings = settings
        self._told: dict[str, float] = dict.fromkeys(told, now)
        self._changed: dict[str, float] = {}
        self._sent: deque[float] = deque()

    @property
    def told(self) -> tuple[str, ...]:
        """Keys of what was told and not taken back yet."""
        return tuple(self._told)

    def due(self, troubles: Iterable[Trouble], now: float) -> Notice:
        """What is to be told now; nothing where it has not lasted yet, or too much was told within the hour.

        Nothing is lost by waiting: the next notice tells the difference between what was told and what is.
        """
        here = {trouble.key: trouble for trouble in troubles}
        for key in [key for key in self._changed if (key in here) == (key in self._told)]:
            del self._changed[key]  # it is again as it was told
        for key in here.keys() ^ self._told.keys():
            self._changed.setdefault(key, now)
        while self._sent and self._sent[0] <= now - HOUR_S:
            self._sent.popleft()
        if len(self._sent) >= self._settings.per_hour:
            return Notice()
        steady = {key for key, since in self._changed.items() if now - since >= self._settings.steady_s}
        again = self._settings.repeat_hours * HOUR_S
        return Notice(
            raised=tuple(trouble for key, trouble in here.items() if key in steady),
            still=tuple(
                trouble for key, trouble in here.items() if key in self._told and now - self._told[key] >= again
            ),
            over=tuple(key for key in self._told if key in steady and key not in here),
            last=len(self._sent) + 1 == self._settings.per_hour,
        )

    def was_sent(self, notice: Notice, now: float) -> None:
        """It arrived where it was to go."""
        self._sent.append(now)
        for trouble in (*notice.raised, *notice.still):
            self._told[trouble.key] = now
            self._changed.pop(trouble.key, None)
        for key in notice.over:
            self._told.pop(key, None)
            self._changed.pop(key, None)
