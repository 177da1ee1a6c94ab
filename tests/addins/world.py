"""Thunderbird with the extension, its mail on Dovecot."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator

from deploy.thunderbird import thunderbird as packed
from tests.servers import processes
from tests.servers.dovecot import Dovecot, put
from tests.servers.thunderbird import Thunderbird


@contextlib.contextmanager
def thunderbird(
    dovecot: Dovecot, *mails: bytes, local: tuple[bytes, ...] = (), port: int | None = None
) -> Iterator[Thunderbird]:
    """With the extension as `make addins` builds it, and these mails. `port`: of a wire before the mail server."""
    folder = processes.short_folder("tb")  # its stores hold the password and the token: that is what they are for
    account = dovecot.account("camille")
    put(account, *mails)
    program = Thunderbird(folder, port or dovecot.port, account, packed(folder), local=local)
    try:
        program.log_in(len(mails))
        yield program
    finally:
        program.stop()
        shutil.rmtree(folder, ignore_errors=True)
