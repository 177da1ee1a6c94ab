"""The authorization code grant with PKCE on a loopback redirect: what is taken for an answer, and what is not."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests import canary
from tests.servers.oidc import Oidc
from vigie.scanner.credentials import browser
from vigie.scanner.credentials.browser import Request, Talk
from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.grants import Grants
from vigie.scanner.credentials.login import flow_of
from vigie.scanner.credentials.providers import Provider, provider_for
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.tokens import TokenKeeper

PAGES = ("ours", "not ours")
WRONG = ("", "?code=x", "?code=x&state=wrong", "favicon.ico", "?error=access_denied&state=wrong", "?state=a&state=b")
World = tuple[Grants, Provider]


@pytest.fixture
def world(provider: Oidc, oauth: Callable[..., OAuthSettings]) -> Iterator[World]:
    keeper = TokenKeeper("accueil", oauth(flow="browser"))
    with keeper.asker() as asker:
        known = provider_for(oauth(flow="browser"), asker)
        yield keeper.grants(asker, known), known


def visit(provider: Oidc, address: str) -> str:
    """A browser goes there; gives the address that it is sent to."""
    context = ssl.create_default_context(cafile=str(provider.ca))
    with httpx.Client(verify=context, timeout=60) as client:
        return client.get(address).headers["location"]


def fetched(address: str) -> httpx.Response:
    return httpx.get(address, timeout=60)


def log_in(world: World, act: Callable[[str, str], None], wait_s: float = 60.0, **more: object) -> str:
    """Logs in while `act` does what a person would, in another thread; gives the access token."""
    grants, provider = world

    def show(address: str, redirect: str) -> None:
        threading.Thread(target=act, args=(address, redirect), daemon=True).start()

    talk = Talk(show, PAGES, wait_s=wait_s, **more)  # type: ignore[arg-type]  # each call names fields of Talk
    return browser.log_in(grants, provider, "vigie", "claire", talk).access_token.get_secret_value()


def test_a_browser_logs_in(provider: Oidc, world: World) -> None:
    provider.authorizes_as = "claire"
    pages: list[httpx.Response] = []
    done = threading.Event()

    def act(address: str, _: str) -> None:
        pages.append(fetched(visit(provider, address)))
        done.set()

    token = log_in(world, act)
    assert provider.introspect({"token": token})["username"] == "claire"
    assert done.wait(30)
    assert (pages[0].status_code, pages[0].text) == (200, "ours")
    assert pages[0].headers["cache-control"] == "no-store"
    (query,) = provider.paths("/authorize")
    assert query["code_challenge_method"] == "S256"
    assert query["login_hint"] == "claire"
    assert query["redirect_uri"].startswith("http://127.0.0.1:")
    (form,) = provider.paths("/token")
    assert len(form["code_verifier"]) >= 43  # RFC 7636 section 4.1
    assert form["code_verifier"] not in str(query)


def test_strangers_are_sent_away_and_the_browser_is_waited_for(provider: Oidc, world: World) -> None:
    """Whoever guesses the port cannot end the login, and cannot slip in a code of his own."""
    seen: list[int] = []

    def act(address: str, redirect: str) -> None:
        host = urllib.parse.urlsplit(redirect)
        assert host.hostname is not None
        with closing(socket.create_connection((host.hostname, host.port or 0))):  # as browsers do, in advance
            seen.extend(fetched(redirect + wrong).status_code for wrong in WRONG)
            seen.append(httpx.post(redirect, timeout=60).status_code)
            answer = visit(provider, address)
            seen.append(fetched(answer.replace("/?", "/other?")).status_code)
            fetched(answer)

    assert log_in(world, act)
    assert seen == [400] * 6 + [501, 400]
    assert len(provider.paths("/token")) == 1


def test_the_person_says_no(provider: Oidc, world: World) -> None:
    provider.authorizes_as = "denied"
    with pytest.raises(ProviderError, match="the login was refused"):
        log_in(world, lambda address, _: _ignore(fetched(visit(provider, address))))


def _ignore(_: object) -> None:
    pass


def test_an_address_may_be_pasted(provider: Oidc, world: World) -> None:
    """The browser is on another machine, where nothing listens."""
    read, write = os.pipe()
    with os.fdopen(read, encoding="utf-8") as typed, os.fdopen(write, "w", encoding="utf-8") as keyboard:

        def act(address: str, _: str) -> None:
            keyboard.write("what?\n\n" + visit(provider, address) + "\n")
            keyboard.flush()

        assert log_in(world, act, typed=typed)


def test_nobody_comes(world: World) -> None:
    with pytest.raises(ProviderError, match="in time"):
        log_in(world, lambda *_: None, wait_s=0.3)


def test_a_port_that_is_taken(world: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        log_in(world, lambda *_: None, port=taken.getsockname()[1])


def test_an_answer_in_another_providers_name() -> None:
    """RFC 9207: a mix-up between two providers."""
    request = Request()
    asked = Provider(token="https://a.example/token", scopes=(), issuer="https://a.example", answers_issuer=True)
    silent = Provider(token="https://a.example/token", scopes=(), issuer="https://a.example")
    right = f"http://127.0.0.1/?code={canary.MARK}&state={request.state}"
    assert request.code(f"{right}&iss=https%3A%2F%2Fa.example", asked) == canary.MARK
    assert request.code(right, silent) == canary.MARK
    for address, provider in ((f"{right}&iss=https%3A%2F%2Fb.example", silent), (right, asked)):
        with pytest.raises(ProviderError, match="another provider"):
            request.code(address, provider)
    assert request.code("http://127.0.0.1/?code=x", asked) is None
    assert request.code("no address at all \x00", asked) is None


def test_each_request_is_another() -> None:
    first, second = Request(), Request()
    assert first.state != second.state
    assert first.verifier != second.verifier


def test_which_way_is_taken(oauth: Callable[..., OAuthSettings]) -> None:
    both = Provider(token="t", scopes=(), authorize="a", device="d")
    for flow, wanted in (("auto", "device"), ("device", "device"), ("browser", "browser")):
        assert flow_of(oauth(flow=flow), both) == wanted
    assert flow_of(oauth(), Provider(token="t", scopes=(), authorize="a")) == "browser"
    with pytest.raises(ProviderError, match="no device login"):
        flow_of(oauth(flow="device"), Provider(token="t", scopes=(), authorize="a"))
    with pytest.raises(ProviderError, match="no device or browser login"):
        flow_of(oauth(), Provider(token="t", scopes=()))


def test_the_end_of_the_input_is_no_answer(world: World, provider: Oidc) -> None:
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        assert log_in(world, lambda address, _: _ignore(fetched(visit(provider, address))), typed=nothing)
