"""A scan that dies at every single step, before it and after it: nothing is lost, nothing is doubled, the end is the same.

(threats A-13d, I-01, I-07) A step is one write to the ledger or one IMAP command. In this process death is an exception
that nothing here catches, and after which neither the connection nor the ledger obeys any more: what `finally` blocks
would still write does not reach them, as after kill -9. A second test kills real processes at random.
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scanner.world import QUARANTINE, ScriptedPool, look, mail, places, scan, sha
from tests.servers.dovecot import Dovecot, append, hashes
from vigie.ledger.store import Ledger
from vigie.ledger.types import State
from vigie.scanner import cycle
from vigie.scanner.mailboxes import imap
from vigie.scanner.session import Session
from vigie.scanner.settings import AccountSettings

MAILS = [mail("faux", "impersonation"), mail("douteux", "suspicious"), mail("facture")]
WRITES = ("add_records", "count_attempts", "uncount_attempts", "open_intent", "advance", "close_intent")
ROOT = Path(__file__).parents[2]


class Killed(BaseException):
    """Death. Nothing of ours catches it."""


class Life:
    """Counts steps and ends at the `last`: before its effect when `last` is odd, after it when it is even."""

    def __init__(self, last: int | None) -> None:
        self.last = last
        self.steps = 0

    @property
    def over(self) -> bool:
        return self.last is not None and self.steps >= self.last

    def mortal(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            self._tick()
            result = method(*arguments, **options)
            self._tick()
            return result

        return step

    def _tick(self) -> None:
        if self.over:
            raise Killed
        self.steps += 1
        if self.over:
            raise Killed


def live(account: AccountSettings, path: Path, last: int | None) -> Life:
    """One pass that dies at step `last`."""
    life = Life(last)

    opened: list[imap.ImapMailbox] = []

    def connect(settings: AccountSettings) -> imap.ImapMailbox:
        mailbox = imap.connect(settings)
        opened.append(mailbox)
        mailbox._session.command = life.mortal(mailbox._session.command)  # type: ignore[method-assign]
        return mailbox

    with Ledger(f"sqlite:///{path}") as ledger:
        for name in WRITES:
            setattr(ledger, name, life.mortal(getattr(ledger, name)))
        session = Session(account, connect)
        with contextlib.suppress(Killed):
            cycle.scan(account, ledger, ScriptedPool(), folder="INBOX", mode="enforce", session=session)
    for mailbox in opened:  # the system closes a dead process's sockets
        mailbox._session.wire.shutdown()
    return life


def picture(account: AccountSettings) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return [(seen.folder, seen.subject, seen.sha256, seen.flags) for seen in look(account)]


@pytest.mark.parametrize("name", ["dovecot", "dovecot_uidplus", "dovecot_poor"])
def test_death_at_every_step(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    server: Dovecot = request.getfixturevalue(name)
    mails = MAILS if name == "dovecot" else MAILS[:1]  # the ways differ in how they move, not in how they tag
    # In the clear over loopback: six logins a step, and what they are about is not TLS.
    quiet = server.account(tls="none", port=server.port)
    append(quiet, *mails, flags=("perso",))
    steps = live(quiet, tmp_path / "whole.db", None).steps
    wanted = picture(quiet)
    assert steps > 20
    # Between the effect of one step and the next step nothing changes outside the process: dying there once is enough.
    for last in (1, *range(2, steps + 1, 2)):
        account = server.account(tls="none", port=server.port)
        append(account, *mails, flags=("perso",))
        path = tmp_path / f"{last}.db"
        assert live(account, path, last).over
        assert {sha(raw) for raw in mails} <= set(hashes(account)), f"step {last}: lost at once"
        with Ledger(f"sqlite:///{path}") as ledger:
            scan(account, ledger)
            assert picture(account) == wanted, f"step {last}: another end than without a kill"
            assert ledger.open_intents(account.name) == []
            told = [intent for record in ledger.records() for intent, _ in ledger.outcomes(record.id)]
            again = scan(account, ledger)
            assert (again.judged, again.recovered, again.quarantined, again.tagged) == (0, 0, 0, 0), f"step {last}"
            assert [intent for record in ledger.records() for intent, _ in ledger.outcomes(record.id)] == told, (
                f"step {last}"
            )
            records = list(ledger.records())
            assert len(records) == len(mails)
            done = [o.state for record in records for _, o in ledger.outcomes(record.id) if o and o.state is State.DONE]
            assert len(done) == sum(b"X-Verdict: unrelated" not in raw for raw in mails), f"step {last}"


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
    append(account, *(mail(f"m{number}", kinds[number % 5]) for number in range(300)))
    before = hashes(account)
    chance, kills = random.Random(20261122), 0  # the same points each time, as far as a machine lets us
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        with process(account, path) as running:
            base = path.stat().st_mtime_ns if path.exists() else 0
            while running.poll() is None and (not path.exists() or path.stat().st_mtime_ns == base):
                time.sleep(0.01)
                if kills >= 8 and running.poll() is None:
                    break
            if kills < 8:
                time.sleep(chance.uniform(0.0, 0.5))
                if running.poll() is None:
                    os.kill(running.pid, signal.SIGKILL)
                    kills += 1
                    assert Counter(before) - Counter(hashes(account)) == Counter()
                    continue
            assert running.wait(120) == 0
            break
    with Ledger(f"sqlite:///{path}") as ledger:
        again = scan(account, ledger)
        assert (again.judged, again.recovered) == (0, 0)
        verdicts = Counter(record.verdict for record in ledger.records())
    assert verdicts == Counter(impersonation=60, unrelated=120, suspicious=60, genuine=60)
    assert hashes(account) == before
    for subject, folders in places(account).items():
        assert folders == [QUARANTINE if int(subject[1:]) % 5 == 0 else "INBOX"], subject
