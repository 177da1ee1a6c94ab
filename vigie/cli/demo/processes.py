"""Child processes of the demo: each in a group of its own, so that Ctrl-C reaches us alone, and none is ever left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

START_S = 20.0
STOP_S = 10.0


class Child:
    """A running program; a context manager that ends it and what it started."""

    def __init__(self, command: list[str], log: Path, *, user: str = "", group: str = "") -> None:
        """Starts it. `user` "": ours. Output goes to `log`."""
        self.log = log
        guarded = [sys.executable, "-m", "vigie.cli.demo.guard", str(os.getpid()), user, group, *command]
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command, no shell
                guarded, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def alive(self) -> bool:
        """It has not ended by itself."""
        return self._process.poll() is None

    def listens(self, port: int) -> bool:
        """Waits until it accepts connections; False where it ended or took too long."""
        deadline = time.monotonic() + START_S
        while self.alive() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return True
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for whatever of its group is left after ten seconds."""
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)

    def last_words(self) -> str:
        """The last line that it wrote."""
        with contextlib.suppress(OSError):
            lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
            return lines[-1].strip()[:300] if lines else ""
        return ""


def free_port() -> int:
    """A port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
