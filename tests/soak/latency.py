"""From a delivery by LMTP to quarantined and closed in the ledger, beside the time that Dovecot alone needs to tell IDLE.

Both in one run: a client of ours idles on INBOX while `vigie run` does; the clock starts when LMTP has said 250.
"""

from __future__ import annotations

import argparse
import contextlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path
from statistics import quantiles

from tests.benchmarks.generate import false
from tests.servers.dovecot import Dovecot, client
from tests.soak.configuration import VIGIE, write_config
from vigie.scanner.settings import AccountSettings


class Idler(threading.Thread):
    """A client that notes when the server says EXISTS, by the number of messages."""

    def __init__(self, account: AccountSettings) -> None:
        super().__init__(daemon=True)
        self._account = account
        self.ready = threading.Event()
        self.stop = threading.Event()
        self.heard: list[float] = []

    def run(self) -> None:
        """One IDLE, its socket read as soon as there is something."""
        with client(self._account) as connection:
            connection.select_folder("INBOX", readonly=True)
            connection.idle()
            self.ready.set()
            while not self.stop.is_set():
                said = connection.idle_check(timeout=0.5)
                if any(isinstance(item, tuple) and b"EXISTS" in item for item in said):
                    self.heard.append(time.time())
            with contextlib.suppress(Exception):
                connection.idle_done()


def main() -> int:
    """0 when every false mail came to quarantine."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=100)
    parser.add_argument("--gap", type=float, default=1.0, help="seconds from one mail to the next")
    options = parser.parse_args()
    server = Dovecot()
    try:
        account = server.account("fast", tls="none", port=server.port)
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as name:
            folder = Path(name)
            config = write_config(folder, [account], mode="enforce", idle="true", schedule='"1m"', tls='"none"')
            idler = Idler(account)
            idler.start()
            with (folder / "log.txt").open("wb") as log:
                service = subprocess.Popen([VIGIE, "--config", str(config), "run"], stdout=log, stderr=log)
            idler.ready.wait(10)
            server.deliver(
                account, next(false(1, seed=2))
            )  # until it is quarantined the judging processes have started
            while not _instants(folder / "vigie.db")[1]:
                time.sleep(0.2)
            idler.heard.clear()
            sent = [_delivered(server, account, raw, options.gap) for raw in false(options.mails, seed=3)]
            time.sleep(5)
            idler.stop.set()
            service.send_signal(signal.SIGTERM)
            code = service.wait(30)
            judged, done = (times[1:] for times in _instants(folder / "vigie.db"))
    finally:
        server.stop()
    told = [next((heard - at for heard in idler.heard if heard > at), float("nan")) for at in sent]
    print(f"{len(sent)} false mails, one every {options.gap:g} s; {len(done)} quarantined; exit status {code}")
    _say("Dovecot alone, LMTP 250 to EXISTS in IDLE", told)
    _say("Vigie, LMTP 250 to judged and durable", [late - at for at, late in zip(sent, judged, strict=True)])
    _say(
        "Vigie, LMTP 250 to quarantined, verified and closed", [late - at for at, late in zip(sent, done, strict=True)]
    )
    return 0 if len(done) == len(sent) else 1


def _delivered(server: Dovecot, account: AccountSettings, raw: bytes, gap: float) -> float:
    server.deliver(account, raw)
    at = time.time()
    time.sleep(gap)
    return at


def _instants(path: Path) -> tuple[list[float], list[float]]:
    """When each was judged and when its intent was closed, in the order of arrival."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as ledger:
            rows = ledger.execute(
                "select records.judged_at, outcomes.at from records join intents on intents.record_id = records.id "
                "join outcomes on outcomes.intent_id = intents.id where outcomes.state = 'done' order by records.uid"
            ).fetchall()
    except sqlite3.OperationalError:  # the service has not made it yet
        rows = []
    judged, done = zip(*rows, strict=True) if rows else ((), ())
    return [datetime.fromisoformat(at).timestamp() for at in judged], [
        datetime.fromisoformat(at).timestamp() for at in done
    ]


def _say(what: str, seconds: list[float]) -> None:
    cuts = quantiles(seconds, n=100, method="inclusive")
    print(f"{what}: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, worst {max(seconds) * 1000:.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
