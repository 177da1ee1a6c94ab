"""The working connection to one mailbox: opened when it is needed, replaced on any doubt (threats I-25, I-26)."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from vigie.scanner.mailboxes.base import Mailbox
from vigie.scanner.settings import AccountSettings

Connect = Callable[[AccountSettings], Mailbox]


class Session:
    """One account's working connection. Not thread-safe; a context manager."""

    def __init__(self, account: AccountSettings, connect: Connect) -> None:
        self.account = account
        self._connect = connect
        self._mailbox: Mailbox | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def mailbox(self) -> Mailbox:
        """The connection, opened now unless it is open. Raises MailboxError."""
        if self._mailbox is None:
            self._mailbox = self._connect(self.account)
        return self._mailbox

    @property
    def is_open(self) -> bool:
        """True where a connection was opened and nobody doubted it since."""
        return self._mailbox is not None

    def renew(self) -> Mailbox:
        """Another connection: nothing of the old one's state is believed any more. Raises MailboxError."""
        self.close()
        return self.mailbox

    def close(self) -> None:
        """Ends the connection; `mailbox` opens a new one."""
        if self._mailbox is not None:
            self._mailbox.close()
            self._mailbox = None
