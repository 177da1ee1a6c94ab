"""`[metrics]`, `[alerts]`, `[digest]`: who may read figures, whom the service tells when something is wrong, and what was held."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from vigie.auth_checks.settings import Settings
from vigie.scanner.credentials.secret import Source

LOOPBACK = ("localhost", "127.", "[::1]", "::1")
ADDRESS = r"^[^\s@<>,;]+@[^\s@<>,;]+$"


class MetricsSettings(Settings):
    """`[metrics]`: figures for Prometheus, on a listener of their own that this machine alone reaches."""

    listen: str | None = Field(default=None, description="loopback only: 127.0.0.1:9464; left out: no listener")

    @field_validator("listen")
    @classmethod
    def _on_loopback(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = re.fullmatch(r"(?:\[([0-9a-fA-F:]+)\]|([0-9.]+)):([0-9]{1,5})", value)
        if found is None or not _is_loopback(found[1] or found[2]) or not 0 <= int(found[3]) <= 65535:
            raise ValueError('listen is a loopback address with a port: "127.0.0.1:9464"')
        return value

    @property
    def address(self) -> tuple[str, int] | None:
        """(host, port)."""
        if self.listen is None:
            return None
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


class ServerSettings(Settings):
    """A mail server that takes our mails, and who they are from."""

    host: str
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = Field(default="starttls", description="none: on loopback only")
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    username: str | None = None
    password_file: Path | None = None
    password_env: str | None = None
    password_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    sender: str = Field(pattern=ADDRESS)
    timeout_s: float = Field(default=20.0, gt=0, le=120)

    @model_validator(mode="after")
    def _coherent(self) -> ServerSettings:
        secrets = [name for name in ("password_file", "password_env", "password_command") if getattr(self, name)]
        if len(secrets) != (self.username is not None):
            raise ValueError("username goes with exactly one of password_file, password_env, password_command")
        if self.tls == "none" and not self.host.startswith(LOOPBACK):
            raise ValueError('tls = "none" is refused off loopback: use "implicit" or "starttls"')
        return self

    def secret_source(self) -> Source:
        """Where the password comes from."""
        return Source(self._section(), "password", self.password_file, self.password_env, self.password_command)

    def _section(self) -> str:
        return "digest.mail"


class MailSettings(ServerSettings):
    """`[alerts.mail]`: alerts by mail, handed to a mail server."""

    recipients: tuple[str, ...] = Field(min_length=1, max_length=20, description="better none of the watched mailboxes")

    @field_validator("recipients")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return are_addresses(value)

    def _section(self) -> str:
        return "alerts.mail"


class WebhookSettings(Settings):
    """`[alerts.webhook]`: alerts as JSON by HTTP POST."""

    url: str | None = Field(default=None, description="https, or http on loopback")
    url_file: Path | None = Field(default=None, description="instead of url, where the address itself is the secret")
    token_file: Path | None = Field(default=None, description="sent as Authorization: Bearer")
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    timeout_s: float = Field(default=20.0, gt=0, le=120)

    @model_validator(mode="after")
    def _coherent(self) -> WebhookSettings:
        if (self.url is None) == (self.url_file is None):
            raise ValueError("exactly one of url, url_file is needed")
        if self.url is not None and not is_safe(self.url):
            raise ValueError('url is "https://..."; "http://" is for loopback alone')
        return self

    def address(self) -> str:
        """Where to. Raises SecretError where it cannot be read."""
        return self.url or Source(self._section(), "url", self.url_file).read()

    def token(self) -> str | None:
        """What proves that it is us. Raises SecretError."""
        return None if self.token_file is None else Source(self._section(), "token", self.token_file).read()

    def _section(self) -> str:
        return "alerts.webhook"


class AlertSettings(Settings):
    """`[alerts]`: what is wrong enough to tell somebody, and how often."""

    language: Literal["fr", "en"] = "fr"
    lag_messages: int = Field(default=200, ge=1, description="a folder is that many messages behind")
    lag_minutes: int = Field(
        default=30,
        ge=1,
        le=10080,
        description="a mail has not been judged, or a folder not been looked at, for that long",
    )
    quarantine_minutes: int = Field(default=30, ge=1, le=10080, description="a message waits that long to be moved")
    disk_free_mb: int = Field(default=1024, ge=1, description="less room than that where the ledger lies")
    look_s: float = Field(default=30.0, gt=0, le=3600, description="how often to look")
    steady_s: float = Field(default=60.0, ge=0, le=3600, description="what lasts less is told to nobody")
    per_hour: int = Field(default=6, ge=1, le=60, description="messages a way at most; more is put into the next one")
    repeat_hours: float = Field(default=24.0, gt=0, le=720, description="what stays wrong is told again")
    mail: MailSettings | None = None
    webhook: WebhookSettings | None = None


class DigestSettings(Settings):
    """`[digest]`: what was quarantined, once a day, by mail."""

    on: bool = False
    at: str = Field(
        default="07:30",
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="time of day, where this machine stands",
    )
    to: tuple[Literal["reviewers", "owners"], ...] = Field(
        default=("reviewers",),
        min_length=1,
        description="reviewers: people who gave an address on their page; owners: each watched mailbox",
    )
    language: Literal["fr", "en"] = Field(default="fr", description="for owners; reviewers have their own")
    link_days: int = Field(default=7, ge=1, le=30, description="an owner's link to ask for a message is good that long")
    release_on_request: bool = Field(
        default=False,
        description="that link releases at once, unless the fraud is confirmed or a contradiction decisive",
    )
    mail: ServerSettings | None = Field(default=None, description="left out: the server of [alerts.mail]")


class OperationSettings(Settings):
    """Metrics, alerts and digests."""

    metrics: MetricsSettings = MetricsSettings()
    alerts: AlertSettings = AlertSettings()
    digest: DigestSettings = DigestSettings()
    pages: str = ""
    """Where the review pages are: `[web] base_url`."""

    @property
    def digest_server(self) -> ServerSettings | None:
        """What takes the digests; None: nothing is configured."""
        return self.digest.mail or self.alerts.mail


def are_addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    """The same. Raises ValueError where one is no address."""
    if not all(re.match(ADDRESS, one) for one in value):
        raise ValueError('recipients are addresses: ["admin@example.org"]')
    return value


def is_safe(url: str) -> bool:
    """True for https, and for http to this very machine."""
    return url.startswith("https://") or bool(re.match(r"http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/|$)", url))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
