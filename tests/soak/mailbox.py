"""A mailbox of 5,000 mixed mails, scanned in enforce mode: the union of all folders' SHA-256 is the same before and after."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.generate import mixed
from tests.servers.dovecot import Dovecot, append, contents, hashes
from tests.soak.configuration import VIGIE, write_config


def main() -> int:
    """0 when nothing was lost, doubled or changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=5000)
    count = parser.parse_args().mails
    server = Dovecot()
    try:
        account = server.account("big")
        append(account, *mixed(count, seed=7))
        before = hashes(account)
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as name:
            config = write_config(Path(name), [account], mode="enforce")
            for turn in ("first", "second"):
                started = time.monotonic()
                done = subprocess.run(
                    [VIGIE, "--config", str(config), "scan", "--no-fail"], capture_output=True, text=True, check=False
                )
                wall = time.monotonic() - started
                print(f"{turn} scan: {wall:.1f} s, {count / wall:.0f} messages/s, exit {done.returncode}")
                print(done.stdout[-1500:], done.stderr[-1500:], sep="\n")
        after = hashes(account)
        folders = {folder: len(mails) for folder, mails in contents(account).items()}
    finally:
        server.stop()
    print(
        f"before {before.total()} messages, after {after.total()}; lost {(before - after).total()}, new {(after - before).total()}"
    )
    print(f"folders: {folders}")
    return 0 if before == after and done.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
