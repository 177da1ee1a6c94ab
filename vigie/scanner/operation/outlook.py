"""Metrics and alerts of one process: they outlive each reload, and the service they are about changes below them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from vigie.scanner.operation.listener import Listener
from vigie.scanner.operation.meter import Meter, Watched
from vigie.scanner.operation.settings import OperationSettings
from vigie.scanner.operation.watchman import Watchman

NOTHING_REFUSED: Mapping[str, str] = MappingProxyType({})


class Outlook:
    """Not thread-safe. `meter` counts from the first message on."""

    def __init__(self) -> None:
        self.meter = Meter()
        self._listener = Listener(self.meter.registry)
        self._watchman: Watchman | None = None

    @property
    def port(self) -> int:
        """Where the metrics are; 0: nowhere."""
        return self._listener.port

    def use(self, watched: Watched, settings: OperationSettings, refused: Mapping[str, str] = NOTHING_REFUSED) -> None:
        """From here on everything is about `watched`. `refused`: accounts that go on as they were, and why."""
        self.meter.use(watched)
        self._listener.use(settings.metrics.address)
        self._stop_watchman()
        self._watchman = Watchman(watched, settings.alerts, self.meter)
        self._watchman.lookout.refused = refused
        self._watchman.start()

    def refused(self, why: str) -> None:
        """A reload was refused; the old configuration stays."""
        self.meter.reloaded("refused")
        if self._watchman is not None:
            self._watchman.lookout.refused = {"": why}

    def close(self) -> None:
        """Ends both; waits for an alert under way no longer than a second."""
        self._stop_watchman(wait_s=1.0)
        self._listener.close()

    def _stop_watchman(self, wait_s: float = 30.0) -> None:
        if self._watchman is not None:
            self._watchman.stop()
            self._watchman.join(wait_s)
        self._watchman = None
