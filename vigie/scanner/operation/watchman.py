"""The thread that looks for trouble and tells it; what was told outlives the process, so that its end is told, too."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from vigie.scanner.operation.alarms import Alarms, Notice
from vigie.scanner.operation.meter import Meter, Watched
from vigie.scanner.operation.settings import AlertSettings
from vigie.scanner.operation.troubles import Kind, Lookout, Trouble
from vigie.scanner.operation.ways import AlertError, Way, ways

LOG = logging.getLogger(__name__)

WAIT_S: Final = 60.0
LONGEST_WAIT_S: Final = 900.0


class Watchman(threading.Thread):
    """Looks every `look_s` seconds until `stop`."""

    def __init__(self, watched: Watched, settings: AlertSettings, meter: Meter) -> None:
        super().__init__(name="vigie-watchman", daemon=True)
        self.lookout = Lookout(watched, settings, meter)
        self._settings = settings
        self._meter = meter
        self._file = file_for(watched.ledger.path)
        self._stop_event = threading.Event()
        told = _read(self._file)
        now = time.monotonic()
        self._ways = [_Telling(way, Alarms(settings, told.get(way.name, ()), now=now)) for way in ways(settings)]

    def stop(self) -> None:
        """Ends after the current look; does not wait."""
        self._stop_event.set()

    def run(self) -> None:
        """The loop."""
        seen: set[str] = set()
        while not self._stop_event.is_set():
            troubles = self.lookout.look()
            self._log(troubles, seen)
            seen = {trouble.key for trouble in troubles}
            counted = Counter(trouble.kind for trouble in troubles)
            self._meter.wrong({kind.value: counted[kind] for kind in Kind})
            for telling in self._ways:
                if not self._stop_event.is_set():
                    self._tell(telling, troubles)
            self._stop_event.wait(self._settings.look_s)

    def _log(self, troubles: Sequence[Trouble], seen: set[str]) -> None:
        for trouble in troubles:
            if trouble.key not in seen:
                LOG.error("%s: %s", trouble.key, trouble.detail, extra={"alert": trouble.kind.value})
        for key in sorted(seen - {trouble.key for trouble in troubles}):
            LOG.info("%s: over", key, extra={"alert": key.partition(" ")[0]})

    def _tell(self, telling: _Telling, troubles: Sequence[Trouble]) -> None:
        now = time.monotonic()
        notice = telling.alarms.due(troubles, now)
        if not notice or now < telling.not_before:
            return
        try:
            telling.way.send(notice)
        except AlertError as error:
            telling.failed(now)
            self._meter.sent(telling.way.name, done=False)
            LOG.warning("alert by %s not delivered: %s", telling.way.name, error)
            return
        telling.arrived(notice, now)
        self._meter.sent(telling.way.name, done=True)
        _write(self._file, {one.way.name: one.alarms.told for one in self._ways})


class _Telling:
    """One way, what it was told, and when it may be tried again."""

    def __init__(self, way: Way, alarms: Alarms) -> None:
        self.way = way
        self.alarms = alarms
        self.not_before = 0.0
        self._failures = 0

    def failed(self, now: float) -> None:
        """Waits longer each time."""
        self.not_before = now + min(WAIT_S * 2**self._failures, LONGEST_WAIT_S)
        self._failures = min(self._failures + 1, 10)

    def arrived(self, notice: Notice, now: float) -> None:
        """All is well with it."""
        self.alarms.was_sent(notice, now)
        self._failures = 0


def file_for(ledger: Path) -> Path:
    """Beside the ledger and not in it: it has to work when the ledger does not."""
    return ledger.with_name(f"{ledger.name}.alerts")


def _read(file: Path) -> dict[str, list[str]]:
    """Way -> keys that were told. A file that cannot be read costs a second alert, nothing else."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(way): [str(key) for key in keys] for way, keys in found.items() if isinstance(keys, list)}


def _write(file: Path, told: dict[str, tuple[str, ...]]) -> None:
    fresh = file.with_name(f"{file.name}.new")
    try:
        with open(os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600), "w") as opened:  # noqa: PTH123 - the mode is set at its creation
            json.dump(told, opened)
        fresh.replace(file)
    except OSError as error:
        LOG.warning("what was told cannot be kept: %s", error.strerror)
