"""`[web]`: where the pages are, who may reach them, how long a session lasts, and the identity provider."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from vigie.auth_checks.settings import Settings
from vigie.ledger.people_types import Role
from vigie.ledger.token_types import Use

_GUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_LOOPBACK_NAMES = frozenset(("localhost", "127.0.0.1", "::1"))


class GroupSettings(Settings):
    """`[[web.oidc.groups]]`: what the members of one group of the identity provider may do."""

    name: str = Field(min_length=1, max_length=255, description="as the provider writes it")
    role: Role = Field(description="reader, reviewer or admin")
    accounts: tuple[str, ...] | None = Field(default=None, description="left out: every account")


class OidcSettings(Settings):
    """`[web.oidc]`: sign in with an identity provider (OpenID Connect, code with PKCE)."""

    issuer: str = Field(pattern=r"^https://[^\s?#]+$", description="its address, exactly as it calls itself")
    client_id: str = Field(min_length=1, max_length=255)
    client_secret_file: Path | None = Field(default=None, description="left out: a public client")
    label: str = Field(default="", max_length=60, description="what the button says; left out: the provider's host")
    scopes: tuple[str, ...] = ("openid", "profile")
    groups_claim: str = Field(default="groups", min_length=1, max_length=100)
    groups: tuple[GroupSettings, ...] = Field(
        default=(), description="left out: only people who were invited, and accepted with the provider"
    )
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    timeout_s: float = Field(default=10.0, gt=0, le=60)

    @property
    def called(self) -> str:
        """What people know it by."""
        return self.label or urlsplit(self.issuer).netloc

    @field_validator("scopes")
    @classmethod
    def _openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if "openid" not in value or not all(re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope) for scope in value):
            raise ValueError('scopes are words, one of them "openid"')
        return value


class EntraTenantSettings(Settings):
    """`[[web.api.entra.tenants]]`: an organisation whose people may ask from Outlook."""

    id: str = Field(pattern=_GUID, description="the tenant's id, in small letters")
    name: str = Field(default="", max_length=100, description="what reviewers know it by; left out: Outlook")
    uses: tuple[Use, ...] = Field(default=(Use.CHECK, Use.REPORT), min_length=1, description="check, report, records")
    accounts: tuple[str, ...] | None = Field(default=None, description="the mailboxes it is about; left out: every one")


class EntraSettings(Settings):
    """`[web.api.entra]`: an add-in of Outlook asks with a token of Microsoft Entra (nested app authentication)."""

    client_id: str = Field(pattern=_GUID, description="of the application that stands for this API")
    tenants: tuple[EntraTenantSettings, ...] = Field(
        default=(), max_length=1000, description="nobody else's tokens are good"
    )
    scope: str = Field(
        default="access_as_user", pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,200}$", description="that a token has to have"
    )
    clients: tuple[Annotated[str, Field(pattern=_GUID)], ...] = Field(
        default=(), description="applications that may get such tokens; left out: client_id itself"
    )
    authority: str = Field(
        default="https://login.microsoftonline.com",
        pattern=r"^https://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?$",
        description="another one in national clouds",
    )
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    timeout_s: float = Field(default=10.0, gt=0, le=60)

    @field_validator("tenants")
    @classmethod
    def _once(cls, value: tuple[EntraTenantSettings, ...]) -> tuple[EntraTenantSettings, ...]:
        if len({tenant.id for tenant in value}) < len(value):
            raise ValueError("each tenant stands here once")
        return value


class ApiSettings(Settings):
    """`[web.api]`: what programs may ask on behalf of people who read their mail. Every request needs a token."""

    origins: tuple[str, ...] = Field(
        default=(), description="sites whose scripts may ask, an Outlook add-in's; exactly as browsers write them"
    )
    message_bytes: int = Field(default=25 * 1024 * 1024, ge=64 * 1024, le=64 * 1024 * 1024, description="more gets 413")
    per_minute: int = Field(default=240, ge=1, le=100_000, description="requests of one token; more get 429")
    reports_per_hour: int = Field(default=100, ge=1, le=10_000, description="messages that are kept, of one token")
    entra: EntraSettings | None = None

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """No pattern and no "null" (W-11): a sandboxed page of anybody says "null"."""
        for one in value:
            if not re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?", one):
                raise ValueError('origins are "https://host", in small letters, without a path')
            if one.startswith("http://") and urlsplit(one).hostname not in _LOOPBACK_NAMES:
                raise ValueError('origins are "https://host"; "http://" is for this machine alone')
        return value


class WebSettings(Settings):
    """`[web]`: the pages of the quarantine review."""

    listen: str = Field(default="127.0.0.1:8025", description="address and port")
    base_url: str | None = Field(default=None, description="what browsers call it: https, or http on this machine")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="addresses whose X-Forwarded-For is believed: those of your reverse proxy"
    )
    session_hours: float = Field(default=12.0, gt=0, le=720, description="then one has to sign in again")
    idle_minutes: int = Field(default=120, ge=1, le=43200, description="the same, when nothing was done")
    invitation_hours: float = Field(default=72.0, gt=0, le=720)
    second_factor: Literal["optional", "admins", "everybody"] = Field(
        default="admins", description="who has to set up an authenticator app before anything else"
    )
    second_reviewer: bool = Field(
        default=True,
        description="a fraud that somebody has confirmed goes back once two people want it; also for vigie review",
    )
    verifier: bool = Field(default=False, description="/verifier: anybody may have a text judged; nothing is stored")
    verifier_per_hour: int = Field(
        default=30, ge=1, le=10_000, description="the same, by one address; an office shares one"
    )
    api: ApiSettings = ApiSettings()
    oidc: OidcSettings | None = None

    @field_validator("listen")
    @classmethod
    def _address(cls, value: str) -> str:
        _split(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for one in value:
                ipaddress.ip_network(one)
        except ValueError:
            raise ValueError('trusted_proxies are addresses: ["127.0.0.1"]') from None
        return value

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?/?", value):
            raise ValueError('base_url is "https://host", without a path')
        if value.startswith("http://") and urlsplit(value).hostname not in _LOOPBACK_NAMES:
            raise ValueError('base_url is "https://host"; "http://" is for this machine alone')
        return value.rstrip("/")

    @model_validator(mode="after")
    def _coherent(self) -> WebSettings:
        if self.base_url is None and not ipaddress.ip_address(self.address[0]).is_loopback:
            raise ValueError('listen off this machine goes with base_url = "https://host"')
        return self

    @property
    def address(self) -> tuple[str, int]:
        """(host, port)."""
        return _split(self.listen)

    @property
    def origin(self) -> str:
        """scheme://host[:port], without a slash behind it: what a browser's Origin header has to say."""
        return self.base_url or f"http://{self.listen}"

    @property
    def secure(self) -> bool:
        """Browsers come by https."""
        return self.origin.startswith("https://")


def _split(listen: str) -> tuple[str, int]:
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):([0-9]{1,5})", listen)
    if found is None or int(found[3]) > 65535:
        raise ValueError('listen is an address with a port: "127.0.0.1:8025"')
    try:
        return str(ipaddress.ip_address(found[1] or found[2])), int(found[3])
    except ValueError:
        raise ValueError('listen is an address with a port: "127.0.0.1:8025"') from None
