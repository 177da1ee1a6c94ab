"""The pane as somebody has it in front of her: a page of a real Chromium, Outlook played by office.js, a real `vigie web` behind it."""

from __future__ import annotations

import contextlib
import email.policy
import html
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import MIMEPart
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import Browser, Page, expect

from tests.cli.program import DEMO
from tests.e2e.world import PATIENCE_S, until
from tests.outlook.builder import built
from tests.web.served import ROOT, serve
from vigie.auth_checks.settings import DnsSettings
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.ledger.people import new_id
from vigie.ledger.people_types import Told
from vigie.ledger.store import Ledger
from vigie.ledger.token_types import Token, Use
from vigie.ledger.tokens import fresh

OFFICE = (Path(__file__).parent / "office.js").read_text(encoding="utf-8")
LIBRARY = "https://appsforoffice.microsoft.com/lib/1/hosted/office.js"
CLIENT, TENANT = "11111111-2222-3333-4444-555555555555", "66666666-7777-8888-9999-000000000000"


def letter(number: str) -> bytes:
    """One of the demo's mails."""
    (path,) = DEMO.glob(f"{number}-*.eml")
    return path.read_bytes()


def whole(raw: bytes) -> dict[str, Any]:
    """The message as an Outlook with Mailbox 1.14 gives it."""
    return {"raw": b64encode(raw).decode()}


def in_parts(raw: bytes) -> dict[str, Any]:
    """The same as an older one does: the header as text, the body as HTML, no whole."""
    message = message_from_bytes(raw, policy=email.policy.default)
    header = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0].decode("utf-8", "replace")
    author = message["From"].addresses[0]
    return {
        "headers": header.replace("\n", "\r\n"),
        "html": _shown(message.get_body(("html", "plain"))),
        "from": {"displayName": author.display_name, "emailAddress": author.addr_spec},
        "to": [{"displayName": "Camille", "emailAddress": "camille@example.org"}],
        "subject": str(message["Subject"]),
        "date": "2026-10-05T00:12:45Z",
        "id": str(message["Message-ID"]),
    }


def account(token: str, **fails: str) -> dict[str, object]:
    """What the host of nested app authentication gives; its id_token names nobody."""
    return {"token": token, "identity": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJvIn0.", "fails": fails}


def _shown(body: MIMEPart | None) -> str:
    """Of a text Outlook makes markup, with links."""
    text = "" if body is None else str(body.get_content())
    if body is None or body.get_content_type() == "text/html":
        return text
    linked = re.sub(r"https?://[^\s<>]+", r'<a href="\g<0>">\g<0></a>', html.escape(text))
    return f'<html><body><div class="PlainText">{"<br>".join(linked.splitlines())}</div></body></html>'


@dataclass
class Pane:
    """One pane, and everything in it that should not happen."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def says(self, kind: str, text: str) -> None:
        """The answer, once it is there."""
        expect(self.page.locator("#answer")).to_have_class(kind)
        expect(self.page.locator("#sentence")).to_contain_text(text)

    def notes(self, text: str) -> None:
        """What stands below the answer."""
        expect(self.page.locator("#note")).to_contain_text(text)

    def waits(self, call: str, seconds: int) -> None:
        """Time passes after this Outlook was asked for that (`clock`)."""
        until(lambda: bool(self.page.evaluate("call => window.called.includes(call)", call)))
        self.page.clock.fast_forward(seconds * 1000)

    def press(self, name: str) -> None:
        """A button of the answer, or one that is always there."""
        self.page.click(f"#{name}, #press-{name}")

    def enter(self, token: str) -> None:
        """Into the settings."""
        if not self.page.locator("#form").is_visible():
            self.press("open")
        self.page.fill("#token", token)
        self.press("save")

    def forgive(self, text: str) -> None:
        """A line of the console that was wanted: Chromium writes one for each answer that is no success."""
        self.wrong = [one for one in self.wrong if text not in one]


class Asked(Protocol):
    """A `vigie web`, in this process or in one of its own."""

    @property
    def origin(self) -> str: ...
    @property
    def ledger(self) -> Ledger: ...


@dataclass(frozen=True)
class Office:
    """Somebody's Outlook."""

    browser: Browser
    served: Asked
    secret: str
    """A token that checks and reports."""
    settings: str = ""
    """settings.js of another organisation's copy."""
    pages: str = ""
    """Where the add-in lies, Outlook's library beside it; empty: with the server."""

    def token(self, *uses: Use) -> str:
        """Another one, that is good for these."""
        at, secret = datetime.now(UTC), fresh()
        token = Token(new_id(), "Outlook", frozenset(uses), None, ROOT.who, at, at + timedelta(days=1))
        assert self.served.ledger.tokens.add(token, secret, ROOT) is Told.DONE
        return secret

    @contextlib.contextmanager
    def pane(
        self,
        mail: dict[str, Any] | None,
        *,
        token: str | None = None,
        file: str = "taskpane.html",
        clock: bool = False,
        **outlook: Any,
    ) -> Iterator[Pane]:
        """The pane is opened on a message. Fails where something wrong happened in it. `clock`: its time is ours (Pane.waits)."""
        context = self.browser.new_context(viewport={"width": 340, "height": 640})
        if clock:
            context.clock.install()
        context.set_default_timeout(PATIENCE_S * 1000)
        if not self.pages:
            context.route(LIBRARY, lambda route: route.fulfill(body=OFFICE, content_type="text/javascript"))
        if self.settings:
            context.route(
                "**/settings.js", lambda route: route.fulfill(body=self.settings, content_type="text/javascript")
            )
        kept = self.secret if token is None else token
        told = json.dumps({"item": mail, **outlook})
        key = json.dumps(f"{outlook.get('partition', '')}vigie-token")
        context.add_init_script(
            f"window.outlook = {told}; if (!sessionStorage.once) "
            f"{{ sessionStorage.once = 1; localStorage.setItem({key}, {json.dumps(kept)}); }}"
        )
        pane, pages = Pane(context.new_page()), self.pages or f"{self.served.origin}/addins/outlook"
        pane.page.on("console", lambda line: pane.wrong.append(line.text) if line.type == "error" else None)
        pane.page.on("pageerror", lambda error: pane.wrong.append(str(error)))
        pane.page.on("dialog", lambda dialog: pane.wrong.append(dialog.message))
        pane.page.on(
            "request",
            lambda request: (
                pane.wrong.append(request.url)
                if not request.url.startswith((self.served.origin, pages, LIBRARY))
                else None
            ),
        )
        try:
            pane.page.goto(f"{pages}/{file}")
            yield pane
            assert pane.wrong == []
        finally:
            context.close()


@contextlib.contextmanager
def office(browser: Browser, folder: Path) -> Iterator[Office]:
    """`vigie web` with the add-in, and with the name servers of the demo's mails."""
    judge = JudgeSettings(
        dns=DnsSettings(zone_file=DEMO / "zone.toml"), limits=LimitSettings(workers=1, wall_s=60, ocr=False)
    )
    with serve(folder, judge=judge, outlook={"files": folder / "outlook"}) as served:
        built(folder, origin=served.origin)
        made = Office(browser, served, "")
        yield replace(made, secret=made.token(Use.CHECK, Use.REPORT))
