"""`vigie run` (enforce) on a mailbox where another client appends, moves, flags, expunges and disconnects all the time.

With --instances, so many `vigie run` on one ledger; with --kill, one of them is killed with -9 every so many seconds and
started again. Every message has content of its own. At the end each one that the client did not ask to be expunged lies in
exactly one folder, what others have marked as deleted is still there, and every false mail that was left alone is in
quarantine.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import imaplib
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from imapclient import IMAPClient

from tests.benchmarks.generate import false, mixed
from tests.conftest import VARIANTS
from tests.scanner.world import look
from tests.servers.dovecot import Dovecot, append, client
from tests.soak.configuration import VIGIE, write_config
from vigie.scanner.settings import AccountSettings

ARCHIVE = "Archives"
QUARANTINE = "Quarantaine"
WEIGHTS = (30, 20, 8, 8, 6, 3)
"""Appends, flags, moves, moves back, expunges, disconnects."""
FAULTS = (imaplib.IMAP4.error, OSError)
"""What the client's own connection may meet: it goes on with another one."""


@dataclass
class Told:
    """What the client has done, by SHA-256."""

    stored: Counter[str] = field(default_factory=Counter)
    expunged: set[str] = field(default_factory=set)
    """It asked for that; whether it came to it before Vigie moved the message nobody knows."""
    moved: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Chaos(threading.Thread):
    """One client. Whatever meets a fault ends its connection, and the next one goes on."""

    def __init__(self, account: AccountSettings, mails: list[bytes], told: Told, seed: int, until: float) -> None:
        super().__init__(daemon=True)
        self._account = account
        self._mails = mails
        self._told = told
        self._chance = random.Random(seed)
        self._until = until

    def run(self) -> None:
        """Until the time is over."""
        while time.monotonic() < self._until:
            with contextlib.suppress(*FAULTS), client(self._account) as connection:
                self._session(connection)

    def _session(self, connection: IMAPClient) -> None:
        connection.select_folder("INBOX")
        while time.monotonic() < self._until:
            time.sleep(self._chance.uniform(0.0, 0.2))
            deed = self._chance.choices(
                (self._append, self._flag, self._move, self._back, self._expunge, self._disconnect),
                (30, 20, 8, 8, 6, 3),
            )[0]
            with self._told.lock:
                self._told.done[deed.__name__.strip("_")] += 1
            deed(connection)

    def _append(self, connection: IMAPClient) -> None:
        with self._told.lock:
            if not self._mails:
                return
            raw = self._mails.pop()
        connection.append("INBOX", raw)
        with self._told.lock:
            self._told.stored[sha(raw)] += 1

    def _flag(self, connection: IMAPClient) -> None:
        uid = self._one(connection)
        if uid:
            flag = self._chance.choice(["\\Seen", "\\Flagged", "perso"])
            self._chance.choice([connection.add_flags, connection.remove_flags])([uid], [flag], silent=True)

    def _move(self, connection: IMAPClient) -> None:
        """Out of INBOX, also into quarantine."""
        uid = self._one(connection)
        if uid and (raw := _raw(connection, uid)) is not None:
            with self._told.lock:
                self._told.moved.add(sha(raw))
            connection.move([uid], self._chance.choice([ARCHIVE, QUARANTINE]))

    def _back(self, connection: IMAPClient) -> None:
        """Out of another folder, also out of quarantine, into INBOX."""
        connection.select_folder(self._chance.choice([ARCHIVE, QUARANTINE]))
        uid = self._one(connection)
        if uid and (raw := _raw(connection, uid)) is not None:
            with self._told.lock:
                self._told.moved.add(sha(raw))
            connection.move([uid], "INBOX")
        connection.select_folder("INBOX")

    def _expunge(self, connection: IMAPClient) -> None:
        uid = self._one(connection)
        if uid and (raw := _raw(connection, uid)) is not None:
            with self._told.lock:
                self._told.expunged.add(sha(raw))
            connection.add_flags([uid], ["\\Deleted"], silent=True)
            time.sleep(self._chance.uniform(0.0, 0.1))
            connection.uid_expunge([uid])

    def _disconnect(self, connection: IMAPClient) -> None:
        connection.shutdown()
        raise ConnectionError

    def _one(self, connection: IMAPClient) -> int:
        # What others have marked is theirs.
        uids = connection.search(["UNDELETED"])
        return int(self._chance.choice(uids[-20:])) if uids else 0


def _raw(connection: IMAPClient, uid: int) -> bytes | None:
    """None where it has gone meanwhile: then Dovecot leaves it out, or says NIL."""
    raw = connection.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
    return None if raw is None else bytes(raw)


def _kept(raw: bytes) -> bool:
    """A server keeps these bytes as they are: no NUL, no line end but CR LF."""
    return b"\0" not in raw and raw == raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def sha(raw: bytes) -> str:
    """In hex."""
    return hashlib.sha256(raw).hexdigest()


