"""The parent of forked judging processes: loads what each of them needs, once, and forks a child for each connection."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from tests.forks import answer
from vigie.judge.examine import Examiner
from vigie.judge.settings import JudgeSettings
from vigie.judge.worker import serve

_HANDLES = 256
_MAIL = b"From: ameli <assure@ameli.example.net>\r\nSubject: Votre carte Vitale\r\n\r\nhttp://ameli.example.net/ 0102030405\r\n"


def _load() -> None:
    """What the first message loads, too. What is installed on the machine each child finds out for itself."""
    with tempfile.NamedTemporaryFile(suffix=".toml") as zone:
        told = {"dns": {"zone_file": zone.name}, "limits": {"ocr": False}}
        Examiner(JudgeSettings.model_validate(told)).examine(_MAIL, now=datetime.now(UTC))
    assert threading.active_count() == 1, "a fork copies one thread only"
    gc.collect()
    gc.freeze()


def _keep(sock: socket.socket) -> NoReturn:
    """In a child of the parent: a child of its own judges; ends that when asked to, or when nobody is left to ask; says how it ended."""
    size, handles, _, _ = socket.recv_fds(sock, 4, 2)
    with sock.makefile("rb") as stream:
        path, env = json.loads(stream.read(int.from_bytes(size, "big")))
    keeper = os.getpid()
    child = os.fork()
    if not child:
        _become(keeper, path, env, *handles)
    for handle in handles:
        os.close(handle)
    ended = os.pidfd_open(child)
    with contextlib.suppress(OSError):
        sock.sendall(f"{child}\n".encode())
    readable, _, _ = select.select([sock.fileno(), ended], [], [])
    if ended not in readable:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        sock.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(keeper: int, path: list[str], env: dict[str, str], handle: int, folder: int) -> NoReturn:
    """The judging process, as a fresh interpreter would begin it."""
    status = 1
    try:
        os.setpgid(0, 0)
        os.fchdir(folder)
        null = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(null, number)
        os.dup2(handle, 3)
        os.closerange(4, _HANDLES)
        os.environ.clear()
        os.environ.update(env)
        sys.path[:] = path
        serve(3, keeper, Examiner)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(status)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the tests'
    _load()
    answer(sys.argv[1], _keep)
    shutil.rmtree(Path(sys.argv[1]).parent)
