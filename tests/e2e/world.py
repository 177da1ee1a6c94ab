"""One Dovecot, the real service in enforce mode, the real pages with a first admin, and Chromium with a log of its own."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.cli.program import JUDGING, account_toml
from tests.servers import processes
from tests.servers.dovecot import Dovecot, client
from tests.web.served import PASSWORD, ROOT, kept_password
from vigie.cli import main
from vigie.ledger.people_types import Rights, Role, User
from vigie.ledger.review_types import CaseLine, Pile, Wanted
from vigie.ledger.store import Ledger
from vigie.scanner.settings import AccountSettings

VIGIE = [sys.executable, "-m", "vigie"]
PATIENCE_S = 150.0
Scheme = Literal["light", "dark"]


def until(done: Callable[[], bool]) -> None:
    """Waits until it is so; how long is nobody's business but the machine's."""
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, "it has not come to that"
        time.sleep(0.05)


@dataclass
class World:
    """What runs. `ledger` is the tests' own eye on what the programs write."""

    folder: Path
    dovecot: Dovecot
    accounts: dict[str, AccountSettings]
    origin: str
    config: Path
    ledger: Ledger
    admin: str = "Camille"
    people: list[str] = field(default_factory=list)

    def add(self, name: str, role: Role, *, language: str = "fr") -> str:
        """Somebody with PASSWORD, beside the first admin."""
        user = User(f"id-{name}", name, Rights(role, None), language, datetime.now(UTC), password=kept_password())
        self.ledger.people.add(user, ROOT, at=datetime.now(UTC))
        return name

    def session(self, name: str) -> str:
        """The cookie of somebody who has signed in."""
        user, token = self.ledger.people.named(name), secrets.token_urlsafe(32)
        assert user is not None
        self.ledger.people.begin_session(user, token, agent="tests", at=datetime.now(UTC))
        return token

    def arrives(self, *messages: bytes, at: str = "accueil") -> None:
        """Mail comes in by LMTP."""
        self.dovecot.deliver(self.accounts[at], *messages)

    def cases(self, wanted: Wanted, *, sure: int = 0) -> list[CaseLine]:
        """Cases as everybody may see them, once there are `sure` of them."""
        desk = self.ledger.desk("cli:tests")
        until(lambda: desk.cases(wanted).total >= sure)
        return list(desk.cases(wanted, limit=500).cases)

    def held(self, search: str, count: int = 1) -> list[CaseLine]:
        """So many messages that lie in quarantine."""
        return self.cases(Wanted(pile=Pile.HELD, search=search), sure=count)

    def hashes(self, folder: str, at: str = "accueil") -> set[str]:
        """SHA-256 of the messages of one folder, asked of the server."""
        with client(self.accounts[at]) as imap:
            if not imap.folder_exists(folder):
                return set()
            imap.select_folder(folder, readonly=True)
            found = [item[b"BODY[]"] for item in imap.fetch(imap.search(), ["BODY.PEEK[]"]).values()]
            # NIL: moved away since it was found
            return {hashlib.sha256(raw).hexdigest() for raw in found if raw is not None}


def _configured(folder: Path, accounts: dict[str, AccountSettings], port: int) -> Path:
    path = folder / "vigie.toml"
    sections = "".join(account_toml(account) for account in accounts.values())
    # One test sets a second factor up; the others are about something else.
    web = f'[web]\nlisten = "127.0.0.1:{port}"\nsecond_factor = "optional"\n'
    (folder / "reports").mkdir(exist_ok=True)
    channels = f'[channels.folder]\npath = "{folder / "reports"}"\n'
    path.write_text(f"{JUDGING}{web}{channels}{sections}")
    return path


def _create_admin(config: Path) -> None:
    """In this process: a fresh one loads for seconds what is loaded here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))
        assert main.run(["--config", str(config), "web", "create-admin", "Camille"]) == 0


@contextlib.contextmanager
def world(folder: Path, dovecot: Dovecot, *, service: bool = True) -> Iterator[World]:
    """Everything, running; the admin has PASSWORD. Ends all of it."""
    accounts = {
        name: dovecot.account(name, mode="enforce").model_copy(update={"name": name}) for name in ("accueil", "compta")
    }
    _create_admin(_configured(folder, accounts, 0))
    with contextlib.ExitStack() as stack:
        config, port = _running(folder, accounts, stack, ("web", "run")[: 1 + service])
        ledger = stack.enter_context(Ledger(f"sqlite:///{folder / 'vigie.db'}", "tests"))
        yield World(folder, dovecot, accounts, f"http://127.0.0.1:{port}", config, ledger)


def _running(
    folder: Path, accounts: dict[str, AccountSettings], stack: contextlib.ExitStack, names: tuple[str, ...]
) -> tuple[Path, int]:
    """Where the pages listen; the programs end with the stack."""
    for _ in range(5):  # somebody else may take the port between our look and the pages'
        (port,) = processes.free_ports(1)
        config = _configured(folder, accounts, port)
        command = [*VIGIE, "--config", str(config)]
        tried = stack.enter_context(contextlib.ExitStack())
        running = []
        for name in names:
            running.append(processes.spawn([*command, name], folder / f"{name}.log", unprivileged=False))
            tried.callback(processes.stop, running[-1])
        if any(processes.listening(running[0], port) for _ in range(3)):
            return config, port
        tried.close()
    raise processes.ServerError(f"the pages do not start: {(folder / 'web.log').read_text()}")


# -- the browser ---------------------------------------------------------------------------------------------------------

OWN = frozenset(
    (
        "~notfound",
        "content-autofill.googleapis.com",
        "update.googleapis.com",
        "accounts.google.com",
        "clients2.google.com",
        "www.google.com",
    )
)
"""Whom Chromium itself would like to ask something, and what ARGUMENTS make of everybody's name; no page of ours names them."""
ARGUMENTS = (
    "--no-sandbox",  # of the processes, which needs what a container does not give; that of frames stays
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # whatever it asks for, nothing leaves this machine
)


