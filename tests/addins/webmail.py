"""Roundcube with the plugin, as somebody sees it in Chromium."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Locator

from tests.e2e.world import PATIENCE_S, Chromium, Eye
from tests.servers.dovecot import PASSWORD
from tests.servers.roundcube import Roundcube


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
