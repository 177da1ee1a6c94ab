"""Whole passes through a line that is cut after a given number of bytes, and what a later pass makes of what they left."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

from tests.scanner.crashing import Scenario, Server, picture
from tests.scanner.world import look, scan
from tests.servers.cutter import Cutter, Direction
from vigie.ledger.store import Ledger
from vigie.scanner.mailboxes.base import MailboxError
from vigie.scanner.settings import AccountSettings


class Cutting:
    """One scenario on one server: a pass that is not cut, then passes that are, each on a fresh mailbox."""

    def __init__(self, cutter: Cutter, server: Server, scenario: Scenario, folder: Path) -> None:
        self._cutter = cutter
        self._server = server
        self._scenario = scenario
        self._folder = folder
        self.ended: Counter[str] = Counter()
        account = self._prepared("whole")
        self._before = _contents(account)
        assert self._passed(account, "whole") == "done"
        self.length: dict[Direction, int] = {way: len(said) for way, said in cutter.said.items()}
        self.first_change: dict[Direction, int] = cutter.until(b" STORE ")
        """Bytes that go through before anything is changed."""
        self._wanted = picture(account)

    def check(self, direction: Direction, after: int, *, once: bool) -> None:
        """Cuts there, resumes. `once`: the line is whole again at once, so the same pass reconnects."""
        name = f"{direction}-{after}-{once}"
        account = self._prepared(name)
        self._cutter.arm(direction, after, once=once)
        try:
            self.ended[self._passed(account, name)] += 1
        finally:
            self._cutter.disarm()
        assert not self._before - _contents(account), f"{name}: lost"
        with Ledger(f"sqlite:///{self._folder / name}") as ledger:
            scan(account, ledger)
            assert ledger.open_intents(account.name) == [], name
        assert picture(account) == self._wanted, f"{name}: another end than without a cut"
        for left in self._folder.glob(f"{name}*"):
            left.unlink()

    def _prepared(self, name: str) -> AccountSettings:
        account = self._server.account(tls="none", port=self._server.port)
        self._scenario.prepare(account, self._folder / name)
        return account

    def _passed(self, account: AccountSettings, name: str) -> str:
        """One pass through the proxy; how it ended."""
        self._cutter.forget()
        near = account.model_copy(update={"port": self._cutter.port})
        with Ledger(f"sqlite:///{self._folder / name}") as ledger, contextlib.suppress(MailboxError):
            summary = scan(near, ledger)
            return "waiting" if summary.waiting else "done"
        return "broken off"


def _contents(account: AccountSettings) -> Counter[str]:
    return Counter(seen.sha256 for seen in look(account))
