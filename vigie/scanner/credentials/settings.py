"""`[accounts.oauth]`: which identity provider gives the tokens of a mailbox, and as what we ask it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from vigie.auth_checks.settings import Settings
from vigie.scanner.credentials.secret import Source


class OAuthSettings(Settings):
    """Instead of a password: `vigie login ACCOUNT` asks a person once, the service refreshes the token from then on."""

    provider: Literal["microsoft", "google", "oidc"] = Field(
        default="oidc", description="microsoft, google, or oidc: any other, found by its issuer"
    )
    issuer: str | None = Field(default=None, pattern=r"^https://[^\s?#]+$", description="of provider oidc alone")
    tenant: str = Field(
        default="organizations",
        pattern=r"^[A-Za-z0-9.-]{1,128}$",
        description="Microsoft: the directory's ID or domain",
    )
    client_id: str = Field(pattern=r"^[\x21-\x7e]{1,255}$", description="of the application registered there")
    client_secret_file: Path | None = Field(default=None, description="where the provider gave one")
    client_secret_env: str | None = None
    client_secret_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    scopes: tuple[str, ...] = Field(default=(), description="left out: what the provider wants for IMAP")
    flow: Literal["auto", "device", "browser", "app"] = Field(
        default="auto",
        description="auto, device, browser; app: in the application's own name, nobody logs in (Microsoft 365)",
    )
    token_file: Path | None = Field(default=None, description="left out: beside the ledger")
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    timeout_s: float = Field(default=20.0, gt=0, le=120)

    @model_validator(mode="after")
    def _coherent(self) -> OAuthSettings:
        if (self.provider == "oidc") != (self.issuer is not None):
            raise ValueError('issuer is needed with provider = "oidc", and with no other')
        secrets = [name for name in SECRETS if getattr(self, name) is not None]
        if len(secrets) > 1:
            raise ValueError("at most one of client_secret_file, client_secret_env, client_secret_command is needed")
        if self.flow == "app" and not secrets:
            raise ValueError('flow = "app" needs a client_secret_file, client_secret_env or client_secret_command')
        if self.flow == "app" and self.provider == "google":
            raise ValueError('flow = "app" is not to be had at Google: use "browser"')
        if self.flow == "device" and self.provider == "google":
            raise ValueError('flow = "device" gives no access to mail at Google: use "browser"')
        return self

    def client_secret(self, account: str) -> Source | None:
        """Where the application's own secret comes from; None: a public client, which has none (RFC 8252 section 8.4)."""
        if not any(getattr(self, name) for name in SECRETS):
            return None
        files = self.client_secret_file, self.client_secret_env, self.client_secret_command
        return Source(account, "client_secret", *files)


SECRETS = ("client_secret_file", "client_secret_env", "client_secret_command")
