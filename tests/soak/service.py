"""`vigie run` for ten minutes while five mails a second arrive by LMTP: nothing missed, memory flat."""

from __future__ import annotations

import argparse
import hashlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.generate import mixed
from tests.servers.dovecot import Dovecot, contents, hashes
from tests.soak.configuration import VIGIE, write_config


def resident_kib(pid: int) -> int:
    """Resident memory of a process and all its descendants, KiB."""
    total, todo = 0, [pid]
    while todo:
        here = todo.pop()
        try:
            status = Path(f"/proc/{here}/status").read_text()
            # Each thread has children of its own: the judging processes are not the main thread's.
            for task in Path(f"/proc/{here}/task").iterdir():
                todo += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
    return total


def main() -> int:
    """0 when every delivered message was judged once and is still somewhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=5)
    options = parser.parse_args()
    count = int(options.minutes * 60 * options.rate)
    server = Dovecot()
    sent: Counter[str] = Counter()
    memory: list[int] = []
    try:
        account = server.account("busy")
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as name:
            folder = Path(name)
            config = write_config(folder, [account], mode="enforce", idle="true", schedule='"1m"')
            with (folder / "log.txt").open("wb") as log:
                service = subprocess.Popen([VIGIE, "--config", str(config), "run"], stdout=log, stderr=log)
            started = time.monotonic()
            for number, raw in enumerate(mixed(count, seed=11)):
                time.sleep(max(0.0, started + number / options.rate - time.monotonic()))
                server.deliver(account, raw)
                sent[hashlib.sha256(raw).hexdigest()] += 1
                if number % int(options.rate * 15) == 0:
                    memory.append(resident_kib(service.pid))
                    print(
                        f"{time.monotonic() - started:6.0f} s  sent {number + 1:5}  memory {memory[-1] / 1024:.0f} MiB",
                        flush=True,
                    )
            delivered = hashes(account)
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and judged(folder) < count:
                time.sleep(0.2)
            late = time.monotonic() - started - count / options.rate
            service.send_signal(signal.SIGTERM)
            code = service.wait(30)
            found = judged(folder)
            print((folder / "log.txt").read_text()[-1500:])
        after = hashes(account)
        folders = {folder: len(mails) for folder, mails in contents(account).items()}
    finally:
        server.stop()
    steady = memory[len(memory) // 4 :] or memory
    print(f"sent {count}, judged {found}, all judged {late:.1f} s after the last one was due; exit status {code}")
    print(
        f"messages before the last look {delivered.total()}, now {after.total()}; lost {(delivered - after).total()}; {folders}"
    )
    print(
        f"memory of all processes: {steady[0] / 1024:.0f} MiB after a quarter of the time, {steady[-1] / 1024:.0f} MiB at the end"
    )
    return 0 if found == count and not delivered - after and code == 0 else 1


def judged(folder: Path) -> int:
    """Messages that the ledger has a record of."""
    try:
        with sqlite3.connect(f"file:{folder}/vigie.db?mode=ro", uri=True) as ledger:
            return int(ledger.execute("select count(*) from records").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
