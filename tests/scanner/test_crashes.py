"""A scan that dies at every single step: nothing is lost, nothing is doubled, the end is the same, and one more run changes nothing.

(threats A-13d, I-01, I-07) Every life is a process of its own that kill -9 ends, see lives; here at each step that changes
something outside of the process, with each way to move at every third of them, under `make soak` (tests.soak.steps) at each
step with each. A second test kills processes at random times.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.effort import often
from tests.scanner.crashing import SCENARIOS, Harness
from tests.scanner.lives import Lives
from tests.scanner.test_supervisor import until
from tests.scanner.world import QUARANTINE, mail, places, scan
from tests.servers.dovecot import Dovecot, append, hashes
from vigie.ledger.store import Ledger
from vigie.scanner.settings import AccountSettings

ROOT = Path(__file__).parents[2]
MAILS, KILLS = often((120, 4), (300, 8))


@pytest.fixture(scope="module")
def lives() -> Iterator[Lives]:
    with Lives() as parent:
        yield parent


@pytest.mark.parametrize(
    ("server", "scenario", "every"),
    [
        ("dovecot", "incoming", 1),
        ("dovecot_uidplus", "incoming", 3),
        ("dovecot_poor", "copied", 3),
        ("pymap", "incoming", 3),
        ("dovecot", "released", 3),
        ("dovecot", "asked", 2),
        ("dovecot_uidplus", "asked", 4),
        ("dovecot", "reported", 4),
    ],
)
def test_death_at_every_change(
    server: str, scenario: str, every: int, lives: Lives, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    harness = Harness(lives, request.getfixturevalue(server), SCENARIOS[scenario], tmp_path)
    steps = harness.whole.changes()
    assert len(steps) > 6
    for last in steps[::every]:
        harness.check(last)


VICTIM = """
import sys
from tests.scanner.test_crashes import victim
victim(*sys.argv[1:])
"""


def victim(account: str, path: str) -> None:
    """What the killed process does: one whole pass in enforce mode."""
    with Ledger(f"sqlite:///{path}") as ledger:
        scan(AccountSettings.model_validate_json(account), ledger)


@contextlib.contextmanager
def process(account: AccountSettings, path: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", VICTIM, account.model_dump_json(), str(path)]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def test_kill_9_at_random_and_start_again_at_once(dovecot: Dovecot, tmp_path: Path) -> None:
    account, path = dovecot.account(), tmp_path / "vigie.db"
    kinds = ["impersonation", "unrelated", "suspicious", "unrelated", "genuine proven"]
    append(account, *(mail(f"m{number}", kinds[number % 5]) for number in range(MAILS)))
    before = hashes(account)
    chance, kills = random.Random(20261122), 0  # the same points each time, as far as a machine lets us
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        with process(account, path) as running:
            base = path.stat().st_mtime_ns if path.exists() else 0
            while running.poll() is None and (not path.exists() or path.stat().st_mtime_ns == base):
                time.sleep(0.01)
                if kills >= KILLS and running.poll() is None:
                    break
            if kills < KILLS:
                time.sleep(chance.uniform(0.0, 0.5))
                if running.poll() is None:
                    os.kill(running.pid, signal.SIGKILL)
                    kills += 1
                    # the server may still be at what the dead one asked of it
                    assert until(lambda: not before - hashes(account))
                    continue
            assert running.wait(120) == 0
            break
    with Ledger(f"sqlite:///{path}") as ledger:
        again = scan(account, ledger)
        assert (again.judged, again.recovered) == (0, 0)
        verdicts = Counter(record.verdict for record in ledger.records())
    assert verdicts == Counter(
        impersonation=MAILS // 5, unrelated=MAILS // 5 * 2, suspicious=MAILS // 5, genuine=MAILS // 5
    )
    assert hashes(account) == before
    for subject, folders in places(account).items():
        assert folders == [QUARANTINE if int(subject[1:]) % 5 == 0 else "INBOX"], subject
