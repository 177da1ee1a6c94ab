"""pymap in a process of its own: MOVE, UIDPLUS and IDLE, but no keywords and no UNSELECT. Plain text on loopback."""

from __future__ import annotations

import itertools
import shutil
import sys
from pathlib import Path

from tests.servers import processes
from tests.servers.dovecot import PASSWORD
from vigie.scanner.settings import AccountSettings

ROOT = Path(__file__).parents[2]


class Pymap:
    """A running server. Its mail is gone when it stops."""

    def __init__(self) -> None:
        self.base = processes.short_folder("pm")
        (self.base / "password").write_text(PASSWORD)
        (self.base / "password").chmod(0o600)
        self._numbers = itertools.count(1)
        self.port = 0
        for _ in range(5):
            (self.port,) = processes.free_ports(1)
            command = [sys.executable, "-m", "tests.servers.pymap_server"]
            command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls"]
            command += ["--no-service", "managesieve", "--no-service", "admin", "dict"]
            self._process = processes.spawn(command, self.base / "log", unprivileged=False, cwd=ROOT)
            if processes.listening(self._process, self.port):
                return
            processes.stop(self._process)
        raise processes.ServerError(f"pymap does not start: {(self.base / 'log').read_text(errors='replace')}")

    def stop(self) -> None:
        """Ends it and removes its folder."""
        processes.stop(self._process)
        shutil.rmtree(self.base, ignore_errors=True)

    def account(self, user: str = "user", **changes: object) -> AccountSettings:
        """The account of a user who did not exist before: an empty mailbox."""
        name = f"{user}-{next(self._numbers)}"
        settings: dict[str, object] = {
            "name": name,
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "username": name,
            "password_file": self.base / "password",
            "timeout_s": 30.0,
        }
        return AccountSettings.model_validate(settings | changes)