class Instances:
    """So many `vigie run` of one configuration."""

    def __init__(self, config: Path, count: int) -> None:
        self._config = config
        self._log = (config.parent / "log.txt").open("ab")
        self._running = [self._started() for _ in range(count)]
        self.kills = 0

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([VIGIE, "--config", str(self._config), "run"], stdout=self._log, stderr=self._log)

    def kill_one(self, chance: random.Random) -> None:
        """With -9, and starts another at once."""
        number = chance.randrange(len(self._running))
        self._running[number].kill()
        self._running[number].wait()
        self._running[number] = self._started()
        self.kills += 1

    def stop(self) -> list[int]:
        """SIGTERM; the exit statuses."""
        for one in self._running:
            one.send_signal(signal.SIGTERM)
        statuses = [one.wait(60) for one in self._running]
        self._log.close()
        return statuses


def main() -> int:
    """0 when nothing was lost, doubled or expunged by us."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--instances", type=int, default=1)
    parser.add_argument("--kill", type=float, default=0, help="seconds from one kill -9 to the next; 0: none")
    parser.add_argument("--clients", type=int, default=2)
    parser.add_argument("--server", default="full", choices=sorted(VARIANTS))
    parser.add_argument("--seed", type=int, default=20261122)
    options = parser.parse_args()
    server, chance, told = Dovecot(VARIANTS[options.server]), random.Random(options.seed), Told()
    try:
        account = server.account("chaos", tls="none", port=server.port)
        foreign = [raw for raw in mixed(20, seed=5) if _kept(raw)]
        append(account, *foreign, flags=("\\Deleted",))
        told.stored.update(sha(raw) for raw in foreign)
        with client(account) as connection:
            for folder in (ARCHIVE, QUARANTINE):
                connection.create_folder(folder)
        count = int(options.minutes * 60 * 5)  # of each kind
        untrue = list(false(count, seed=options.seed))
        pairs = zip(untrue, mixed(count, seed=options.seed), strict=True)
        mails = [raw for pair in pairs for raw in pair if _kept(raw)]
        with tempfile.TemporaryDirectory(prefix="vigie-soak-") as name:
            config = write_config(Path(name), [account], mode="enforce", idle="true", schedule='"30s"', tls='"none"')
            instances = Instances(config, options.instances)
            until = time.monotonic() + options.minutes * 60
            clients = [Chaos(account, mails, told, options.seed + number, until) for number in range(options.clients)]
            for one in clients:
                one.start()
            while time.monotonic() < until:
                time.sleep(min(options.kill or 1, max(until - time.monotonic(), 0)))
                if options.kill:
                    instances.kill_one(chance)
            for one in clients:
                one.join(60)
            waited = settled(account, Path(name, "vigie.db"))
            statuses = instances.stop()
            lines = Path(name, "log.txt").read_text(errors="replace").splitlines()
        print(f"{instances.kills} kills; exit statuses {statuses}; at rest {waited:.0f} s after the last change")
        print(f"tracebacks {sum(line.startswith('Traceback') for line in lines)}, lines of log {len(lines)}")
        return verdict(account, told, {sha(raw) for raw in foreign}, {sha(raw) for raw in untrue})
    finally:
        server.stop()


def settled(account: AccountSettings, ledger: Path, most_s: float = 420) -> float:
    """Waits until everything in INBOX was judged and nothing is to be done; gives the seconds that it took.

    Who was killed three times over a message gives it up for five minutes (I-50): that is waited for, too.
    """
    begun = time.monotonic()
    while time.monotonic() - begun < most_s:
        time.sleep(2)
        with client(account) as connection:
            newest = max(connection.select_folder("INBOX", readonly=True)[b"UIDNEXT"] - 1, 0)
        with contextlib.closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as opened:
            ((last,),) = opened.execute("select max(last_uid) from cursors").fetchall()
            ((waiting,),) = opened.execute(
                "select (select count(*) from intents where state in ('pending', 'moving')) + "
                "(select count(*) from records where retry_at is not null)"
            ).fetchall()
        if last == newest and not waiting:
            break
    return time.monotonic() - begun


def verdict(account: AccountSettings, told: Told, foreign: set[str], untrue: set[str]) -> int:
    """Says what there is, and what should be."""
    seen = look(account)
    found = Counter(item.sha256 for item in seen)
    lost = {one for one in told.stored if not found[one] and one not in told.expunged}
    doubled = {one: found[one] for one in found if found[one] > 1}
    ours = [one for one in doubled if one not in told.moved]
    alone = untrue & set(told.stored) - told.moved - told.expunged - foreign
    there = {item.sha256 for item in seen if item.folder == QUARANTINE}
    strange = sum(one not in told.stored for one in found)
    expunged = foreign - set(found)
    print(f"client: {dict(told.done)}; stored {told.stored.total()}, asked to expunge {len(told.expunged)}")
    print(f"folders: {dict(Counter(item.folder for item in seen))}")
    print(f"false and left alone by the client {len(alone)}, of these not in quarantine {len(alone - there)}")
    print(f"lost {len(lost)}, of unknown content {strange}; expunged of those that others had marked {len(expunged)}")
    print(
        f"doubled {len(ours)}, and {len(doubled) - len(ours)} that the client and Vigie may have moved in one instant"
    )
    return 1 if lost or ours or expunged or alone - there else 0


if __name__ == "__main__":
    sys.exit(main())
