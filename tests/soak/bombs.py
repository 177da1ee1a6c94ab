"""`vigie run` with the limits that are shipped on a mailbox full of large bombs, a message of a gigabyte, and ordinary mail beside."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.generate import mixed
from tests.judge.bombs import BOMBS
from tests.scanner.bombing import bombed, room
from tests.servers.dovecot import Dovecot
from vigie.judge.settings import LimitSettings


def main() -> int:
    """0 when each bomb has its case, the ordinary mail had its own before, nothing is lost, and memory stayed within bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=10, help="of each bomb that can be made so large")
    parser.add_argument("--ordinary", type=int, default=100)
    options = parser.parse_args()
    limits = LimitSettings()
    size = int(options.megabytes * 1_000_000)
    bombs = {
        name: b"Message-ID: <%d@bombes.example>\r\n" % number + make(size)
        for number, (name, make) in enumerate(BOMBS.items())
    }
    begun = time.monotonic()
    server = Dovecot()
    try:
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as folder:
            seen = bombed(server, Path(folder), bombs, list(mixed(options.ordinary, seed=5)), limits)
    finally:
        server.stop()
    for name, record in seen.records.items():
        error = json.loads(record.case_json).get("error") or {}
        print(
            f"{name:32} {record.size / 1e6:6.2f} MB  {record.verdict:13} {error.get('kind', '')} {error.get('detail', '')}"
        )
    bound = room(limits)
    before = sum(record.judged_at < seen.ended for record in seen.ordinary)
    print(
        f"{len(bombs)} bombs and a gigabyte in {time.monotonic() - begun:.0f} s, {len(seen.errors)} of them undecided"
    )
    print(f"ordinary mails {len(seen.ordinary)}, judged before the last bomb had its case {before}; exit {seen.status}")
    print(f"lost {seen.lost.total()}, doubled {seen.doubled.total()}, misplaced {seen.misplaced or 0}")
    print(
        f"the service's memory {seen.peak_bytes >> 20} MiB at most (bound {bound >> 20}), "
        f"a judging process's {seen.worker_bytes >> 20} (bound {limits.memory_bytes >> 20}); {len(seen.workers)} of them"
    )
    sound = not (seen.lost or seen.doubled or seen.misplaced or seen.open_intents or seen.status)
    sound = sound and before == options.ordinary and seen.huge_lies_in == "cur"
    return 0 if sound and seen.peak_bytes <= bound and seen.worker_bytes <= limits.memory_bytes else 1


if __name__ == "__main__":
    sys.exit(main())
