"""Where each identity provider is asked: Microsoft and Google as they document it, any other by OpenID Connect Discovery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from vigie.scanner.credentials.asking import Asker
from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.schemas import Discovered
from vigie.scanner.credentials.settings import OAuthSettings

MICROSOFT: Final = "https://login.microsoftonline.com"
OUTLOOK: Final = "https://outlook.office.com"


@dataclass(frozen=True, slots=True)
class Provider:
    """Addresses and habits of one provider. `basic`: the client's secret goes as HTTP Basic, not in the form."""

    token: str
    scopes: tuple[str, ...]
    authorize: str | None = None
    device: str | None = None
    revoke: str | None = None
    issuer: str = ""
    answers_issuer: bool = False
    """It names itself in the redirect (RFC 9207): another name there is an attack."""
    basic: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
    """Of the authorization request."""


def provider_for(oauth: OAuthSettings, asker: Asker) -> Provider:
    """The provider of these settings; asks it where it is not a known one. Raises ProviderError."""
    if oauth.provider == "microsoft":
        return _microsoft(oauth)
    if oauth.provider == "google":
        return _google(oauth)
    assert oauth.issuer is not None
    return _discovered(oauth.issuer, oauth, asker)


def _microsoft(oauth: OAuthSettings) -> Provider:
    """Microsoft identity platform v2.0; the scope of IMAP, AccessAsUser for a person, .default for an application."""
    base = f"{MICROSOFT}/{oauth.tenant}/oauth2/v2.0"
    usual = (
        ("https://outlook.office365.com/.default",)
        if oauth.flow == "app"
        else (f"{OUTLOOK}/IMAP.AccessAsUser.All", "offline_access")
    )
    return Provider(
        token=f"{base}/token", authorize=f"{base}/authorize", device=f"{base}/devicecode", scopes=oauth.scopes or usual
    )


def _google(oauth: OAuthSettings) -> Provider:
    """Google's device flow refuses the scope of mail, so it stays out; a refresh token comes with access_type and consent only."""
    return Provider(
        token="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        revoke="https://oauth2.googleapis.com/revoke",
        issuer="https://accounts.google.com",
        scopes=oauth.scopes or ("https://mail.google.com/",),
        extra={"access_type": "offline", "prompt": "consent"},
    )


def _discovered(issuer: str, oauth: OAuthSettings, asker: Asker) -> Provider:
    """OpenID Connect Discovery 1.0 section 4; the answer must be about the issuer that was asked (section 4.3)."""
    found = asker.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", Discovered)
    if found.issuer.rstrip("/") != issuer.rstrip("/"):
        raise ProviderError(
            f"{issuer}: it calls itself another issuer: write issuer as the provider does", temporary=False
        )
    return Provider(
        token=found.token_endpoint,
        authorize=found.authorization_endpoint,
        device=found.device_authorization_endpoint,
        revoke=found.revocation_endpoint,
        issuer=found.issuer,
        answers_issuer=found.authorization_response_iss_parameter_supported,
        basic="client_secret_post" not in found.token_endpoint_auth_methods_supported,
        scopes=oauth.scopes or (() if oauth.flow == "app" else ("openid", "offline_access")),
    )
