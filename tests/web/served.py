"""The pages as they are served: uvicorn on loopback, and browsers without a window (httpx) that fill in forms."""

from __future__ import annotations

import html
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from tests import canary
from vigie.judge.settings import JudgeSettings
from vigie.ledger.people_types import ALL_RIGHTS, By, Rights, Role, User
from vigie.ledger.review_types import Scope
from vigie.ledger.store import Ledger
from vigie.web import serving
from vigie.web.app import create_app
from vigie.web.judging import Judging
from vigie.web.settings import WebSettings
from vigie.web.site import Channel, Mailbox, Section, Site

ROOT = By("cli:root", ALL_RIGHTS)
CHEAP = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
OLD = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = canary.secret("password")


def kept_password() -> str:
    """PASSWORD as an old ledger may keep it, hashed cheaply."""
    return OLD.hash(PASSWORD)


class Clock:
    """The time of a site; it moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(frozen=True)
class Served:
    """Pages that are served, and what they work with."""

    site: Site
    clock: Clock
    app: FastAPI

    @property
    def ledger(self) -> Ledger:
        return self.site.ledger

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, whatever it is called."""
        return self.site.settings.address

    @property
    def origin(self) -> str:
        return self.site.settings.origin

    def add(self, name: str, role: Role = Role.REVIEWER, accounts: Scope = None, **changes: Any) -> User:
        """Somebody with PASSWORD."""
        user = User(f"id-{name}", name, Rights(role, accounts), "fr", self.clock(), password=kept_password())
        self.ledger.people.add(replace(user, **changes), ROOT, at=self.clock())
        return user

    def browser(self, user: User | None = None) -> Browser:
        """A browser; with `user` she is signed in, as after the form of /sign-in."""
        made = Browser(self)
        if user is not None:
            token = secrets.token_urlsafe(32)
            self.ledger.people.begin_session(user, token, agent="tests", at=self.clock())
            made.http.cookies.set("vigie", token, domain="127.0.0.1", path="/")
            made.signed_in = True
        return made


class Browser:
    """Keeps cookies, says where a form comes from, sends its token."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.signed_in = False
        """From the beginning, by Served.browser."""
        self.http = httpx.Client(base_url=served.origin, follow_redirects=False, timeout=60, verify=False)

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.http.get(path, **more)

    def post(
        self, path: str, form: dict[str, Any] | None = None, *, on: str = "/profile", **more: Any
    ) -> httpx.Response:
        """Opens the page `on`, takes the token of its form, and sends `form` with it."""
        return self.send(path, {"csrf": self.token(on), **(form or {})}, **more)

    def send(self, path: str, form: dict[str, Any], **headers: str) -> httpx.Response:
        """The form as it is, from our own origin unless `headers` say otherwise."""
        told = {"Origin": self.served.origin, "Sec-Fetch-Site": "same-origin"} | headers
        return self.http.post(path, data=form, headers={name.replace("_", "-"): value for name, value in told.items()})

    def token(self, path: str = "/profile") -> str:
        """The token of the forms on a page."""
        return token(self.get(path).text)

    def sign_in(self, name: str, password: str = PASSWORD, **form: str) -> httpx.Response:
        """By the form."""
        return self.post("/sign-in", {"name": name, "password": password, **form}, on="/sign-in")


def token(page: str) -> str:
    """The token of the forms of a page."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return found[1]


def text(page: httpx.Response) -> str:
    """What a person reads, roughly."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


@contextmanager
def serve(
    folder: Path,
    *,
    mailboxes: tuple[Mailbox, ...] = (),
    sections: tuple[Section, ...] = (),
    channels: tuple[Channel, ...] = (),
    client_secret: str | None = None,
    clock: Clock | None = None,
    judge: JudgeSettings | None = None,
    **settings: Any,
) -> Iterator[Served]:
    """Serves pages on a free port, with a ledger of their own in `folder`. An admin needs no second factor, unless it is asked for."""
    settings = {"second_factor": "optional"} | settings
    told, clock = WebSettings(listen="127.0.0.1:0", **settings), clock or Clock()
    listening = serving.bound(told)
    told = WebSettings(listen=f"127.0.0.1:{listening.getsockname()[1]}", **settings)
    judging = Judging(judge or JudgeSettings())
    with Ledger(f"sqlite:///{folder / 'vigie.db'}", "web") as ledger, closing(judging):
        site = Site(ledger, told, mailboxes, sections, client_secret, clock, judging=judging, channels=channels)
        app = create_app(site)
        server = serving.server(app, told)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            yield Served(site, clock, app)
        finally:
            server.should_exit = True
            thread.join(20)
            listening.close()
