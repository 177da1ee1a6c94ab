"""`[channels]`: to whom a confirmed fraud may be reported. What is not named there is offered to nobody."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from vigie.auth_checks.settings import Settings
from vigie.scanner.credentials.secret import Source
from vigie.scanner.operation.settings import ADDRESS, ServerSettings, WebhookSettings, are_addresses, is_safe


class ChannelSettings(Settings):
    """What every channel has."""

    automatic: bool = Field(
        default=False,
        description="true: each fraud that is confirmed goes there by itself, without anybody looking at it",
    )
    per_hour: int = Field(default=20, ge=1, le=1000, description="reports at most; the others wait")


class FolderSettings(ChannelSettings):
    """`[channels.folder]`: each report as a file that people or programs take from there."""

    path: Path = Field(description="a folder that exists, and that the service may write into")
    format: Literal["eml", "misp", "stix"] = Field(
        default="eml", description="misp, stix: an event of MISP, a STIX 2.1 bundle; always redacted"
    )
    redact: bool = Field(default=True, description="false: the message as it came, with all that names its recipient")


class AbuseMailSettings(ChannelSettings):
    """`[channels.abuse_mail]`: a report in a format of abuse desks (ARF, XARF), by mail."""

    recipients: tuple[str, ...] = Field(min_length=1, max_length=20, description='["abuse@hoster.example"]')
    format: Literal["arf", "xarf"] = Field(
        default="arf", description="xarf: XARF 4, about the first page; a fraud that leads to no page goes as arf"
    )
    redact: bool = Field(default=True, description="false: with the whole message, as it came")

    @field_validator("recipients")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return are_addresses(value)


class FranceConnectSettings(ChannelSettings):
    """`[channels.franceconnect]`: frauds in the colours of FranceConnect, to its support."""

    recipient: str = Field(default="support.securite@franceconnect.gouv.fr", pattern=ADDRESS)


class ApwgSettings(ChannelSettings):
    """`[channels.apwg]`: the Anti-Phishing Working Group, by mail."""

    recipient: str = Field(default="reportphishing@apwg.org", pattern=ADDRESS)
    redact: bool = Field(default=True, description="false: with the original attached, as it came")


class DeskSettings(ChannelSettings):
    """A desk that takes reports by HTTP."""

    url: str
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    timeout_s: float = Field(default=20.0, gt=0, le=60, description="for a whole answer")
    SECTION: ClassVar[str]

    @field_validator("url")
    @classmethod
    def _safe(cls, value: str) -> str:
        if not is_safe(value):
            raise ValueError('url is "https://..."; "http://" is for loopback alone')
        return value

    @property
    def host(self) -> str:
        """Where reports go, as people know it."""
        return urlsplit(self.url).hostname or ""

    def at(self, place: str) -> str:
        """The address of a place below `url`."""
        return f"{self.url.rstrip('/')}/{place}"

    def _secret(self, what: str, file: Path) -> str:
        return Source(self.SECTION, what, file).read()


class SignalSpamSettings(DeskSettings):
    """`[channels.signal_spam]`: signal-spam.fr, with the account of a member."""

    SECTION = "channels.signal_spam"
    url: str = "https://www.signal-spam.fr/api/signaler"
    username: str = Field(min_length=1, pattern=r"^[^:\r\n]+$", description="of your account there")
    password_file: Path

    def password(self) -> str:
        """Raises SecretError."""
        return self._secret("password", self.password_file)


class PhishingInitiativeSettings(DeskSettings):
    """`[channels.phishing_initiative]`: phishing-initiative.fr, the pages alone."""

    SECTION = "channels.phishing_initiative"
    url: str = "https://phishing-initiative.fr/api/v1/"
    token_file: Path = Field(description="the key of your account there")
    redact: bool = Field(default=True, description="false: links with their values, which may name the recipient")

    def token(self) -> str:
        """Raises SecretError."""
        return self._secret("token", self.token_file)


class NetcraftSettings(DeskSettings):
    """`[channels.netcraft]`: report.netcraft.com. Whoever knows a report's number sees its page there."""

    SECTION = "channels.netcraft"
    url: str = "https://report.netcraft.com/api/v3/"
    email: str = Field(pattern=ADDRESS, description="who reports: Netcraft writes to that address")
    sandbox: bool = Field(default=False, description="true: checked there and not reported")
    redact: bool = Field(default=True, description="false: the message as it came instead of the pages alone")


class MispSettings(DeskSettings):
    """`[channels.misp]`: an event in a MISP of yours, redacted, unpublished."""

    SECTION = "channels.misp"
    url: str = Field(description="of your MISP")
    key_file: Path = Field(description="an authentication key that may add events")

    def key(self) -> str:
        """Raises SecretError."""
        return self._secret("key", self.key_file)


class ReportWebhookSettings(WebhookSettings, ChannelSettings):
    """`[channels.webhook]`: each report as JSON by HTTP POST."""

    def _section(self) -> str:
        return "channels.webhook"


class ReportServerSettings(ServerSettings):
    """`[channels.mail]`: the server that takes reports by mail, and whom they are from."""

    def _section(self) -> str:
        return "channels.mail"


class ChannelsSettings(Settings):
    """`[channels]`."""

    stop: bool = Field(default=False, description="true: nothing is sent anywhere; what waits goes on waiting")
    mail: ReportServerSettings | None = Field(default=None, description="left out: the server of [alerts.mail]")
    folder: FolderSettings | None = None
    abuse_mail: AbuseMailSettings | None = None
    franceconnect: FranceConnectSettings | None = None
    signal_spam: SignalSpamSettings | None = None
    phishing_initiative: PhishingInitiativeSettings | None = None
    netcraft: NetcraftSettings | None = None
    apwg: ApwgSettings | None = None
    misp: MispSettings | None = None
    webhook: ReportWebhookSettings | None = None

    def of(self, channel: str) -> ChannelSettings | None:
        """The settings of a channel, by its ID; None: it is not switched on."""
        found = getattr(self, channel.replace("-", "_"), None)
        return found if isinstance(found, ChannelSettings) else None
