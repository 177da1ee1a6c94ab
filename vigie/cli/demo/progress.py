"""What has become of each mail so far, read from the ledger that the service writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from vigie.cli.demo.mails import DemoMail
from vigie.cli.language import decimal
from vigie.ledger.store import Ledger
from vigie.ledger.types import Intent, Outcome, Record
from vigie.rules.types import Label

SETTLING = timedelta(seconds=3)
"""How long after the verdict a deed may begin; without one until then, none was planned (the server keeps no keywords)."""


@dataclass
class Fate:
    """One delivered mail."""

    mail: DemoMail
    delivered: datetime
    uid: int | None
    """In the inbox, where the server said it: a server may change the bytes (IMAP has no NUL), and so the hash."""
    record: Record | None = None
    done: Sequence[tuple[Intent, Outcome | None]] = ()
    settled: bool = False
    """Judged, and everything that was planned for it has ended."""

    @property
    def as_expected(self) -> bool:
        """The verdict is one of the right ones."""
        return self.record is not None and self.record.verdict in self.mail.expect

    def took(self, since: datetime) -> str:
        """From its arrival until everything was done; where it lay there before `since`, the time of its examination alone."""
        if self.record is None or not self.settled:
            return ""
        if self.delivered < since:
            return f"{self.record.elapsed_ms:.0f} ms"
        ends = [outcome.at for _, outcome in self.done if outcome is not None]
        return f"{decimal(max(0.0, (max([self.record.judged_at, *ends]) - self.delivered).total_seconds()))} s"


@dataclass
class Progress:
    """All delivered mails, in the order of delivery."""

    ledger: Ledger
    account: str
    fates: list[Fate] = field(default_factory=list)

    def add(self, mail: DemoMail, delivered: datetime, uid: int | None) -> None:
        """A mail that is on its way."""
        self.fates.append(Fate(mail, delivered, uid))

    def refresh(self) -> list[Fate]:
        """Looks into the ledger. Gives those that were settled since the last time. Raises LedgerError."""
        waiting = [fate for fate in self.fates if not fate.settled]
        if not waiting:
            return []
        by_key = {fate.uid or fate.mail.sha256: fate for fate in waiting}
        for record in self.ledger.records(account=self.account, limit=10_000):
            fate = by_key.get(record.place.uid) or by_key.get(record.sha256)
            if fate is not None and record.sha256:  # a mark of a judgement under way has no hash
                author, subject = fate.mail.shown
                fate.record = replace(record, author=author, subject=subject)
        now = datetime.now(UTC)
        return [fate for fate in waiting if self._settle(fate, now)]

    def _settle(self, fate: Fate, now: datetime) -> bool:
        if fate.record is None:
            return False
        fate.done = self.ledger.outcomes(fate.record.id)
        acted = bool(fate.done) and all(outcome is not None for _, outcome in fate.done)
        harmless = fate.record.verdict not in (Label.IMPERSONATION, Label.SUSPICIOUS)
        waited = not fate.done and now - fate.record.judged_at > SETTLING
        fate.settled = acted or (harmless and not fate.done) or waited
        return fate.settled

    @property
    def settled(self) -> bool:
        """Nothing that was delivered is open."""
        return all(fate.settled for fate in self.fates)
