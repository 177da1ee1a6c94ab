"""Roundcube with the plugin, as somebody sees it in Chromium, and `vigie web`, which it asks."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator

from tests.canary import MARK
from tests.cli.program import JUDGING
from tests.e2e.world import PATIENCE_S, Chromium, Eye
from tests.servers import processes
from tests.servers.dovecot import PASSWORD
from tests.servers.roundcube import Roundcube
from tests.web.served import ROOT
from vigie.ledger.people import new_id
from vigie.ledger.people_types import Told
from vigie.ledger.store import Ledger
from vigie.ledger.token_types import PREFIX, Token, Use
from vigie.ledger.tokens import fresh

REPORTS = 1
"""That one token may hand in within an hour."""


@dataclass
class Server:
    """`vigie web` in a process of its own. `ledger` is the tests' own eye on it."""

    origin: str
    ledger: Ledger

    def token(self, *uses: Use) -> str:
        """A token that is good, with the mark in it: wherever it is seen is found."""
        secret, at = PREFIX + MARK + fresh()[len(PREFIX) + len(MARK) :], datetime.now(UTC)
        token = Token(new_id(), "Roundcube", frozenset(uses), None, ROOT.who, at, at + timedelta(days=1))
        assert self.ledger.tokens.add(token, secret, ROOT) is Told.DONE
        return secret


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    """The real pages, which judge with the name servers of the demo."""
    (port,) = processes.free_ports(1)
    config = folder / "vigie.toml"
    config.write_text(f'{JUDGING}[web]\nlisten = "127.0.0.1:{port}"\n[web.api]\nreports_per_hour = {REPORTS}\n')
    command = [sys.executable, "-m", "vigie", "--config", str(config), "web"]
    process = processes.spawn(command, folder / "web.log", unprivileged=False, cwd=Path.cwd())
    try:
        assert any(processes.listening(process, port) for _ in range(3)), (folder / "web.log").read_text()
        with Ledger(f"sqlite:///{folder / 'vigie.db'}", "tests") as ledger:
            yield Server(f"http://127.0.0.1:{port}", ledger)
    finally:
        processes.stop(process)


@dataclass
class Webmail(Eye):
    """Somebody's window, signed in."""

    @property
    def banner(self) -> Locator:
        """What the plugin says."""
        return self.page.locator("#message-objects > #vigie")

    def open(self, uid: int | str, folder: str = "INBOX") -> Locator:
        """Shows that message."""
        self.page.goto(f"{self.origin}/?_task=mail&_action=show&_uid={uid}&_mbox={folder}")
        return self.banner

    def answered(self, kind: str) -> Locator:
        """The banner once it is of that kind: a verdict, "problem", "consent"."""
        found = self.page.locator(f"#message-objects > #vigie.vigie-{kind}")
        found.wait_for()
        return found


@contextlib.contextmanager
def signed_in(
    chromium: Chromium, roundcube: Roundcube, user: str, *, language: str = "fr-FR", width: int = 1200
) -> Iterator[Webmail]:
    """By the form. Fails where something wrong happened in the window."""
    context = chromium.browser.new_context(
        locale=language,
        timezone_id="Europe/Paris",
        has_touch=width < 600,
        viewport={"width": width, "height": 800},
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    webmail = Webmail(context, context.new_page(), roundcube.origin)
    webmail.watch()
    try:
        page = webmail.page
        page.goto(webmail.origin)
        page.fill("#rcmloginuser", user)
        page.fill("#rcmloginpwd", PASSWORD)
        page.click("#rcmloginsubmit")
        page.wait_for_selector("#messagelist")
        yield webmail
        assert webmail.wrong == []
    finally:
        context.close()
