"""An identity provider on loopback, over TLS: it issues, refreshes (each refresh token once), revokes and introspects.

Authorization code with PKCE (RFC 7636), device grant (RFC 8628), client credentials, RFC 7009, RFC 7662, OpenID Connect Discovery.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import secrets
import shutil
import ssl
import threading
import time
import urllib.parse
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import canary
from tests.servers import processes
from tests.servers.certificates import Authority
from tests.servers.signing import Forge, Signing

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
Form = dict[str, str]


@dataclass
class Login:
    """What a person agreed to: all tokens of one login end together."""

    username: str
    client: str
    refresh: str = ""
    used: set[str] = field(default_factory=set)
    asked: Form = field(default_factory=dict)
    """What the browser brought to /authorize."""
    ended: bool = False


@dataclass
class Waiting:
    """A device code that nobody has answered yet, or that somebody has."""

    client: str
    user_code: str
    answer: str = ""
    """authorization_pending while ""; "denied"; else the user name."""


@dataclass(frozen=True)
class Fault:
    """An answer out of turn."""

    status: int = 503
    body: bytes = b'{"error": "temporarily_unavailable"}'
    headers: tuple[tuple[str, str], ...] = ()
    wait_s: float = 0.0


class ProtocolError(Exception):
    """An error of RFC 6749 section 5.2."""


class Oidc:
    """A running provider. Public client "vigie", confidential client "vigie-server" with `client_secret`."""

    def __init__(self) -> None:
        self.base = processes.short_folder("id")
        self.base.chmod(0o755)
        authority = Authority(self.base / "tls")
        self.ca = authority.ca
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.server("provider"))
        self.client_secret = canary.secret("client")
        self.lifetime_s = 3600
        self.rotates = True
        self.authorizes_as = "somebody"
        self.discovery: dict[str, object] = {}
        """Instead of its own values; None leaves a key out."""
        self.faults: deque[Fault] = deque()
        """Instead of the next answers of the token endpoint."""
        self.asked: list[tuple[str, Form]] = []
        """Every request: path and form or query."""
        self.headers: list[dict[str, str]] = []
        self.waiting: dict[str, Waiting] = {}
        self.codes: dict[str, tuple[Form, str]] = {}
        self.signing = Signing()
        self.claims: dict[str, object] = {}
        """In every ID token, beside or instead of its own."""
        self.forge: Forge | None = None
        """Makes the ID tokens instead."""
        self.keys: list[dict[str, object]] | None = None
        """What is published instead of its own key."""
        self.access: dict[str, tuple[Login, float]] = {}
        self.logins: list[Login] = []
        self.lock = threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        self.issuer = f"https://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Ends it and removes its folder."""
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self.base, ignore_errors=True)

    def stop_once(self) -> None:
        """The next token is not given: the provider is out of order for a moment."""
        self.faults.append(Fault())

    def settings(self, token_file: Path, **changes: object) -> dict[str, object]:
        """`[accounts.oauth]` of a public client."""
        told: dict[str, object] = {
            "issuer": self.issuer, "client_id": "vigie", "token_file": token_file, "ca_file": self.ca, "timeout_s": 30.0,
        }  # fmt: skip
        return told | changes

    # -- what a person does in a browser

    def answer(self, user_code: str, username: str) -> None:
        """Logs in as `username` and types the code; "denied": says no."""
        next(one for one in self.waiting.values() if one.user_code == user_code).answer = username

    def withdraw(self, username: str) -> None:
        """Every login of that person ends: no token of hers is good any more."""
        for login in self.logins:
            login.ended = login.ended or login.username == username

    def expire_access(self, username: str) -> None:
        """Her access tokens are refused from now on; refresh tokens work."""
        self.access = {
            token: (one, 0.0 if one.username == username else end) for token, (one, end) in self.access.items()
        }

    def paths(self, path: str) -> list[Form]:
        """The forms that came to a path."""
        return [form for asked, form in self.asked if asked == path]

    # -- endpoints

    def configuration(self) -> dict[str, object]:
        here = self.issuer
        told: dict[str, object] = {
            "issuer": here, "token_endpoint": f"{here}/token", "authorization_endpoint": f"{here}/authorize",
            "device_authorization_endpoint": f"{here}/device", "revocation_endpoint": f"{here}/revoke",
            "introspection_endpoint": f"{here}/introspect", "jwks_uri": f"{here}/keys",
            "authorization_response_iss_parameter_supported": True,
            "token_endpoint_auth_methods_supported": ["client_secret_basic"], "grant_types_supported": ["refresh_token"],
        }  # fmt: skip
        return {key: value for key, value in (told | self.discovery).items() if value is not None}

    def device(self, _: Form, client: str) -> dict[str, object]:
        code, user_code = canary.secret("device"), secrets.token_hex(4).upper()
        self.waiting[code] = Waiting(client, user_code)
        page = f"{self.issuer}/activate"
        return {
            "device_code": code, "user_code": user_code, "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}", "expires_in": 600, "interval": 1,
        }  # fmt: skip

    def authorize(self, query: Form) -> str:
        """The address that the browser is sent to: everybody agrees at once."""
        told = {"state": query["state"], "iss": self.issuer}
        if self.authorizes_as == "denied":
            return f"{query['redirect_uri']}?{urllib.parse.urlencode(told | {'error': 'access_denied'})}"
        code = canary.secret("code")
        self.codes[code] = (query, self.authorizes_as)
        return f"{query['redirect_uri']}?{urllib.parse.urlencode(told | {'code': code})}"

    def token(self, form: Form, client: str) -> dict[str, object]:
        grants: dict[str, Callable[[Form, str], Login]] = {
            "refresh_token": self._by_refresh, "authorization_code": self._by_code,
            DEVICE_CODE: self._by_device, "client_credentials": self._by_client,
        }  # fmt: skip
        grant = grants.get(form.get("grant_type", ""))
        if grant is None:
            raise ProtocolError("unsupported_grant_type")
        login = grant(form, client)
        token = canary.secret("access")
        self.access[token] = (login, time.time() + self.lifetime_s)
        told: dict[str, object] = {"access_token": token, "token_type": "bearer", "expires_in": self.lifetime_s}
        if form["grant_type"] != "client_credentials" and (self.rotates or not login.refresh):
            login.used.add(login.refresh)
            login.refresh = canary.secret("refresh")
            told["refresh_token"] = login.refresh
        if "openid" in login.asked.get("scope", "").split():
            told["id_token"] = self.id_token(login)
        return told

    def id_token(self, login: Login) -> str:
        """OpenID Connect Core 1.0 section 2."""
        now = int(time.time())
        told: dict[str, object] = {
            "iss": self.issuer, "sub": f"sub-{login.username}", "aud": login.client, "iat": now, "exp": now + 300,
            "nonce": login.asked.get("nonce"), "preferred_username": login.username,
        }  # fmt: skip
        told = {key: value for key, value in (told | self.claims).items() if value is not None}
        return self.forge(self.signing, told) if self.forge is not None else self.signing.token(told)

    def _login(self, username: str, client: str) -> Login:
        self.logins.append(Login(username, client))
        return self.logins[-1]

    def _by_refresh(self, form: Form, client: str) -> Login:
        token = form.get("refresh_token", "")
        for login in self.logins:
            if token in login.used:
                login.ended = True  # RFC 9700 section 4.14.2: a used one came again: it was stolen
            if token == login.refresh and not login.ended and login.client == client:
                return login
        raise ProtocolError("invalid_grant")

    def _by_code(self, form: Form, client: str) -> Login:
        query, username = self.codes.pop(form.get("code", ""), ({}, ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        right = (query.get("code_challenge"), query.get("code_challenge_method"), query.get("redirect_uri"))
        if (challenge, "S256", form.get("redirect_uri")) != right or query.get("client_id") != client:
            raise ProtocolError("invalid_grant")
        login = self._login(username, client)
        login.asked = query
        return login

    def _by_device(self, form: Form, client: str) -> Login:
        waiting = self.waiting.get(form.get("device_code", ""))
        if waiting is None or waiting.client != client:
            raise ProtocolError("invalid_grant")
        if waiting.answer == "denied":
            raise ProtocolError("access_denied")
        if not waiting.answer:
            raise ProtocolError("authorization_pending")
        del self.waiting[form["device_code"]]
        return self._login(waiting.answer, client)

    def _by_client(self, _: Form, client: str) -> Login:
        if client != "vigie-server":
            raise ProtocolError("unauthorized_client")
        return self._login(self.authorizes_as, client)

    def revoke(self, form: Form, _: str) -> dict[str, object]:
        for login in self.logins:
            login.ended = login.ended or login.refresh == form.get("token")
        return {}

    def introspect(self, form: Form) -> dict[str, object]:
        login, end = self.access.get(form.get("token", ""), (None, 0.0))
        if login is None or login.ended or end <= time.time():
            return {"active": False}
        return {"active": True, "username": login.username, "scope": "imap", "client_id": login.client}

    def client(self, form: Form, authorization: str) -> str:
        """Who asks (RFC 6749 section 2.3). Raises ProtocolError."""
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
            name, secret = (urllib.parse.unquote_plus(part) for part in pair[::2])
        if name == "vigie" or (name == "vigie-server" and secret == self.client_secret):
            return name
        raise ProtocolError("invalid_client")


def _handler(oidc: Oidc) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        timeout = 30
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one piece: apart, the second waits for the acknowledgement of the first
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            asked = _form(query)
            oidc.asked.append((path, asked))
            if path == "/.well-known/openid-configuration":
                self.say(200, json.dumps(oidc.configuration()).encode())
            elif path.endswith("/keys"):
                keys = [oidc.signing.public] if oidc.keys is None else oidc.keys
                self.say(200, json.dumps({"keys": keys}).encode())
            elif path == "/authorize":
                self.say(302, b"", ("Location", oidc.authorize(asked)))
            else:
                self.say(404, b"{}")

        def do_POST(self) -> None:
            form = _form(self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode())
            with oidc.lock:
                oidc.asked.append((self.path, form))
                oidc.headers.append(dict(self.headers.items()))
                fault = oidc.faults.popleft() if self.path == "/token" and oidc.faults else None
                if fault is None:
                    status, body = self.answer(form)
            if fault is not None:
                time.sleep(fault.wait_s)
                with contextlib.suppress(OSError):
                    self.say(fault.status, fault.body, *fault.headers)
                return
            self.say(status, json.dumps(body).encode())

        def answer(self, form: Form) -> tuple[int, dict[str, Any]]:
            if self.path == "/introspect":
                return 200, oidc.introspect(form)
            ways = {"/token": oidc.token, "/device": oidc.device, "/revoke": oidc.revoke}
            if self.path not in ways:
                return 404, {}
            try:
                return 200, ways[self.path](form, oidc.client(form, self.headers.get("Authorization", "")))
            except ProtocolError as error:
                told = {"error": str(error), "error_description": f"{error}: {' '.join(form.values())}"}
                return 401 if str(error) == "invalid_client" else 400, told

        def say(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler


def _form(text: str) -> Form:
    return dict(urllib.parse.parse_qsl(text, keep_blank_values=True))
