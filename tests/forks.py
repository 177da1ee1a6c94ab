"""A parent that has everything loaded and forks for each who asks: what is common to the forked programs of the tests."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from collections.abc import Callable
from typing import NoReturn


def answer(address: str, child: Callable[[socket.socket], NoReturn]) -> None:
    """Forks for each connection, which `child` is given, until whoever started us is gone; what `child` raises leaves it in the child."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen(64)
        print("ready", flush=True)
        while True:
            readable, _, _ = select.select([listening, sys.stdin.fileno()], [], [])
            if listening not in readable:
                return
            sock, _ = listening.accept()
            if not os.fork():
                listening.close()
                child(sock)
            sock.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
