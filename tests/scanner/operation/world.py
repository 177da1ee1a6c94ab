"""A service as metrics and alerts see it, without one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from vigie.ledger.store import Ledger
from vigie.ledger.types import ActionKind, Intent, Place, Record, State
from vigie.scanner.settings import AccountSettings


@dataclass(frozen=True)
class Watched:
    ledger: Ledger
    accounts: tuple[AccountSettings, ...]
    judging: int = 0


def a_quarantine(ledger: Ledger, account: str, at: datetime, number: int = 1) -> None:
    """A message that was judged false, and waits to be moved."""
    place = Place(account, "INBOX", 7, number)
    record = Record(
        id=f"r{account}{number}", place=place, sha256=f"{number:064x}", message_id="m@example.org", subject="s",
        author="a", verdict="impersonation", brand="ameli", decided_by=4, case_json="{}", judged_at=at, elapsed_ms=1.0, size=10,
    )  # fmt: skip
    intent = Intent(
        id=f"i{account}{number}", record_id=record.id, kind=ActionKind.QUARANTINE, source=place, destination="Quarantaine",
        keywords=(), state=State.PENDING, message_id="m@example.org", sha256=record.sha256, size=10, created_at=at,
    )  # fmt: skip
    ledger.add_records([record], None, [intent])
