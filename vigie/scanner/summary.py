"""What one pass tells its caller: message by message, and at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from vigie.ledger.types import ActionKind, Outcome, Record, State
from vigie.scanner.decide import Mode


@dataclass(frozen=True, slots=True)
class Progress:
    """One message is settled: judged, written, and what had to be done to it was tried."""

    done: int
    total: int
    """Messages that this pass found to judge."""
    record: Record
    action: ActionKind | None = None
    outcome: Outcome | None = None
    """None with an action: it could not be carried out yet; the next pass takes it up."""
    received: datetime | None = None
    """INTERNALDATE."""


@dataclass(slots=True)
class Summary:
    """What one pass found and did."""

    account: str
    folder: str
    mode: Mode
    total: int = 0
    """Messages that this pass found to judge."""
    judged: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    unexamined: int = 0
    """Of the judged: those that no examination survived (undecided, with an error)."""
    size: int = 0
    """Bytes judged."""
    carried_over: int = 0
    """Known contents at a new place after a UIDVALIDITY change: neither judged nor acted on again."""
    retried: int = 0
    """Of the judged: those that DNS had kept from being decided (row 7)."""
    quarantined: int = 0
    tagged: int = 0
    answered: int = 0
    """Messages that people had moved into a folder that is a button."""
    gone: int = 0
    failed: int = 0
    homeless: int = 0
    """Batches with false mail for which no quarantine folder was to be had: it was tagged."""
    waiting: int = 0
    """Intents of this pass that stay open for the next one."""
    recovered: int = 0
    """Intents of earlier passes, and people's releases, that ended in this one."""
    released: int = 0
    read_only: bool = False
    """The server lets nobody write: nothing was acted on, whatever the mode."""
    rescanned: bool = False
    """UIDVALIDITY had changed: the whole folder was read again."""
    stopped: bool = False
    """Asked to stop before the end; the next pass goes on from there."""
    uidvalidity: int = 0
    uidnext: int = 0
    """As the server said when the pass began: every message below it is settled, unless `stopped`, or called with `since`."""
    elapsed_s: float = 0.0

    def count_record(self, record: Record) -> None:
        """A message was judged and written."""
        self.judged += 1
        self.verdicts[record.verdict] += 1
        self.size += record.size
        self.unexamined += record.decided_by == 0

    def count_outcome(self, action: ActionKind, outcome: Outcome | None) -> None:
        """An intent was carried out, or was not yet."""
        if outcome is None:
            self.waiting += 1
        elif outcome.state is State.DONE:
            self.quarantined += action is ActionKind.QUARANTINE
            self.tagged += action is ActionKind.TAG
            self.answered += action is ActionKind.ANSWER
            self.released += action is ActionKind.RELEASE
        else:
            self.gone += outcome.state is State.GONE
            self.failed += outcome.state is State.FAILED
