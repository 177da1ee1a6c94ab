"""The cases of the ledger that commands are about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vigie.cli.config import Config, load
from vigie.cli.console import plain
from vigie.cli.language import say
from vigie.cli.person import at_the_keyboard
from vigie.cli.status import Fault, Status
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import Record

SHORTEST = 4
"""Characters of an id that are enough, where they are unambiguous."""


@contextmanager
def opened(path: Path | None) -> Iterator[tuple[Config, Ledger]]:
    """Configuration and ledger. Raises Fault, also for a ledger that fails on the way."""
    config = load(path)
    try:
        with Ledger(config.ledger, at_the_keyboard()) as ledger:
            yield config, ledger
    except LedgerError as error:
        raise Fault(str(error)) from None


def found(ledger: Ledger, beginning: str) -> Record:
    """The one record whose id begins so. Raises Fault (usage)."""
    if len(beginning) < SHORTEST:
        raise Fault(
            f"{plain(beginning)}: {say('au moins quatre caractères', 'four characters at least')}", Status.USAGE
        )
    records = ledger.records_like(beginning)
    if len(records) == 1:
        return records[0]
    if not records:
        nothing = say(
            "aucun cas ne commence ainsi (vigie review list --all)", "no case begins so (vigie review list --all)"
        )
        raise Fault(f"{plain(beginning)}: {nothing}", Status.USAGE)
    meant = ", ".join(record.id for record in records[:5])
    raise Fault(
        f"{plain(beginning)}: {say('plusieurs cas commencent ainsi', 'several cases begin so')}: {meant}", Status.USAGE
    )
