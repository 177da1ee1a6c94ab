"""Passes that kill -9 ends at a chosen step, each in a process of its own.

A step is a point of time: before and after each write to the ledger, and for each IMAP command the moment when it was sent,
and the moment when its answer was read. One parent has everything imported and forks a child for each life, so that a life
costs no more than its pass. The child sends itself SIGKILL: nothing tidies up, nothing is flushed, no socket says goodbye.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from tests.scanner.world import scan
from vigie.ledger.database import Database
from vigie.ledger.store import Ledger
from vigie.scanner import lock
from vigie.scanner.mailboxes.imap_wire import Wire
from vigie.scanner.settings import AccountSettings

ROOT = Path(__file__).parents[2]
ONE_WAY = frozenset({"write done", "CREATE answered", "SUBSCRIBE answered", "STORE answered"})
UNDER_WAY = frozenset({"MOVE", "COPY", "EXPUNGE", "APPEND"})
"""Died when they were sent, the server may still be at it."""


@dataclass(frozen=True, slots=True)
class Life:
    """How a pass ended: killed, or not; the names of its steps, in order, when it was not."""

    killed: bool
    steps: tuple[str, ...] = ()

    def changes(self) -> list[int]:
        """The numbers of the steps at which the world is another one than at the step before. Steps count from 1.

        Who dies between two of them dies in the same world.
        """
        return [
            number
            for number, name in enumerate(self.steps, 1)
            if number == 1 or name in ONE_WAY or name.split()[0] in UNDER_WAY
        ]


class Lives:
    """The parent. A context manager."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.scanner.lives"]
        self._parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Lives:
        return self

    def __exit__(self, *_: object) -> None:
        self._parent.kill()
        self._parent.communicate()

    def live(self, account: AccountSettings, ledger: Path, last: int | None, **options: object) -> Life:
        """One pass; it dies at step `last`. `options`: of world.scan."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        asked = {"account": account.model_dump_json(), "ledger": str(ledger), "last": last, "options": options}
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        killed, steps = json.loads(self._parent.stdout.readline())
        return Life(killed, tuple(steps))


def _mortal(tick: Callable[[str], None]) -> None:
    """Every write and every command of this process ticks."""
    writing, command, complete = Database.writing, vars(Wire.__mro__[1])["_command"], Wire._command_complete

    @contextlib.contextmanager
    def write(self: Database) -> Iterator[Connection]:
        tick("write begins")
        with writing(self) as connection:
            yield connection
        tick("write done")

    def send(self: Wire, name: str, *arguments: Any) -> Any:
        tag = command(self, name, *arguments)
        tick(f"{arguments[0] if name == 'UID' else name} sent")
        self.__dict__["_said"] = arguments[0] if name == "UID" else name
        return tag

    def answered(self: Wire, name: str, tag: bytes) -> Any:
        result = complete(self, name, tag)
        tick(f"{self.__dict__['_said']} answered")
        return result

    Database.writing = write  # type: ignore[method-assign]  # a step of this life is counted
    Wire._command = send  # type: ignore[attr-defined]  # imaplib has no types for it
    Wire._command_complete = answered  # type: ignore[method-assign]  # as above


def _live(asked: dict[str, Any]) -> list[str]:
    steps: list[str] = []

    def tick(name: str) -> None:
        steps.append(name)
        if len(steps) == asked["last"]:
            os.kill(os.getpid(), signal.SIGKILL)
            threading.Event().wait()

    with Ledger(f"sqlite:///{asked['ledger']}") as ledger:  # opening and migrating it is the ledger's own business
        _mortal(tick)
        scan(AccountSettings.model_validate_json(asked["account"]), ledger, **asked["options"])
    return steps


def _serve() -> None:
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if not child:
            os.close(read)
            status = 1
            try:
                os.write(write, json.dumps(_live(json.loads(line))).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(write)
        with os.fdopen(read) as pipe:
            told = pipe.read()
        _, ended = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(ended) and os.WTERMSIG(ended) == signal.SIGKILL
        assert killed or told, "the pass failed"
        print(json.dumps([killed, json.loads(told) if told else []]), flush=True)


if __name__ == "__main__":
    lock.WAIT_S = 0.0  # a lock that outlives its process must show, not be waited for
    _serve()
