"""The n-th write to the ledger fails: nothing is lost or done twice (A-12, I-51). Every n, in every way, under `make soak`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scanner.crashing import SCENARIOS
from tests.scanner.failing import Disk, Failing
from tests.scanner.world import places, scan
from tests.servers.dovecot import Dovecot
from vigie.ledger.store import Ledger, LedgerError

EVERY = 3


def test_the_nth_write_fails(dovecot_uidplus: Dovecot, tmp_path: Path) -> None:
    failing = Failing(dovecot_uidplus, SCENARIOS["first"], tmp_path)
    assert failing.writes > 20
    for fails in range(1, failing.writes + 2, EVERY):
        failing.check(fails, full=fails % 2 == 0)


def test_without_a_durable_intent_nothing_is_sent(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account()
    SCENARIOS["first"].prepare(account, tmp_path / "db")
    with Ledger(f"sqlite:///{tmp_path / 'db'}") as ledger:
        Disk(1, full=True).under(ledger)
        with pytest.raises(LedgerError):
            scan(account, ledger)
    assert places(account) == {"faux": ["INBOX"]}
