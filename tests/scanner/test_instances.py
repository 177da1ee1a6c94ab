"""Several Vigies on one mailbox do no harm (I-48): a lock that dies with its process, and moves that cannot happen twice."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scanner.test_crashes import ROOT, process
from tests.scanner.world import QUARANTINE, mail, places, scan
from tests.servers.dovecot import Dovecot, append, hashes
from vigie.ledger.store import Ledger
from vigie.ledger.types import State
from vigie.scanner.lock import AccountBusyError, account_lock, path_for

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from vigie.scanner.lock import account_lock
with account_lock(Path(sys.argv[1]), "accueil"):
    child = subprocess.Popen(["sleep", "60"], close_fds=False)
    print(child.pid, flush=True)
    time.sleep(60)
"""


@contextlib.contextmanager
def holder(ledger: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that holds the account, with a child that outlives it."""
    command = [sys.executable, "-c", HOLDER, str(ledger)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        child = int(running.stdout.readline())
        try:
            yield running, child
        finally:
            running.kill()
            os.kill(child, signal.SIGKILL)


def test_the_lock_dies_with_its_process_and_not_later(tmp_path: Path) -> None:
    path = tmp_path / "vigie.db"
    with holder(path) as (running, child):
        with pytest.raises(AccountBusyError), account_lock(path, "accueil", wait_s=0):
            pass
        with account_lock(path, "direction", wait_s=0):
            pass  # each account has its own
        running.send_signal(signal.SIGKILL)
        running.wait()
        os.kill(child, 0)  # a judging process that has not noticed yet holds nothing
        with account_lock(path, "accueil", wait_s=0):
            pass


def test_three_instances_of_one_ledger_of_which_some_are_killed(dovecot_uidplus: Dovecot, tmp_path: Path) -> None:
    account, path = dovecot_uidplus.account(tls="none", port=dovecot_uidplus.port), tmp_path / "vigie.db"
    append(account, *(mail(f"m{number}", "impersonation" if number % 2 else "unrelated") for number in range(60)))
    before, chance = hashes(account), random.Random(20261122)
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(process(account, path)) for _ in range(3)]
        while not path.exists():
            time.sleep(0.01)
        for one in running[:2]:
            time.sleep(chance.uniform(0.2, 0.6))
            one.kill()
        assert running[2].wait(60) == 0
    assert not before - hashes(account)
    with Ledger(f"sqlite:///{path}") as ledger:
        scan(account, ledger)
        again = scan(account, ledger)
        assert (again.judged, again.recovered) == (0, 0)
        done = [
            outcome.state
            for record in ledger.records()
            for _, outcome in ledger.outcomes(record.id)
            if outcome is not None
        ]
    assert Counter(done) == {State.DONE: 30}
    assert hashes(account) == before
    assert set(map(tuple, places(account).values())) == {("INBOX",), (QUARANTINE,)}


def test_three_instances_that_know_nothing_of_each_other_lose_nothing(dovecot: Dovecot, tmp_path: Path) -> None:
    """Each with a ledger of its own, as on three machines: not supported, and yet nothing is lost.

    Dovecot itself makes two copies of a message that two sessions move in the same instant (it copies, then expunges).
    """
    account = dovecot.account(tls="none", port=dovecot.port)
    append(account, mail("marque"), flags=("\\Deleted",))
    append(account, *(mail(f"m{number}", "impersonation") for number in range(25)))
    before = hashes(account)
    failed: list[int] = []

    def work(name: str) -> None:
        with Ledger(f"sqlite:///{tmp_path / name}") as ledger:
            failed.append(scan(account, ledger).failed)

    threads = [threading.Thread(target=work, args=(f"{number}.db",)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == [0, 0, 0]
    assert set(hashes(account)) == set(before)
    lying = places(account)
    assert lying.pop("marque") == ["INBOX"]
    assert {folder for folders in lying.values() for folder in folders} == {QUARANTINE}


def test_a_lock_that_root_takes_is_the_services(tmp_path: Path) -> None:
    path = tmp_path / "vigie.db"
    path.touch()
    service = 65534 if os.geteuid() == 0 else os.geteuid()
    os.chown(path, service, -1)
    with account_lock(path, "accueil"):
        found = path_for(path, "accueil").stat()
    assert (found.st_uid, found.st_mode & 0o777) == (service, 0o600)
