"""Judging processes without the second that loading takes: one parent has everything loaded and forks a child for each.

The child is what `workers` starts otherwise: the same modules and nothing else, one socket of its own, its environment, the limits
that it sets itself. What loads it anew each time: the tests in this folder, and every program that is started by `python -m vigie`.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from vigie.judge import workers

ROOT = Path(__file__).parents[2]
BOOT: Final = workers._BOOT


class Forked:
    """A judging process, as `workers` uses a subprocess.Popen."""

    def __init__(self, sock: socket.socket) -> None:
        """Raises OSError where its parent is no more."""
        self._sock = sock
        self._told = sock.makefile("r")
        self._status: int | None = None
        if not (pid := self._told.readline()):
            raise ConnectionResetError
        self.pid = int(pid)

    def kill(self) -> None:
        """By its parent, which has not seen its end: the number can be nobody else's meanwhile."""
        with contextlib.suppress(OSError):
            self._sock.send(b"k")

    def wait(self, timeout: float | None = None) -> int:
        """As Popen.wait."""
        if self._status is None:
            answer = select.poll()
            answer.register(self._sock, select.POLLIN)
            if not answer.poll(None if timeout is None else timeout * 1000):
                raise subprocess.TimeoutExpired("judging process", timeout or 0)
            self._status = int(self._told.readline())
            self._told.close()
            self._sock.close()
        return self._status


class Start:
    """In the place of the module `subprocess` in `workers`. `address`: where the parent listens."""

    DEVNULL = subprocess.DEVNULL
    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address

    def Popen(  # noqa: N802 - the name of what it stands for
        self, command: Sequence[str], *, env: dict[str, str], pass_fds: Sequence[int], **more: Any
    ) -> Forked | subprocess.Popen[bytes]:
        """Forked, unless a test has another program started, or this process cannot talk to the parent."""
        if command[3] == BOOT:
            sys.audit("subprocess.Popen", command[0], command, None, env)  # tests.canary looks at arguments
            with contextlib.suppress(OSError):
                return self._forked([json.loads(command[-1]), env], pass_fds)
        return subprocess.Popen(command, env=env, pass_fds=pass_fds, **more)

    def _forked(self, what: object, handles: Iterable[int]) -> Forked:
        asked = json.dumps(what).encode()
        with contextlib.ExitStack() as stack:
            sock = stack.enter_context(socket.socket(socket.AF_UNIX))
            sock.connect(self._address())
            folder = os.open(".", os.O_PATH | os.O_DIRECTORY)
            stack.callback(os.close, folder)
            socket.send_fds(sock, [len(asked).to_bytes(4, "big")], [*handles, folder])
            sock.sendall(asked)
            forked = Forked(sock)
            stack.pop_all()
            os.close(folder)
            return forked


class _Parent:
    """Started when a pool starts its first process; ends with the process of that pool, even where that is killed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""

    def address(self) -> str:
        with self._lock:
            if self._process is None:
                self._address = str(Path(tempfile.mkdtemp(prefix="vigie-judges-"), "socket"))
                command = [sys.executable, "-m", "tests.judge.forking", self._address]
                self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                assert self._process.stdout is not None
                assert self._process.stdout.readline() == b"ready\n"
                atexit.register(self._process.communicate)
            return self._address


address: Final = _Parent().address
"""Of the parent of this process's own."""


def load_once(address: Callable[[], str] = address) -> None:
    """From now on pools of this process have their processes forked."""
    vars(workers)["subprocess"] = Start(address)


def load_anew() -> None:
    """From now on pools of this process start their processes as they do it in service."""
    vars(workers)["subprocess"] = subprocess