@dataclass
class Chromium:
    """A browser, the windows that are open in it, and the file into which its network layer writes everything that it is asked for."""

    browser: Browser
    log: Path
    eyes: dict[object, Eye] = field(default_factory=dict)
    """By person and kind of window: a window of one's own costs a browser more than ten pages."""

    def requested(self) -> set[str]:
        """The hosts that anything in the browser has asked for, page or not. Ends the browser: only then the log is whole."""
        self.browser.close()
        events = json.loads(self.log.read_text(errors="replace"))["events"]
        found = [event["params"].get(name, "") for event in events if "params" in event for name in ("url", "host")]
        return {_host(url) for url in found} - OWN - {"", "127.0.0.1"}


def _host(text: str) -> str:
    parts = urlsplit(text if "//" in text else f"//{text}")
    return "" if parts.scheme in ("data", "blob", "chrome", "devtools", "chrome-extension") else parts.hostname or ""


PROGRAMS = os.environ.get("CHROMIUM", "chromium-headless-shell chromium").split()
"""`make e2e` asks for the whole of it. Debian builds both from one source; the first, without all that draws a window, needs a
third of the second's time for a page."""


@contextlib.contextmanager
def driver() -> Iterator[Playwright]:
    """What steers browsers. As long as it lives, this thread has a running event loop."""
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE_S * 1000)
        yield playwright


@contextlib.contextmanager
def chromium(playwright: Playwright, folder: Path) -> Iterator[Chromium]:
    """Debian's. A machine without it fails."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program is not None, f"{PROGRAMS[-1]} is not installed: make servers"
    log = folder / "network.json"
    browser = playwright.chromium.launch(executable_path=program, args=[*ARGUMENTS, f"--log-net-log={log}"])
    try:
        yield Chromium(browser, log)
    finally:
        browser.close()


@dataclass
class Eye:
    """One person's browser window, and everything in it that should not happen."""

    context: BrowserContext
    page: Page
    origin: str
    wrong: list[str] = field(default_factory=list)
    """Dialogs, errors in the console, requests to elsewhere."""

    def go(self, path: str) -> Page:
        """Opens a page of ours."""
        self.page.goto(self.origin + path)
        return self.page

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.origin}/", "data:", "about:")):
            self.wrong.append(f"request {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.wrong.append(f"console: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def forgive(self, *statuses: int) -> None:
        """Answers that were no page with status 200 stand in the console, too: these were wanted."""
        self.wrong = [one for one in self.wrong if not any(f"status of {status}" in one for status in statuses)]

    def watch(self) -> None:
        """From now on."""
        self.context.on("request", self._request)
        self.context.on("console", self._console)
        self.context.on("weberror", lambda error: self.wrong.append(f"error: {error.error}"))
        self.context.on("dialog", self._dialog)

    def sign_in(self, name: str, code: str = "") -> None:
        """By the form."""
        self.go("/sign-in")
        self.page.fill("input[name=name]", name)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.fill("input[name=code]", code)
        self.page.click("main button")


@contextlib.contextmanager
def window(
    chromium: Chromium,
    world: World,
    name: str = "",
    *,
    language: str = "fr",
    scheme: Scheme = "light",
    width: int = 1200,
) -> Iterator[Eye]:
    """A window with cookies of its own; with a name that person is signed in. Fails where something wrong happened in it."""
    key = (name, language, width < TOUCHED)
    if key not in chromium.eyes:
        chromium.eyes[key] = _opened(chromium.browser, world, language, touched=width < TOUCHED)
    eye = chromium.eyes[key]
    eye.page.set_viewport_size({"width": width, "height": 800})
    eye.page.emulate_media(color_scheme=scheme)
    if not name:
        eye.context.clear_cookies()
    elif not eye.context.cookies():
        eye.context.add_cookies([{"name": "vigie", "value": world.session(name), "url": world.origin}])
    eye.wrong.clear()
    try:
        yield eye
        assert eye.wrong == []
    finally:
        if chromium.browser.is_connected():
            eye.page.goto("about:blank")


TOUCHED = 600
"""A narrower screen is one to touch."""


def _opened(browser: Browser, world: World, language: str, *, touched: bool) -> Eye:
    context = browser.new_context(
        locale={"fr": "fr-FR", "en": "en-GB"}[language], timezone_id="Europe/Paris", has_touch=touched
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    eye = Eye(context, context.new_page(), world.origin)
    eye.watch()
    return eye
