"""Messages per CPU second of `vigie check`, per second of `vigie scan` beside imapclient's own fetch, and what the evidence costs."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.evidence import bench_evidence
from tests.benchmarks.generate import mixed
from tests.servers.dovecot import Dovecot, append, client
from tests.soak.configuration import VIGIE, write_config

COUNT = 1000


def cpu_of_children() -> float:
    """Seconds of CPU, user and system, of all processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(*arguments: str, cwd: Path) -> tuple[float, float]:
    """Wall seconds and CPU seconds of one vigie command. Its own output goes to a file."""
    before, started = cpu_of_children(), time.monotonic()
    with (cwd / "output.txt").open("wb") as output:
        done = subprocess.run([VIGIE, *arguments], cwd=cwd, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode not in (0, 1):
        sys.exit(
            f"vigie {' '.join(arguments)} ended with {done.returncode}:\n{(cwd / 'output.txt').read_text()[-2000:]}"
        )
    return time.monotonic() - started, cpu_of_children() - before


def bench_check(folder: Path, mails: list[bytes]) -> None:
    """`vigie check` over a folder of files; every name server look-up is answered "no such name" at once."""
    (folder / "zone.toml").write_text("[txt]\n")
    (folder / "vigie.toml").write_text(
        f'[ledger]\nurl = "sqlite:///{folder}/check.db"\n[dns]\nzone_file = "zone.toml"\n'
    )
    box = folder / "mails"
    box.mkdir()
    for number, raw in enumerate(mails):
        (box / f"{number:05}.eml").write_bytes(raw)
    wall, cpu = run("--config", str(folder / "vigie.toml"), "check", "--json", "--no-fail", str(box), cwd=folder)
    empty = run(
        "--config", str(folder / "vigie.toml"), "check", "--json", "--no-fail", str(box / "00000.eml"), cwd=folder
    )
    print(f"check: {len(mails)} messages, {sum(map(len, mails)) / 1e6:.1f} MB: {wall:.2f} s, {cpu:.2f} s of CPU")
    print(
        f"check: {len(mails) / cpu:.0f} messages per CPU second, start-up included ({empty[1]:.2f} s of CPU for one message)"
    )
    print(f"check: {(len(mails) - 1) / (cpu - empty[1]):.0f} messages per CPU second without start-up")


def bench_scan(folder: Path, mails: list[bytes]) -> None:
    """`vigie scan` of a Dovecot folder, then the bare fetch of the same bytes by imapclient."""
    server = Dovecot()
    try:
        account = server.account("bench")
        append(account, *mails)
        with client(account) as imap:
            imap.select_folder("INBOX", readonly=True)
            started = time.monotonic()
            uids = imap.search()
            for first in range(0, len(uids), 100):
                imap.fetch(uids[first : first + 100], ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])
            bare = time.monotonic() - started
        config = write_config(folder, [account], mode="observe")
        wall, cpu = run("--config", str(config), "scan", "--no-fail", cwd=folder)
    finally:
        server.stop()
    print(f"fetch: {len(mails) / bare:.0f} messages per second by imapclient alone ({bare:.2f} s)")
    print(
        f"scan:  {len(mails) / wall:.0f} messages per second by vigie scan ({wall:.2f} s, {cpu:.2f} s of CPU, start-up included)"
    )


def main() -> None:
    """Runs all three."""
    mails = list(mixed(COUNT))
    print(f"{COUNT} generated mails, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="vigie-bench-") as name:
        bench_check(Path(name), mails)
        bench_scan(Path(name), mails)
    bench_evidence(COUNT)


if __name__ == "__main__":
    main()
