"""The authorization code grant with PKCE: a browser comes back to a port of this machine (RFC 8252 section 7.3, RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import http.server
import os
import secrets
import select
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from vigie.scanner.credentials.asking import MEANINGS
from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.grants import Grants
from vigie.scanner.credentials.providers import Provider
from vigie.scanner.credentials.schemas import Tokens

WAIT_S: Final = 900.0
LONGEST_LINE: Final = 16 * 1024
REQUEST_S: Final = 10.0
STEP_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Request:
    """One authorization request. `state` tells our answer from a stranger's, `verifier` proves that we asked; both stay here."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(64), repr=False)

    def url(self, provider: Provider, client_id: str, redirect: str, username: str) -> str:
        """Where the person's browser goes."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": redirect,
            "scope": " ".join(provider.scopes),
            "state": self.state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "login_hint": username,
            **provider.extra,
        }
        assert provider.authorize is not None
        return f"{provider.authorize}{'&' if '?' in provider.authorize else '?'}{urlencode(asked)}"

    def code(self, address: str, provider: Provider) -> str | None:
        """The code in the address that the browser was sent to; None: it is no answer to this request.

        Raises ProviderError where the answer is a refusal (RFC 6749 section 4.1.2.1).
        """
        told = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items() if len(values) == 1}
        if not secrets.compare_digest(told.get("state", "").encode(), self.state.encode()):
            return None
        if _is_of_another(told, provider):
            raise ProviderError("the answer comes from another provider than the one that was asked", temporary=False)
        if "error" in told:
            error = told["error"]
            meaning = MEANINGS.get(error, "the provider refuses")
            raise ProviderError(meaning, code=error[:100], temporary=False)
        return told.get("code")


def _is_of_another(told: Mapping[str, str], provider: Provider) -> bool:
    """RFC 9207 section 2.4: a provider that promises to name itself must do so, and any that does must be the right one."""
    if "iss" not in told:
        return provider.answers_issuer
    return bool(provider.issuer) and told["iss"] != provider.issuer


class Landing:
    """Listens on loopback, on `port` or a free one, until the browser comes. A context manager."""

    def __init__(self, port: int, pages: tuple[str, str]) -> None:
        """`pages`: what the browser shows after an answer of ours, and otherwise. Raises OSError."""
        self.address = ""
        landing = self

        class Handler(http.server.BaseHTTPRequestHandler):
            timeout = REQUEST_S
            server_version = "Vigie"
            sys_version = ""

            def do_GET(self) -> None:
                ours = urlsplit(self.path).path == "/" and landing.take(self.path)
                page = pages[0 if ours else 1].encode()
                self.send_response(200 if ours else 400)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page)))
                self.send_header("Cache-Control", "no-store")
                self.send_header("Content-Security-Policy", "default-src 'none'")
                self.send_header("Referrer-Policy", "no-referrer")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_: object) -> None:
                """Nothing: the address holds the code."""

        self._accepts: Callable[[str], bool] = lambda _: False
        # Threads: browsers open connections in advance, on which nothing ever comes.
        # 127.0.0.1 and not localhost, which may be looked up elsewhere (RFC 8252 section 8.3)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.timeout = REQUEST_S
        self.redirect = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> Landing:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def take(self, path: str) -> bool:
        """True where it is the awaited answer."""
        return self._accepts(path)

    def wait(self, accepts: Callable[[str], bool], typed: IO[str] | None, wait_s: float) -> bool:
        """Hands every address that the browser calls, or that a person pastes, to `accepts` until it is True; False: time is up."""
        done = False

        def noted(address: str) -> bool:
            nonlocal done
            done = accepts(address)
            return done

        self._accepts = noted
        keyboard = Lines(typed) if typed is not None else None
        deadline = time.monotonic() + wait_s
        while not done and (left := deadline - time.monotonic()) > 0:
            waited = [self._server.fileno(), *([keyboard.fileno] if keyboard else [])]
            ready, _, _ = select.select(waited, [], [], min(left, STEP_S))
            if self._server.fileno() in ready:
                self._server.handle_request()
            if keyboard is not None and keyboard.fileno in ready:
                lines = keyboard.read()
                if lines is None:
                    keyboard = None  # the end of the input; the browser may still come
                    continue
                done = any(noted(line) for line in lines)
        return done


class Lines:
    """What somebody types, line by line, past Python's own buffer: what lies in that one no select tells of."""

    def __init__(self, typed: IO[str]) -> None:
        self.fileno = typed.fileno()
        self._rest = b""

    def read(self) -> list[str] | None:
        """The whole lines that are there now; None at the end of the input."""
        data = os.read(self.fileno, LONGEST_LINE)
        *lines, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[-LONGEST_LINE:]
        return [line.decode("utf-8", "replace").strip() for line in lines] if data else None


@dataclass(frozen=True, slots=True)
class Talk:
    """How to speak with the person: what shows the address, where an answer may be typed, and the two pages for the browser."""

    show: Callable[[str, str], None]
    """Called with the address to open and the one that the browser comes back to."""
    pages: tuple[str, str]
    typed: IO[str] | None = None
    port: int = 0
    wait_s: float = WAIT_S


def log_in(grants: Grants, provider: Provider, client_id: str, username: str, talk: Talk) -> Tokens:
    """Shows the address and waits for the browser. Raises ProviderError; OSError where the port is taken."""
    request = Request()
    answer: list[str | ProviderError] = []

    def accepts(address: str) -> bool:
        try:
            code = request.code(address, provider)
        except ProviderError as error:
            answer.append(error)
            return True
        if code is not None:
            answer.append(code)
        return code is not None

    with Landing(talk.port, talk.pages) as landing:
        talk.show(request.url(provider, client_id, landing.redirect, username), landing.redirect)
        if not landing.wait(accepts, talk.typed, talk.wait_s):
            raise ProviderError("nobody logged in in time", code="expired_token", temporary=False)
        if isinstance(answer[0], ProviderError):
            raise answer[0]
        return grants.of_code(answer[0], verifier=request.verifier, redirect=landing.redirect)
