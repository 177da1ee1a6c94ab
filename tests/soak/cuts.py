"""A whole pass, cut at every byte from the first change on, in both directions, on servers that move in different ways.

Before the first change every twentieth byte is enough: nothing was done yet.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import VARIANTS
from tests.scanner.crashing import SCENARIOS
from tests.scanner.cutting import Cutting
from tests.servers.cutter import Cutter, Direction
from tests.servers.dovecot import Dovecot

WAYS: tuple[Direction, ...] = ("to_server", "to_client")


def main() -> int:
    """0 when after each cut nothing was lost and the next pass came to the same end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="bytes from one cut to the next")
    parser.add_argument("--servers", nargs="*", default=["full", "uidplus", "poor"], choices=sorted(VARIANTS))
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    failures = 0
    for name in options.servers:
        server = Dovecot(VARIANTS[name])
        try:
            with Cutter(server.port) as cutter, tempfile.TemporaryDirectory(prefix="vigie-cuts-") as folder:
                failures += sweep(name, Cutting(cutter, server, SCENARIOS["one"], Path(folder)), options.every)
        finally:
            server.stop()
    return 1 if failures else 0


def sweep(name: str, cutting: Cutting, every: int) -> int:
    """Cuts at every so manieth byte; says what came of it, and gives the number of failures."""
    failures = cuts = 0
    started = time.monotonic()
    for way in WAYS:
        first, last = cutting.first_change[way], cutting.length[way]
        for after in (*range(1, first, 20 * every), *range(max(first, 1), last + 1, every)):
            cuts += 1
            try:
                cutting.check(way, after, once=cuts % 2 == 0)
            except AssertionError as failure:
                failures += 1
                print(f"{name}: {failure}", flush=True)
    minutes = (time.monotonic() - started) / 60
    lengths = ", ".join(
        f"{way} {cutting.length[way]} bytes, first change after {cutting.first_change[way]}" for way in WAYS
    )
    print(
        f"{name}: {lengths}; {cuts} cuts in {minutes:.1f} min: {dict(cutting.ended)}; {failures} failures", flush=True
    )
    return failures


if __name__ == "__main__":
    sys.exit(main())
