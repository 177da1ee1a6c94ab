"""Digests as `ledger.digests`: which are due, who sends them, and how it ended. A row in the ledger decides, whoever asks first.

for reader in ...: the scanner says who is to be told
ledger.digests.plan(period, readers, at=now)
while (digest := ledger.digests.take(at=now, lease=...)) is not None:
    held = ledger.digests.held(digest, accounts); ... ; ledger.digests.sent(digest, messages=len(held), at=now)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from vigie.ledger import audit, digest_rows
from vigie.ledger.audit import What
from vigie.ledger.database import Database
from vigie.ledger.digest_types import Digest, HeldMail, Period, Reader


class Digests:
    """See the module. Thread-safe. Every method raises LedgerError."""

    def __init__(self, database: Database, who: str) -> None:
        self._database = database
        self._who = who

    def plan(self, period: Period, readers: Sequence[Reader], *, at: datetime) -> int:
        """Writes what is due for whom, once; gives how many digests were added. Nothing was held: nothing is sent."""
        with self._database.reading() as connection:
            lacking = digest_rows.lacking(connection, period.name, readers)
        if not lacking:
            return 0
        with self._database.writing() as connection:
            digest_rows.expire(connection, at)
            return sum(digest_rows.plan(connection, period, reader, at) for reader in lacking)

    def take(self, *, at: datetime, lease: timedelta) -> Digest | None:
        """One that is to be sent now, for the caller alone until the lease is over; None: there is none."""
        with self._database.reading() as connection:
            if not digest_rows.any_due(connection, at):
                return None
        with self._database.writing() as connection:
            return digest_rows.take(connection, at, lease)

    def held(self, digest: Digest, accounts: Collection[str]) -> Sequence[HeldMail]:
        """What it tells of: messages of these accounts that lie in quarantine still."""
        with self._database.reading() as connection:
            return digest_rows.held(connection, digest, accounts)

    def sent(self, digest: Digest, *, messages: int, at: datetime) -> None:
        """The mail server has it. Subjects and senders have left the ledger: the audit log says to whom (W-21)."""
        with self._database.writing() as connection:
            if digest_rows.end(connection, digest, digest_rows.SENT):
                told: dict[str, str | int] = {"to": digest.recipient, "messages": messages}
                audit.append(connection, What.DIGEST, at=at, who=self._who, detail=told)

    def nothing_left(self, digest: Digest) -> None:
        """All of it was released meanwhile."""
        with self._database.writing() as connection:
            digest_rows.end(connection, digest, digest_rows.EMPTY)

    def failed(self, digest: Digest, *, again_at: datetime, others: bool) -> None:
        """It waits, and is tried again at that instant; `others`: so do all that wait, since the server is away."""
        with self._database.writing() as connection:
            digest_rows.end(connection, digest, digest_rows.WAITING, again_at)
            if others:
                digest_rows.put_off(connection, again_at)

    def given_up(self, digest: Digest) -> None:
        """It is not sent any more; what it told of stands in the recipient's next one."""
        with self._database.writing() as connection:
            digest_rows.end(connection, digest, digest_rows.GIVEN_UP)
