"""Which mode an account works in: what vigie.toml says, or what `vigie promote` and `vigie rollback` said since.

The newest word counts. A change is remembered with what vigie.toml said then; when the file says something else later, the
admin has spoken again, and the file's word is in force. So nobody who writes mode = "observe" is overruled by an old promotion.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import get_args

from vigie.ledger.store import Ledger
from vigie.ledger.types import ModeChange, Step
from vigie.scanner.decide import Mode
from vigie.scanner.settings import AccountSettings

MODES: tuple[Mode, ...] = get_args(Mode)
"""From the one that touches nothing to the one that moves."""


def in_force(ledger: Ledger, account: AccountSettings, *, read_at: datetime) -> Mode:
    """The account's mode now. `read_at`: when vigie.toml was read.

    What the file says for the first time, or says differently, is written down: from then on it is the newest word. Where
    somebody has read another word in the file after us, ours is stale until the next reload: the mode that does less is in
    force. Raises LedgerError.
    """
    newest = ledger.newest_mode(account.name)
    if newest is not None and newest.file_mode == account.mode:
        return _mode(newest.mode)
    if newest is not None and newest.at > read_at:
        return min(_mode(newest.mode), account.mode, key=rank)
    before = account.mode if newest is None else newest.mode
    said = ModeChange(account.name, Step.FILE, account.mode, before, account.mode, datetime.now(UTC))
    if ledger.change_mode(said, after=newest):
        return account.mode
    return in_force(ledger, account, read_at=read_at)  # another program was faster


def standing(ledger: Ledger, account: AccountSettings) -> tuple[Mode, ModeChange | None]:
    """The mode, and the promotion or rollback that it rests on; None: vigie.toml. Writes nothing. Raises LedgerError."""
    newest = ledger.newest_mode(account.name)
    if newest is None or newest.file_mode != account.mode or newest.step is Step.FILE:
        return account.mode, None
    return _mode(newest.mode), newest


def at_work(ledger: Ledger, account: AccountSettings) -> Mode:
    """The mode in which the service works, or worked last. Writes nothing. Raises LedgerError.

    Not what vigie.toml says where nobody has read it since it was changed: before the reload the service does not know.
    """
    newest = ledger.newest_mode(account.name)
    return account.mode if newest is None else _mode(newest.mode)


def rank(mode: str) -> int:
    """How much is done to a message in that mode."""
    return MODES.index(_mode(mode))


def before_promotion(changes: Sequence[ModeChange]) -> Mode:
    """Where a rollback leads: the mode before the last promotion that still stands, else observe. Never up."""
    stack: list[str] = []
    for change in changes:
        if change.step is Step.FILE:
            stack.clear()  # the admin has spoken since
        elif change.step is Step.PROMOTE:
            stack.append(change.before)
        elif stack:
            stack.pop()
    now = changes[-1].mode if changes else MODES[0]
    return _mode(stack[-1]) if stack and rank(stack[-1]) < rank(now) else MODES[0]


def _mode(text: str) -> Mode:
    """A word of the ledger; what no version of ours has written touches nothing."""
    return next((mode for mode in MODES if mode == text), MODES[0])
