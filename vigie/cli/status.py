"""Exit statuses, and the fault that ends a command with one line. Precedence: 2, 3, 1, 0."""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """What `$?` is afterwards."""

    DONE = 0
    IMPERSONATION = 1
    """Done, and at least one message was judged `impersonation`."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    UNREACHED = 3
    """A file or mailbox could not be read or reached; the rest was done."""
    INTERRUPTED = 130
    BROKEN_PIPE = 141
    """The reader of our output went away: what a shell shows for SIGPIPE."""
    CRASH = 70
    """A bug (EX_SOFTWARE of sysexits.h). Python's own 1 would claim that a false mail was found."""


_PRECEDENCE = (Status.USAGE, Status.UNREACHED, Status.IMPERSONATION)


def worst(*statuses: Status) -> Status:
    """The one that a run ends with when all of these happened."""
    return next((status for status in _PRECEDENCE if status in statuses), Status.DONE)


class Fault(Exception):  # noqa: N818 - the word for what ends a command
    """Ends a command: one line for a person, and the exit status. Free of secrets."""

    def __init__(self, text: str, status: Status = Status.UNREACHED) -> None:
        super().__init__(text)
        self.status = status
