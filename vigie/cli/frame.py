"""What the command table and its commands share: the options before the command, and work that is begun later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vigie.cli.language import say
from vigie.cli.status import Status

Work = Callable[[], Status]


@dataclass(frozen=True, slots=True)
class Globals:
    """The options that stand before the command."""

    config: Path | None
    verbosity: int
    log_format: str


def since_help() -> str:
    """What --since takes."""
    return say("depuis : 30d, 12h, 45m ou AAAA-MM-JJ", "since: 30d, 12h, 45m or YYYY-MM-DD")


def account_help() -> str:
    """What --account takes."""
    return say("ce compte seulement", "this account only")


def message_help() -> str:
    """What --message-id takes."""
    return say("ce message, avec ou sans < >", "this message, with or without < >")


def no_fail_help() -> str:
    """What --no-fail does."""
    return say("statut 0 même si une usurpation est trouvée", "status 0 even when an impersonation is found")
