"""The pictures of what needs no add-in, made of invented mails: `python -m tests.addins.elsewhere_screenshots`.

The page for anyone, and what a folder that is a button answers, in a webmail without the plugin.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from tests.addins.webmail import signed_in
from tests.cli.program import DEMO, JUDGING, account_toml, vigie
from tests.e2e.screenshots import DESKTOP, FOLDER, PHONE, picture
from tests.e2e.world import Chromium, Eye, chromium, driver
from tests.servers.dovecot import Dovecot, client
from tests.servers.roundcube import Roundcube
from tests.web.conftest import MAILBOXES
from tests.web.served import serve
from vigie.auth_checks.settings import DnsSettings
from vigie.judge.settings import JudgeSettings

CHECK = "À vérifier"
FALSE = next(DEMO.glob("010-*.eml"))


def page(browser: Chromium, folder: Path) -> None:
    """Somebody without an account gives a file, and reads the answer."""
    judge = JudgeSettings(dns=DnsSettings(zone_file=DEMO / "zone.toml"))
    with serve(folder, mailboxes=MAILBOXES, judge=judge, verifier=True) as pages:
        for language, width, end in (("fr-FR", DESKTOP, "fr"), ("en-GB", PHONE, "phone-en")):
            context = browser.browser.new_context(locale=language, viewport={"width": width, "height": 800})
            with contextlib.closing(context):
                eye = Eye(context, context.new_page(), pages.origin)
                eye.go("/verifier")
                eye.page.set_input_files("#file", FALSE)
                eye.page.click("main form button.main")
                expect(eye.page.locator("section[aria-live] h2")).to_be_visible()
                picture(eye, f"verifier-{end}")


def button(browser: Chromium, folder: Path, server: Dovecot, roundcube: Roundcube) -> None:
    """A mail is moved into the folder; the reply lies in INBOX."""
    for user, language, end in (("camille", "fr-FR", "fr"), ("ann", "en-GB", "en")):
        account = server.account(user)
        with client(account) as imap:
            imap.create_folder(CHECK)
            imap.append(CHECK, FALSE.read_bytes())
        config = folder / f"{end}.toml"
        told = account_toml(account, check_folder=CHECK, answers="reply", language=end)
        config.write_text(f'[ledger]\nurl = "sqlite:///{folder / end}.db"\n{JUDGING}{told}', encoding="utf-8")
        done = vigie("--config", config, "scan", account.name, "--folder", CHECK, cwd=folder)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        with signed_in(browser, roundcube, account.username, language=language, width=PHONE) as webmail:
            webmail.page.locator("#messagelist tr.message", has_text="Vigie").first.click()
            expect(webmail.page.locator("#messagebody, #messagecontframe")).to_be_visible()
            picture(webmail, f"folder-reply-{end}")


def main() -> int:
    """Makes them all."""
    FOLDER.mkdir(exist_ok=True)
    server = Dovecot()
    with contextlib.ExitStack() as stack:
        stack.callback(server.stop)
        one, two = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        browser = stack.enter_context(chromium(stack.enter_context(driver()), two))
        page(browser, one)
        roundcube = Roundcube(server)
        stack.callback(roundcube.stop)
        settings = roundcube.base / "config/config.inc.php"
        settings.write_text(settings.read_text().replace("['vigie']", "[]"))
        button(browser, one, server, roundcube)
    return 0


if __name__ == "__main__":
    sys.exit(main())
