"""The program without the second that loading it takes: one parent has everything loaded and forks a child for each run.

The child has arguments, folder, environment and the three open files of its own, as a process has that was started. What loads
the program anew each time is tests/cli/test_main.py and whatever else starts `python -m vigie` itself.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache, partial
from pathlib import Path
from typing import Any, NoReturn

from tests.forks import answer
from tests.judge import forked as judges

ROOT = Path(__file__).parents[2]


class Parent:
    """Started when the first test asks; ends with the process that started it, even where that one is killed."""

    def __init__(self) -> None:
        self._address = str(Path(tempfile.mkdtemp(prefix="vigie-forked-"), "socket"))
        command = [sys.executable, "-m", "tests.cli.forked", self._address, judges.address()]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        atexit.register(self._stop)

    def _stop(self) -> None:
        self._process.communicate()

    def run(
        self, arguments: list[str], *, cwd: Path, stdin: bytes, env: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[bytes]:
        """As subprocess.run does it, with what it printed."""
        sys.audit("subprocess.Popen", sys.executable, arguments, str(cwd), None)  # tests.canary looks at arguments
        with (
            socket.socket(socket.AF_UNIX) as sock,
            tempfile.TemporaryFile() as given,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            given.write(stdin)
            given.seek(0)
            sock.connect(self._address)
            asked = json.dumps([arguments, str(cwd), env]).encode()
            socket.send_fds(sock, [len(asked).to_bytes(4, "big")], [file.fileno() for file in (given, out, err)])
            sock.sendall(asked)
            sock.settimeout(timeout)
            answer = sock.makefile("r")
            pid = int(answer.readline())
            try:
                status = int(answer.readline())
            except TimeoutError:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(arguments, timeout) from None
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(arguments, status, out.read(), err.read())


@cache
def parent() -> Parent:
    """The one of this process."""
    return Parent()


class _Child(Exception):  # noqa: N818 - it is the way out of the parent's loop
    """This process is to be the program."""


def _run_one(sock: socket.socket) -> NoReturn:
    """In a child of the parent: has a child of its own run the program, and tells how it ended."""
    size, files, _, _ = socket.recv_fds(sock, 4, 3)
    with sock.makefile("rb") as stream:
        asked = json.loads(stream.read(int.from_bytes(size, "big")))
    child = os.fork()
    if not child:
        sock.close()
        raise _Child(asked, files)
    with contextlib.suppress(BrokenPipeError):
        sock.sendall(f"{child}\n".encode())
        _, ended = os.waitpid(child, 0)
        sock.sendall(f"{os.waitstatus_to_exitcode(ended)}\n".encode())
    os._exit(0)


def _become(asked: list[Any], files: list[int]) -> None:
    """`python -m vigie`, as a fresh interpreter would begin it."""
    arguments, cwd, env = asked
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        errors, buffered = ("backslashreplace", 1) if name == "stderr" else ("surrogateescape", -1)
        mode = "w" if number else "r"
        fresh = os.fdopen(number, mode, buffering=buffered, encoding="utf-8", errors=errors, closefd=False)
        setattr(sys, name, fresh)
        setattr(sys, f"__{name}__", fresh)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.path[0] = cwd
    sys.argv[:] = ["vigie", *arguments]
    runpy.run_module("vigie", run_name="__main__", alter_sys=True)


def _load() -> None:
    import vigie.cli

    for module in pkgutil.walk_packages(vigie.cli.__path__, "vigie.cli."):
        importlib.import_module(module.name)
    for name in ("vigie.judge.examine", "vigie.judge.workers", "vigie.ledger.store", "vigie.scanner.daemon"):
        importlib.import_module(name)
    assert threading.active_count() == 1, "a fork copies one thread only"
    judges.load_once(partial(str, sys.argv[2]))
    gc.collect()
    gc.freeze()  # else each child looks through all of it as it ends, and copies what it looks at


if __name__ == "__main__":
    _load()
    try:
        answer(sys.argv[1], _run_one)
    except _Child as program:
        told = program.args
    else:
        with contextlib.suppress(ChildProcessError):
            while True:
                os.wait()
        shutil.rmtree(Path(sys.argv[1]).parent)
        os._exit(0)
    _become(*told)
