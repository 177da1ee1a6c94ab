"""Kill -9 at every step of every way to move a message, and a ledger that fails at every write."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import VARIANTS
from tests.scanner.crashing import SCENARIOS, Harness
from tests.scanner.failing import Failing
from tests.scanner.lives import Lives
from tests.servers.dovecot import Dovecot
from tests.servers.pymap import Pymap

KILLED = (
    ("full", "incoming"),
    ("uidplus", "incoming"),
    ("poor", "copied"),
    ("pymap", "incoming"),
    ("full", "first"),
    ("uidplus", "first"),
    ("full", "released"),
    ("uidplus", "released"),
    ("pymap", "released"),
    ("full", "renumbered"),
    ("quota", "full"),
    ("full", "asked"),
    ("uidplus", "asked"),
    ("pymap", "asked"),
    ("full", "reported"),
    ("uidplus", "reported"),
)
WRITTEN = (("full", "incoming"), ("uidplus", "incoming"), ("uidplus", "first"), ("full", "released"))


class Servers:
    """Started when somebody asks for them; stopped together."""

    def __init__(self) -> None:
        self._running: dict[str, Dovecot | Pymap] = {}

    def __getitem__(self, name: str) -> Dovecot | Pymap:
        if name not in self._running:
            self._running[name] = Pymap() if name == "pymap" else Dovecot(VARIANTS[name])
        return self._running[name]

    def stop(self) -> None:
        """Ends them."""
        for server in self._running.values():
            server.stop()


def main() -> int:
    """0 when every pass came to the same end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="steps from one death to the next")
    every = parser.parse_args().every
    logging.disable(logging.CRITICAL)
    servers, failures = Servers(), 0
    try:
        with Lives() as lives, tempfile.TemporaryDirectory(prefix="vigie-steps-") as name:
            for number, (server, scenario) in enumerate(KILLED):
                folder = Path(name, f"k{number}")
                folder.mkdir()
                harness = Harness(lives, servers[server], SCENARIOS[scenario], folder)
                steps = range(1, len(harness.whole.steps) + 1, every)
                failures += each(f"kill -9, {server}, {scenario}", steps, harness.check)
            for number, (server, scenario) in enumerate(WRITTEN):
                folder = Path(name, f"w{number}")
                folder.mkdir()
                failing = Failing(servers[server], SCENARIOS[scenario], folder)
                writes = range(1, failing.writes + 2, every)
                failures += each(f"failed write, {server}, {scenario}", writes, lambda n: failing.check(n, full=False))  # noqa: B023 - called before the next turn
                failures += each(f"full disk, {server}, {scenario}", writes, lambda n: failing.check(n, full=True))  # noqa: B023 - as above
    finally:
        servers.stop()
    return 1 if failures else 0


def each(title: str, numbers: range, check: Callable[[int], None]) -> int:
    """Checks them all; says what came of it, and gives the number of failures."""
    started, failures = time.monotonic(), 0
    for number in numbers:
        try:
            check(number)
        except AssertionError as failure:
            failures += 1
            print(f"{title}: {failure}", flush=True)
    print(f"{title}: {len(numbers)} in {time.monotonic() - started:.0f} s, {failures} failures", flush=True)
    return failures


if __name__ == "__main__":
    sys.exit(main())
