"""The identity provider: where it is asked, its keys, and a code that becomes what is known about a person."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from vigie.web.oidc import tokens
from vigie.web.oidc.asking import Model, ask
from vigie.web.oidc.faults import ProviderError
from vigie.web.oidc.flow import CALLBACK, Flow
from vigie.web.oidc.schemas import Discovered, Keys, Tokens
from vigie.web.settings import OidcSettings

KEPT_S: Final = 3600.0
"""How long its addresses and keys are taken for right."""
AGAIN_S: Final = 60.0
"""A token of an unknown key makes us look again, not more often than that: anybody can send such tokens."""
AT_ONCE: Final = 8
"""Questions, and who waits for an answer to one: anybody may begin a sign-in and come back from it with any code, a question may
take seconds, and whoever waits holds one of the server's threads."""


class Provider:
    """One provider. Thread-safe. `origin`: of our own pages."""

    def __init__(self, settings: OidcSettings, client_secret: str | None, origin: str) -> None:
        self._settings, self._secret, self._origin = settings, client_secret, origin
        self._lock = threading.Lock()
        self._found: tuple[float, Discovered] | None = None
        self._keys: tuple[float, Keys] | None = None
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def found(self) -> Discovered:
        """Where it is asked. Raises ProviderError."""
        known = self._found
        if known is not None and time.monotonic() - known[0] <= KEPT_S:
            return known[1]
        with self._turn(), self._lock:
            if self._found is None or time.monotonic() - self._found[0] > KEPT_S:
                url = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
                found = self._ask(url, Discovered)
                if found.issuer != self._settings.issuer:  # Discovery section 4.3
                    raise ProviderError("the provider calls itself otherwise than web.oidc.issuer", temporary=False)
                self._found = time.monotonic(), found
            return self._found[1]

    def address(self, flow: Flow) -> str:
        """Where the browser is sent. Raises ProviderError."""
        return flow.address(self.found(), self._settings, self._origin)

    def accepts_issuer(self, issuer: str | None) -> bool:
        """RFC 9207 section 2.4: the answer has to be of the provider that was asked. Raises ProviderError."""
        announced = self.found().authorization_response_iss_parameter_supported
        return issuer == self._settings.issuer if issuer is not None else not announced

    def claims(self, flow: Flow, code: str, now: datetime) -> Mapping[str, Any]:
        """Who signed in. Raises ProviderError, TokenError."""
        found = self.found()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{self._origin}{CALLBACK}",
            "code_verifier": flow.verifier,
            "client_id": self._settings.client_id,
        }
        basic = None
        if self._secret is not None and "client_secret_basic" in found.token_endpoint_auth_methods_supported:
            basic = (self._settings.client_id, self._secret)
        elif self._secret is not None:
            form["client_secret"] = self._secret
        with self._turn():
            told = self._ask(found.token_endpoint, Tokens, form=form, basic=basic)
        expected = tokens.Expected(self._settings.issuer, self._settings.client_id, flow.nonce, now)
        token = told.id_token.get_secret_value()
        try:
            return tokens.claims(token, self._published(KEPT_S).keys, expected)
        except tokens.UnknownKeyError:
            return tokens.claims(token, self._published(AGAIN_S).keys, expected)

    def _published(self, kept_s: float) -> Keys:
        """Its keys, as they were published at most `kept_s` ago."""
        uri = self.found().jwks_uri
        known = self._keys
        if known is not None and time.monotonic() - known[0] <= kept_s:
            return known[1]
        with self._turn(), self._lock:
            if self._keys is None or time.monotonic() - self._keys[0] > kept_s:
                self._keys = time.monotonic(), self._ask(uri, Keys)
            return self._keys[1]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Raises ProviderError where too many ask, or wait for who asks."""
        if not self._free.acquire(blocking=False):
            raise ProviderError("too many sign-ins are under way", temporary=True)
        try:
            yield
        finally:
            self._free.release()

    def _ask(
        self,
        url: str,
        model: type[Model],
        *,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> Model:
        """Raises ProviderError."""
        tls, timeout_s = self._settings.ca_file, self._settings.timeout_s
        return ask(url, model, ca_file=tls, timeout_s=timeout_s, form=form, basic=basic)
