"""Tokens of Microsoft Entra, by which an add-in of Outlook asks the API for the person who reads her mail (W-09).

Nested app authentication gives the add-in an access token for our API (docs/api.md): version 2.0, signed by the person's tenant. Only the
tenants of the settings are known, and their keys are asked for at the authority of the settings alone: nothing in a token leads anywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from vigie.ledger.token_types import Token
from vigie.web.oidc import tokens
from vigie.web.oidc.asking import ask
from vigie.web.oidc.faults import TokenError
from vigie.web.oidc.keyring import Keyring, Turns
from vigie.web.oidc.schemas import Keys
from vigie.web.settings import EntraSettings, EntraTenantSettings

LONGEST: Final = 16 * 1024
A_DAY_S: Final = 86_400.0
_FORM: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_OBJECT: Final = re.compile(r"[0-9A-Za-z-]{1,64}")


class Entra:
    """The tenants of the settings, and their keys. Thread-safe."""

    def __init__(self, settings: EntraSettings) -> None:
        self._settings = settings
        self._tenants = {tenant.id: tenant for tenant in settings.tenants}
        turns = Turns()
        self._keys = {tenant: Keyring(partial(self._ask, tenant), turns) for tenant in self._tenants}

    def token(self, secret: str, now: datetime) -> Token:
        """What the holder of these characters may ask. Raises TokenError; ProviderError where its keys cannot be had."""
        tenant = self._tenants.get(_tenant(secret))
        if tenant is None:
            raise TokenError("it is of a tenant that is not in the settings")
        told = self._keys[tenant.id].proven(lambda keys: tokens.signed(secret, keys))
        self._check(told, tenant, now)
        return _token(told, tenant, now)

    def _check(self, told: Mapping[str, Any], tenant: EntraTenantSettings, now: datetime) -> None:
        """In the order of the claims reference of the platform; what another tenant's key has signed says so in both places."""
        here = self._settings
        if told.get("ver") != "2.0" or told.get("iss") != f"{here.authority}/{tenant.id}/v2.0":
            raise TokenError("it is of another issuer")
        if told.get("tid") != tenant.id:
            raise TokenError("it is of another tenant")
        if (
            told.get("aud") != here.client_id
        ):  # one application alone: an ID token of another one's sign-in names that one
            raise TokenError("it is for another application")
        if told.get("azp") not in (here.clients or (here.client_id,)):
            raise TokenError("it was made for another application")
        scopes = told.get("scp")
        # An ID token has none, and neither has one that a program got without a person (roles).
        if not isinstance(scopes, str) or here.scope not in scopes.split(" "):
            raise TokenError("it lacks the scope")
        person = told.get("oid")
        if not isinstance(person, str) or not _OBJECT.fullmatch(person):
            raise TokenError("it does not say about whom it is")
        tokens.in_time(told, now)

    def _ask(self, tenant: str) -> Keys:
        """Raises ProviderError."""
        here = self._settings
        url = f"{here.authority}/{tenant}/discovery/v2.0/keys"
        return ask(url, Keys, ca_file=here.ca_file, timeout_s=here.timeout_s)


def is_one(secret: str) -> bool:
    """It has the form of a signed token (RFC 7515 section 3.1)."""
    return len(secret) <= LONGEST and _FORM.fullmatch(secret) is not None


def _tenant(secret: str) -> str:
    """Which tenant it says that it is of: for choosing the keys, nothing is believed yet."""
    part = secret.split(".")[1]
    try:
        told = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        raise TokenError("it is no signed token") from None
    tenant = told.get("tid") if isinstance(told, dict) else None
    return tenant if isinstance(tenant, str) else ""


def _token(told: Mapping[str, Any], tenant: EntraTenantSettings, now: datetime) -> Token:
    """One token a person: her pace and what she hands in are her own. Who she is stays with the tenant: a hash stands here."""
    person = hashlib.sha256(f"entra\0{tenant.id}\0{told['oid']}".encode()).hexdigest()[:32]
    ends = now + timedelta(seconds=min(told["exp"] - now.timestamp(), A_DAY_S))
    accounts = None if tenant.accounts is None else frozenset(tenant.accounts)
    return Token(f"entra-{person}", tenant.name or "Outlook", frozenset(tenant.uses), accounts, "entra", now, ends)
