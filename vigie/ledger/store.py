"""The ledger's door: records, intents, outcomes, cursors, decisions. One transaction a call; durable when the call returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from vigie.ledger.types import Cursor, Decision, Intent, Outcome, Record, State


class LedgerError(Exception):
    """The ledger cannot be used: locked, full, read-only, of a newer schema. One line for a person. No intent, no move."""

    def __init__(self, text: str, *, temporary: bool) -> None:
        super().__init__(text)
        self.temporary = temporary


class Ledger:
    """What Vigie remembers. Thread-safe. Every method raises LedgerError.

    SQLite: WAL, synchronous=FULL, foreign_keys on, busy_timeout 5 s.
    """

    def __init__(self, url: str) -> None:
        """Opens it, creating or migrating the schema. `url` as in vigie.toml ("sqlite:///vigie.db")."""
        raise NotImplementedError

    def close(self) -> None:
        """Releases files."""
        raise NotImplementedError

    def cursor(self, account: str, folder: str) -> Cursor | None:
        """How far the folder was judged."""
        raise NotImplementedError

    def add_records(self, records: Iterable[Record], cursor: Cursor | None) -> None:
        """Writes records and moves the cursor in one transaction. A record of a place that has one already replaces it
        (keeping its id and decision). The cursor never goes back within one UIDVALIDITY."""
        raise NotImplementedError

    def record(self, record_id: str) -> Record | None:
        """By id or by an unambiguous beginning of it (at least 4 characters)."""
        raise NotImplementedError

    def record_at(self, account: str, folder: str, uidvalidity: int, uid: int) -> Record | None:
        """The record of a place."""
        raise NotImplementedError

    def records(self, *, account: str | None = None, verdicts: Sequence[str] = (), since: datetime | None = None,
                held: bool | None = None, limit: int = 1000) -> Iterator[Record]:
        """Newest first. `held`: the message lies in quarantine now."""
        raise NotImplementedError

    def known_hash(self, account: str, folder: str, sha256: str) -> Record | None:
        """The newest record of that content in that folder: for re-matching after a UIDVALIDITY change."""
        raise NotImplementedError

    def due_retries(self, account: str, now: datetime) -> Sequence[Record]:
        """Records to judge again (row 7)."""
        raise NotImplementedError

    def set_decision(self, record_id: str, decision: Decision | None, at: datetime) -> None:
        """What a person decided."""
        raise NotImplementedError

    def released(self, account: str, sha256: str) -> bool:
        """True where a person released that content in that account: it is never quarantined again."""
        raise NotImplementedError

    def open_intent(self, intent: Intent) -> None:
        """Makes the intent durable (state PENDING) before anything is done for it."""
        raise NotImplementedError

    def advance(self, intent_id: str, state: State) -> None:
        """PENDING -> MOVING, durable before the command is sent."""
        raise NotImplementedError

    def close_intent(self, outcome: Outcome) -> None:
        """Writes how it ended and closes it, in one transaction."""
        raise NotImplementedError

    def open_intents(self, account: str) -> Sequence[Intent]:
        """Those neither DONE, GONE nor FAILED, oldest first: what recovery has to look at."""
        raise NotImplementedError

    def outcomes(self, record_id: str) -> Sequence[tuple[Intent, Outcome | None]]:
        """Everything that was wanted and done for a record, oldest first."""
        raise NotImplementedError

    def beat(self, account: str, folder: str, at: datetime, lag_uids: int, error: str) -> None:
        """The service's heartbeat for a folder: when it last knew, how many UIDs it was behind, the current fault or ""."""
        raise NotImplementedError

    def beats(self) -> Sequence[tuple[str, str, datetime, int, str]]:
        """The newest heartbeat of each folder: account, folder, at, lag_uids, error."""
        raise NotImplementedError
