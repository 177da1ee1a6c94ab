"""The file that an account's tokens are kept in: 0600 from its first byte, replaced as a whole, one writer at a time."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.credentials.schemas import Kept, ValidationError

LARGEST: Final = 256 * 1024
ROOM: Final = 128 * 1024
"""More than two tokens of the largest size take."""
WAIT_S: Final = 60.0
_STEP_S: Final = 0.05


class TokenFile:
    """One account's tokens. Faults are SecretErrors; none shows what stands in the file."""

    def __init__(self, account: str, path: Path) -> None:
        self._account = account
        self.path = path

    def read(self) -> Kept:
        """What is kept. Raises SecretError: not there, not readable, not ours."""
        try:
            with self.path.open("rb") as opened:
                data = opened.read(LARGEST)
        except FileNotFoundError:
            raise SecretError(
                f"account {self._account}: nobody has logged in yet: vigie login {self._account}"
            ) from None
        except OSError as error:
            raise self._fault(f"cannot be read: {self.path}: {error.strerror}") from None
        try:
            return Kept.model_validate_json(data)
        except ValidationError:
            raise self._fault(f"is damaged: {self.path}: vigie login {self._account}") from None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Holds the file between processes and threads. Raises SecretError (temporary) after a minute.

        A refresh token may work only once: two refreshes at a time would end the login (I-45, RFC 9700 section 4.14.2).
        """
        deadline = time.monotonic() + WAIT_S
        try:
            handle = os.open(
                self.path.with_name(f"{self.path.name}.lock"),
                os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW,
                0o600,
            )
        except OSError as error:
            raise self._fault(f"cannot be locked: {self.path}: {error.strerror}", temporary=True) from None
        try:
            self._give(handle)
            while True:
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                if time.monotonic() >= deadline:
                    raise self._fault("is being refreshed by another program", temporary=True)
                time.sleep(_STEP_S)
            yield
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def place(self) -> Iterator[Place]:
        """Room for new tokens, taken before the provider is asked. Raises SecretError (temporary) where there is none.

        A refresh whose answer cannot be kept would lose the login. Call it inside `alone`.
        """
        fresh = self.path.with_name(f".{self.path.name}.new")
        try:
            with contextlib.suppress(FileNotFoundError):
                fresh.unlink()  # of a process that was killed
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise self._fault(f"cannot be written: {self.path}: {error.strerror}", temporary=True) from None
        try:
            try:
                self._give(handle)
                os.posix_fallocate(handle, 0, ROOM)
            except OSError as error:
                raise self._fault(f"cannot be written: {self.path}: {error.strerror}", temporary=True) from None
            yield Place(self, fresh, handle)
        finally:
            os.close(handle)
            with contextlib.suppress(FileNotFoundError):
                fresh.unlink()

    def remove(self) -> None:
        """Forgets the tokens; nothing happens where there are none."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise self._fault(f"cannot be removed: {self.path}: {error.strerror}") from None

    def _give(self, handle: int) -> None:
        """Root logs in for the service: the file belongs to whom the folder belongs to, or the service could not read it."""
        if os.geteuid() == 0:
            folder = self.path.parent.stat()
            os.fchown(handle, folder.st_uid, folder.st_gid)

    def _fault(self, text: str, *, temporary: bool = False) -> SecretError:
        return SecretError(f"account {self._account}: the token file {text}", temporary=temporary)


class Place:
    """Where the next tokens go, see TokenFile.place."""

    def __init__(self, file: TokenFile, fresh: Path, handle: int) -> None:
        self._file = file
        self._fresh = fresh
        self._handle = handle

    def keep(self, kept: Kept) -> None:
        """Durable when it returns; the old tokens stay until the new ones are whole. Raises SecretError (temporary)."""
        plain = kept.model_dump() | {
            name: value.get_secret_value()
            for name, value in (("access_token", kept.access_token), ("refresh_token", kept.refresh_token))
            if value is not None
        }
        data = json.dumps(plain).encode()
        try:
            os.pwrite(self._handle, data, 0)
            os.ftruncate(self._handle, len(data))
            os.fsync(self._handle)
            self._fresh.replace(self._file.path)
            folder = os.open(self._file.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise self._file._fault(  # noqa: SLF001 - the other half of one thing
                f"cannot be written: {self._file.path}: {error.strerror}", temporary=True
            ) from None
