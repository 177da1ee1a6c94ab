"""A secret from a file, from the environment or from a command: read anew each time, so that it may be changed under way."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vigie.scanner.credentials.faults import SecretError

LARGEST: Final = 64 * 1024
COMMAND_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Source:
    """Where a secret comes from: exactly one of the three. `what` names it in faults: "password", "client_secret"."""

    account: str
    what: str
    file: Path | None = None
    env: str | None = None
    command: tuple[str, ...] | None = None

    def read(self) -> str:
        """The secret, without the line end behind it. Raises SecretError, which never repeats any of it."""
        if self.file is not None:
            return self._text(self._bytes_of(self.file))
        if self.env is not None:
            return self._text(self._variable(self.env))
        assert self.command is not None
        return self._text(self._output(self.command))

    def _bytes_of(self, file: Path) -> bytes:
        try:
            with file.open("rb") as opened:
                return opened.read(LARGEST + 1)
        except OSError as error:
            raise self._fault(f"cannot be read: {error.filename}: {error.strerror}") from None

    def _variable(self, name: str) -> bytes:
        value = os.environb.get(name.encode())
        if value is None:
            raise SecretError(f"account {self.account}: the environment variable {name} is not set")
        return value

    def _output(self, command: tuple[str, ...]) -> bytes:
        """Without a shell and without our standard input; what it writes to stderr is not ours to show, it may be the secret."""
        try:
            child = subprocess.Popen(  # noqa: S603 - the admin's own command, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise self._fault(f"cannot be read: {command[0]}: {error.strerror}") from None
        except ValueError:
            raise self._fault("cannot be read: its command holds a NUL") from None
        with child:
            try:
                output, _ = child.communicate(timeout=COMMAND_S)
            except subprocess.TimeoutExpired:
                # the whole session: a grandchild that keeps the pipe open would keep us waiting for ever
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                raise self._of_command(f"gave no answer within {COMMAND_S:.0f} s") from None
        if child.returncode != 0:
            how = f"exit status {child.returncode}" if child.returncode > 0 else f"signal {-child.returncode}"
            raise self._of_command(f"failed ({how})")
        return output

    def _text(self, data: bytes) -> str:
        where = self.file or (
            f"the variable {self.env}" if self.env is not None else f"the output of {self.what}_command"
        )
        if len(data) > LARGEST:
            raise self._fault(f"cannot be read: {where} is larger than {LARGEST // 1024} KiB")
        try:
            text = data.decode("utf-8-sig").rstrip("\r\n")
        except UnicodeDecodeError:
            raise self._fault(f"cannot be read: {where} is not UTF-8") from None
        if not text:
            raise self._fault(f"cannot be read: {where} is empty")
        if any(char in text for char in "\r\n\0"):
            raise self._fault(f"cannot be read: a line end or NUL inside {where}")
        return text

    def _fault(self, text: str) -> SecretError:
        return SecretError(f"account {self.account}: the {self.what} {text}")

    def _of_command(self, text: str) -> SecretError:
        """Temporary: a vault that is locked or away says nothing about the secret, and nobody was asked to log in."""
        return SecretError(f"account {self.account}: {self.what}_command {text}", temporary=True)


def weakness(file: Path) -> str:
    """How a file lets others in: "others may read it", "others may change it", "owned by somebody else"; "" where it does not.

    A group that may read is somebody's decision (root:vigie 0640); everybody is a mistake.
    """
    try:
        status = file.stat()
    except OSError:
        return ""  # whoever reads it says so
    if stat.S_IMODE(status.st_mode) & 0o022:
        return "others may change it"
    if stat.S_IMODE(status.st_mode) & 0o004:
        return "others may read it"
    if os.geteuid() != 0 and status.st_uid not in (0, os.geteuid()):
        return "owned by somebody else"
    return ""
