"""The demo's world: a folder, a mail server, a vigie.toml, the service, and the hand that delivers mail."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from vigie.cli import config
from vigie.cli.demo import mailserver
from vigie.cli.demo.mails import BORDER, ZONE, DemoMail
from vigie.cli.demo.processes import Child
from vigie.scanner.mailboxes import imap
from vigie.scanner.mailboxes.base import Mailbox

ACCOUNT = "demo"
LONGEST = 60
"""Of the folder's path: a UNIX socket's path below it has at most 107 characters."""


class World:
    """A context manager: everything that it started ends with it, and its folder goes away."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.folder = Path()
        self.server: mailserver.MailServer
        self.service: Child
        self._mailbox: Mailbox

    def __enter__(self) -> Self:
        with self._stack:
            self.folder = self._new_folder()
            place = self.folder / "imap"
            place.mkdir(mode=0o755)
            self.server = mailserver.start(place, secrets.token_urlsafe(12))
            self._stack.callback(self.server.child.stop)
            self._write_config()
            self._mailbox = imap.connect(self.config().accounts[0])
            self._stack.callback(self._mailbox.close)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _new_folder(self) -> Path:
        base = tempfile.gettempdir()
        folder = Path(tempfile.mkdtemp(prefix="vigie-demo-", dir=base if len(base) <= LONGEST else "/tmp"))  # noqa: S108 - see LONGEST
        self._stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o711)  # the mail server, another user where we are root, has to reach its part
        return folder

    def _write_config(self) -> None:
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.server.password, encoding="utf-8")
        self.toml.touch(mode=0o600)
        self.toml.write_text(
            f'[ledger]\nurl = "sqlite:///vigie.db"\n[dns]\nzone_file = "{ZONE}"\n[trust]\nborder_hosts = ["{BORDER}"]\n'
            f'[[accounts]]\nname = "{ACCOUNT}"\nhost = "127.0.0.1"\nport = {self.server.port}\ntls = "none"\n'
            f'username = "{mailserver.USER}"\npassword_file = "password"\nmode = "enforce"\nschedule = "20s"\nidle = true\n',
            encoding="utf-8",
        )

    @property
    def toml(self) -> Path:
        """The service's configuration."""
        return self.folder / "vigie.toml"

    def config(self) -> config.Config:
        """The same, read as every command reads it."""
        return config.load(self.toml)

    def start_service(self) -> None:
        """`vigie run`, as a process of its own."""
        command = [sys.executable, "-m", "vigie", "--config", str(self.toml), "--log-format", "text", "-v", "run"]
        self.service = Child(command, self.folder / "service.log")
        self._stack.callback(self.service.stop)

    def deliver(self, mail: DemoMail) -> tuple[datetime, int | None]:
        """Puts it into the inbox. Gives the instant, and its UID where the server says it. Raises MailboxError."""
        now = datetime.now(UTC)
        told = self._mailbox.append("INBOX", mail.raw, (), now)
        return now, told[1] if told is not None else None


def report_path(now: datetime) -> Path:
    """Where the report goes: here, or the folder for temporary files where we may not write here."""
    name = f"rapport-demo-{now.astimezone():%Y%m%d-%H%M%S}.html"
    here = Path.cwd()
    return here / name if os.access(here, os.W_OK) else Path(tempfile.gettempdir()) / name
