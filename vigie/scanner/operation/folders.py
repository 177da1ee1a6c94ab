"""How each watched folder is doing, read from the ledger's heartbeats: the one source of metrics and alerts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from vigie.ledger.store import Ledger
from vigie.scanner.settings import AccountSettings

STOPPED: Final = "stopped: "
"""How the supervisor's last heartbeat begins when it gives an account up (I-38)."""
STATES: Final = ("starting", "ok", "failing", "stopped")


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder of one account. `at`: when it was last heard of; None: never looked at by any service."""

    account: str
    name: str
    at: datetime | None
    lag: int
    error: str
    lag_seconds: float | None = None
    """See Heartbeat; None: unknown."""

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.at is None:
            return "starting"
        if self.error.startswith(STOPPED):
            return "stopped"
        return "failing" if self.error else "ok"


def folders(ledger: Ledger, accounts: Iterable[AccountSettings]) -> Sequence[Folder]:
    """Every folder of these accounts, in their order. Raises LedgerError."""
    beats = {(beat.account, beat.folder): beat for beat in ledger.heartbeats()}
    now = datetime.now(UTC)
    found = []
    for account in accounts:
        for name in account.watched:
            beat = beats.get((account.name, name))
            if beat is None:
                found.append(Folder(account.name, name, None, 0, ""))
                continue
            # beat.at is renewed while a folder is behind, whoever was heard: known_at is not
            at, lag_seconds = beat.known_at or beat.at, beat.lag_seconds(now)
            found.append(Folder(account.name, name, at, beat.lag_uids, beat.error, lag_seconds))
    return found


def account_state(of_account: Iterable[Folder]) -> str:
    """The worst of its folders' states."""
    return max((folder.state for folder in of_account), key=("ok", "starting", "failing", "stopped").index)
