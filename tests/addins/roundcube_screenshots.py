"""The pictures of the add-ins in docs/screenshots, made of invented mails: `python -m tests.addins.roundcube_screenshots`."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.addins.served import served
from tests.addins.webmail import Webmail, signed_in
from tests.cli.program import DEMO
from tests.e2e.screenshots import DESKTOP, FOLDER, PHONE, picture
from tests.e2e.world import chromium, driver
from tests.servers.dovecot import Dovecot
from tests.servers.roundcube import Roundcube
from vigie.ledger.token_types import Use

SHOWN = ("081", "077", "006", "001", "010")
"""Golden mails, the oldest first."""


def desktop(webmail: Webmail, end: str, why: str) -> None:
    """The false mail beside the list, as most people read; then the genuine one with its reasons."""
    for uid, kind in ((len(SHOWN), "impersonation"), (len(SHOWN) - 1, "genuine")):
        webmail.page.locator("#messagelist tr.message").nth(len(SHOWN) - uid).click()
        frame = webmail.page.frame_locator("#messagecontframe")
        banner = frame.locator(f"#vigie.vigie-{kind}")
        expect(banner).to_be_visible()
        banner.get_by_role("button", name=why).click()
        picture(webmail, f"roundcube-{kind}-{end}")


def phone(webmail: Webmail, end: str) -> None:
    """The false mail, full screen."""
    webmail.open(len(SHOWN))
    webmail.answered("impersonation")
    picture(webmail, f"roundcube-phone-{end}")


def main() -> int:
    """Makes them all."""
    FOLDER.mkdir(exist_ok=True)
    server = Dovecot()
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        one, two = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        vigie = stack.enter_context(served(one))
        roundcube = Roundcube(server)
        stack.callback(roundcube.stop)
        roundcube.configure({"vigie_server": vigie.origin, "vigie_token": vigie.token(Use.CHECK, Use.REPORT)})
        browser = stack.enter_context(chromium(stack.enter_context(driver()), two))
        for user, language, end, why in (("camille", "fr-FR", "fr", "Pourquoi ?"), ("ann", "en-GB", "en", "Why?")):
            account = server.account(user)
            server.deliver(account, *(next(DEMO.glob(f"{name}-*.eml")).read_bytes() for name in SHOWN))
            with signed_in(browser, roundcube, account.username, language=language, width=DESKTOP) as webmail:
                desktop(webmail, end, why)
            with signed_in(browser, roundcube, account.username, language=language, width=PHONE) as webmail:
                phone(webmail, end)
    return 0


if __name__ == "__main__":
    sys.exit(main())
