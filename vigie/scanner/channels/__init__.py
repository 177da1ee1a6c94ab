"""Where a confirmed fraud is reported, one module each. `reporting.known` finds them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.settings import ChannelSettings


class Takes(StrEnum):
    """Whether a channel accepts a report without what names the recipient."""

    REDACTED = "redacted"
    """It does, and gets it so unless the settings say otherwise."""
    ORIGINAL = "original"
    """It wants the message as it came: people are told so before they let it go."""


class NotTakenError(Exception):
    """The channel is not for such a fraud: one English sentence, free of the mail."""


class UnsentReportError(Exception):
    """The channel did not take it: one line, free of secrets and of the mail.

    `refused`: it would not another time. `away`: nothing else for that channel needs to be tried now. `wait_s`: what it asked for.
    """

    def __init__(self, text: str, *, refused: bool = False, away: bool = False, wait_s: float | None = None) -> None:
        super().__init__(text)
        self.refused = refused
        self.away = away
        self.wait_s = wait_s


MOVED: Final = "The settings name another place now than the one that was shown: ask for it again."


def stays(taken: Taken, place: str) -> None:
    """What somebody let go for one place goes to no other. Raises UnsentReportError where `place` is not what was shown."""
    if taken.draft.to != (place,):
        raise UnsentReportError(MOVED, refused=True)


class Channel(Protocol):
    """The contract of the modules in this package.

    `settings` is what `ChannelsSettings.of(ID)` gave, `server` the mail server for reports, where there is one. What `write` gives
    is shown to people, and `send` hands over exactly that. A report may be sent twice where an answer was lost: `send` sees to it
    that the second one is known for the same (a file's name, a Message-ID, an Idempotency-Key).
    """

    ID: str
    TAKES: Takes
    BY_MAIL: bool
    """It needs a mail server."""

    def write(self, fraud: FetchedFraud, settings: ChannelSettings, server: ServerSettings | None) -> Draft:
        """What would be sent. Pure. Raises NotTakenError."""
        ...

    def send(self, taken: Taken, settings: ChannelSettings, server: ServerSettings | None) -> str:
        """Hands it over; gives the receipt, one line. Blocks for the time-out at most. Raises UnsentReportError."""
        ...

    def try_out(self, settings: ChannelSettings, server: ServerSettings | None) -> None:
        """Whether it would take a report: it can be reached, and knows us where that can be asked. Sends none. Raises UnsentReportError."""
        ...
