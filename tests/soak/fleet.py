"""`vigie run` on forty mailboxes for an hour while mail arrives by LMTP: nothing lost, doubled or late, memory and files flat."""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import quantiles

from tests.benchmarks.generate import mixed
from tests.servers.dovecot import Dovecot, hashes
from tests.soak.configuration import VIGIE, write_config
from tests.soak.service import resident_kib


def main() -> int:
    """0 when every delivered mail was judged once, lies somewhere once, and the false ones are in quarantine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--mailboxes", type=int, default=40)
    parser.add_argument("--rate", type=float, default=3, help="mails a second, over all mailboxes")
    options = parser.parse_args()
    count = int(options.minutes * 60 * options.rate)
    server, chance = Dovecot(), random.Random(40)
    sent: dict[str, list[float]] = {}
    false = 0
    try:
        accounts = [server.account(f"box{number}", tls="none", port=server.port) for number in range(options.mailboxes)]
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as name:
            folder = Path(name)
            config = write_config(folder, accounts, mode="enforce", idle="true", schedule='"5m"', tls='"none"')
            with (folder / "log.txt").open("wb") as log:
                service = subprocess.Popen([VIGIE, "--config", str(config), "run"], stdout=log, stderr=log)
            time.sleep(10)
            started, memory, files = time.monotonic(), [], []
            for number, raw in enumerate(mixed(count, seed=40)):
                time.sleep(max(0.0, started + number / options.rate - time.monotonic()))
                account = chance.choice(accounts)
                server.deliver(account, raw)
                sent.setdefault(account.name, []).append(time.time())
                false += b"renouvellement-" in raw
                if number % max(count // 20, 1) == 0:
                    memory.append(resident_kib(service.pid) / 1024)
                    files.append(len(os.listdir(f"/proc/{service.pid}/fd")))  # noqa: PTH208 - no Path is needed of them
            time.sleep(15)
            spent = sum(int(word) for word in Path(f"/proc/{service.pid}/stat").read_text().split()[13:17])
            service.send_signal(signal.SIGTERM)
            code = service.wait(60)
            late, quarantined = _told(folder / "vigie.db", sent)
            contents = {account.name: hashes(account) for account in accounts}
            log_lines = (folder / "log.txt").read_text(errors="replace").splitlines()
    finally:
        server.stop()
    total = Counter({name: found.total() for name, found in contents.items()})
    doubled = sum(times - 1 for found in contents.values() for times in found.values() if times > 1)
    lost = sum((Counter({name: len(times) for name, times in sent.items()}) - total).values())
    print(
        f"{options.mailboxes} mailboxes, {count} mails in {options.minutes:g} min, {false} of them false; exit {code}"
    )
    print(f"judged {len(late)}, quarantined {quarantined}; lost {lost}, doubled {doubled}")
    cuts = quantiles(late, n=100, method="inclusive")
    print(
        f"LMTP 250 to judged: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, worst {max(late) * 1000:.0f} ms"
    )
    print(f"memory of all processes, MiB: {[round(one) for one in memory]}; open files of the service: {files}")
    print(f"CPU of the service and its ended children: {spent / os.sysconf('SC_CLK_TCK'):.0f} s")
    print(f"lines of log {len(log_lines)}, tracebacks {sum(line.startswith('Traceback') for line in log_lines)}")
    sound = not lost and not doubled and len(late) == count and quarantined == false
    return 0 if sound and code == 0 else 1


def _told(path: Path, sent: dict[str, list[float]]) -> tuple[list[float], int]:
    """Seconds from each delivery to its judgement, the n-th of a mailbox being its n-th UID; intents that are done."""
    late: list[float] = []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
        for account, times in sent.items():
            rows = ledger.execute("select judged_at from records where account = ? order by uid", (account,)).fetchall()
            late += [datetime.fromisoformat(at).timestamp() - when for when, (at,) in zip(times, rows, strict=False)]
        done = ledger.execute("select count(*) from intents where state = 'done' and kind = 'quarantine'").fetchone()
    return late, int(done[0])


if __name__ == "__main__":
    sys.exit(main())
