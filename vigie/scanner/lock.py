"""One Vigie at a time acts on one account: an operating system's lock, which dies with its process (threat I-48)."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigie.scanner.mailboxes.base import MailboxError

WAIT_S = 30.0
_STEP_S = 0.05


class AccountBusyError(MailboxError):
    """Another program holds the account: nothing was read or done."""

    def __init__(self, account: str) -> None:
        super().__init__("limit", f"account {account}: another Vigie is at work on it; try again later", temporary=True)


def path_for(ledger: Path, account: str) -> Path:
    """The lock file of an account, beside the ledger that all instances share."""
    return ledger.with_name(f"{ledger.name}.{account}.lock")


@contextmanager
def account_lock(
    ledger: Path, account: str, *, wait_s: float = WAIT_S, stop: threading.Event | None = None
) -> Iterator[None]:
    """Holds the account. Raises AccountBusyError after `wait_s` seconds, or at once when `stop` is set; works between threads, too.

    The file is never removed: a second program could lock the removed one while a third creates it anew.
    """
    deadline = time.monotonic() + wait_s
    try:
        handle = os.open(path_for(ledger, account), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _give_to_owner(handle, ledger)
    except OSError as error:
        text = f"account {account}: its lock file beside the ledger cannot be opened: {error.strerror}"
        raise MailboxError("limit", text, temporary=True) from None
    try:
        while not _locked(handle):
            if time.monotonic() >= deadline or (stop is not None and stop.is_set()):
                raise AccountBusyError(account)
            time.sleep(_STEP_S)
        yield
    finally:
        os.close(handle)  # which also unlocks: the descriptor was never shared


def _give_to_owner(handle: int, ledger: Path) -> None:
    """A command that root types must not leave a lock file that the service cannot open."""
    owner = ledger.stat() if os.geteuid() == 0 and ledger.exists() else None
    if owner is not None and owner.st_uid != os.fstat(handle).st_uid:
        os.fchown(handle, owner.st_uid, owner.st_gid)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
