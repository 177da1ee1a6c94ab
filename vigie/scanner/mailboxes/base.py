"""The Mailbox contract: what a scan may do to a mailbox, and the faults it may meet. There is no delete in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class MailboxError(Exception):
    """A fault of the mailbox or of the way to it. `temporary`: trying again later may help.

    `kind` is one of: connect, tls, auth, folder, refused, protocol, limit. The text is one line for a person, free of secrets.
    `retry_after_s`: how long the server asked us to stay away, where it did. `cut`: the connection ended in the middle of a
    command; one message may be to blame for it, which kills the server's process whenever it is touched.
    """

    def __init__(
        self, kind: str, text: str, *, temporary: bool, retry_after_s: float | None = None, cut: bool = False
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.temporary = temporary
        self.retry_after_s = retry_after_s
        self.cut = cut


class UnclearOutcome(MailboxError):  # noqa: N818 - the name says what is known
    """A command that changes the mailbox was sent and its answer never understood: look in both folders, never repeat it.

    `slow`: the server did not answer in time, and may be at it still: who looks at once sees nothing yet.
    """

    def __init__(self, text: str, *, slow: bool = False) -> None:
        super().__init__("protocol", text, temporary=True, cut=True)
        self.slow = slow


@dataclass(frozen=True, slots=True)
class FolderStatus:
    r"""A selected folder. `permanent`: the flags that the server keeps, with \* where it keeps new keywords."""

    name: str
    uidvalidity: int
    uidnext: int
    exists: int
    read_only: bool
    permanent: tuple[str, ...]

    def keeps(self, keyword: str) -> bool:
        """True where PERMANENTFLAGS promises to keep that keyword (RFC 9051 section 7.1)."""
        return "\\*" in self.permanent or keyword.lower() in (flag.lower() for flag in self.permanent)


@dataclass(frozen=True, slots=True)
class Summary:
    r"""One message without its body. `flags` without \Recent; `message_id` without angle brackets, "" if there is none."""

    uid: int
    size: int
    flags: tuple[str, ...]
    internaldate: datetime
    message_id: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message's bytes, exactly as stored. `partial` when only the beginning was fetched (over the size limit)."""

    uid: int
    raw: bytes
    flags: tuple[str, ...]
    internaldate: datetime
    partial: bool = False


Allows = Callable[[Sequence[int], int], bool]
"""Asked with UIDs and with how many bytes their messages have as the server announces them."""


@dataclass(frozen=True, slots=True)
class Moved:
    """How a move ended: the new UID where the server said it (COPYUID), and the way that was taken."""

    uidvalidity: int | None
    uid: int | None
    how: str
    r"""move; copy (COPY, verified, \Deleted, UID EXPUNGE of that UID); copied-only (the original stays: neither MOVE nor UIDPLUS, or the
    server said OK to both commands and took nothing away).

    Without `uid` the server did not say that anything was moved: the message may have been gone before (I-06). Look.
    """


class Mailbox(Protocol):
    r"""One session with one mailbox. Not thread-safe; UIDs only.

    Every method raises MailboxError; those that change something raise UnclearOutcome when the answer was lost.
    No method ever sets \Seen, or expunges what it was not given.
    """

    def folders(self) -> Sequence[str]:
        """All selectable folder names, decoded."""
        ...

    def select(self, folder: str, *, read_only: bool) -> FolderStatus:
        """Opens a folder (EXAMINE when `read_only`). MailboxError(kind="folder") when it does not exist."""
        ...

    def ensure_folder(self, folder: str) -> str:
        """Creates and subscribes the folder unless it exists; gives its real name (namespace prefix, delimiter)."""
        ...

    def uids_after(self, uid: int) -> Iterator[int]:
        """UIDs greater than `uid` in the selected folder, ascending, asked for in windows (never one unbounded SEARCH)."""
        ...

    def uids_since(self, day: datetime) -> Iterator[int]:
        """UIDs whose INTERNALDATE is on or after that day, ascending."""
        ...

    def fetch(self, uids: Sequence[int], *, limit: int, allows: Allows | None = None) -> Iterator[Fetched]:
        """The messages, BODY.PEEK[] only, each at most `limit` bytes; vanished UIDs are left out. Order as the server answers.

        `allows` is asked before some of them are fetched, and of how many bytes; where it says no, they and all that is left stay.
        """
        ...

    def summaries(self, uids: Sequence[int]) -> Iterator[Summary]:
        """Flags, size, INTERNALDATE and Message-ID of those that still exist."""
        ...

    def find(self, message_id: str, size: int) -> Sequence[int]:
        """UIDs in the selected folder with that Message-ID header and size; by size alone where there is no Message-ID."""
        ...

    def named(self, message_id: str) -> Sequence[int]:
        """UIDs in the selected folder with that Message-ID, one of our own: ASCII, without angle brackets; whatever their size."""
        ...

    @property
    def takes_away(self) -> bool:
        """A move leaves nothing behind: MOVE or UID EXPUNGE. Else a message can only be copied."""
        ...

    def next_uid(self, folder: str) -> tuple[int, int] | None:
        """(UIDVALIDITY, UIDNEXT) of a folder that need not be selected; None where it is missing or the server does not say."""
        ...

    def add_keywords(self, uid: int, keywords: Iterable[str]) -> tuple[str, ...]:
        """Adds them and reads them back: returns those that the server kept."""
        ...

    def remove_keywords(self, uid: int, keywords: Iterable[str]) -> None:
        """Removes them."""
        ...

    def move(self, uid: int, folder: str) -> Moved:
        r"""Moves one message of the selected folder: UID MOVE, else COPY, verified, \Deleted, UID EXPUNGE uid, else a copy only."""
        ...

    def finish_move(self, uid: int, folder: str, copy_uid: int) -> Moved:
        r"""Ends a move that was cut off after its COPY: `copy_uid` in `folder` has the bytes of `uid` here (the caller compared them).

        \Deleted and UID EXPUNGE of `uid` alone; how is "copied-only" where the server has no UIDPLUS and the original stays.
        """
        ...

    def append(self, folder: str, raw: bytes, flags: Sequence[str], internaldate: datetime) -> tuple[int, int] | None:
        """Stores bytes; (UIDVALIDITY, UID) where the server says it (APPENDUID)."""
        ...

    def close(self) -> None:
        """Ends the session without expunging; never blocks longer than the time-out, never raises."""
        ...
