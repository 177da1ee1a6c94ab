"""The identity provider: where it is asked, its keys, and a code that becomes what is known about a person."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vigie.web.oidc import tokens
from vigie.web.oidc.asking import Model, ask
from vigie.web.oidc.faults import ProviderError
from vigie.web.oidc.flow import CALLBACK, Flow
from vigie.web.oidc.keyring import KEPT_S, Keyring, Turns
from vigie.web.oidc.schemas import Discovered, Keys, Tokens
from vigie.web.settings import OidcSettings


class Provider:
    """One provider. Thread-safe. `origin`: of our own pages."""

    def __init__(self, settings: OidcSettings, client_secret: str | None, origin: str) -> None:
        self._settings, self._secret, self._origin = settings, client_secret, origin
        self._lock = threading.Lock()
        self._found: tuple[float, Discovered] | None = None
        self._turns = Turns()
        self._keys = Keyring(lambda: self._ask(self.found().jwks_uri, Keys), self._turns)

    def found(self) -> Discovered:
        """Where it is asked. Raises ProviderError."""
        known = self._found
        if known is not None and time.monotonic() - known[0] <= KEPT_S:
            return known[1]
        with self._turns.one(), self._lock:
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
        with self._turns.one():
            told = self._ask(found.token_endpoint, Tokens, form=form, basic=basic)
        expected = tokens.Expected(self._settings.issuer, self._settings.client_id, flow.nonce, now)
        token = told.id_token.get_secret_value()
        return self._keys.proven(lambda keys: tokens.claims(token, keys, expected))

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
