"""`[channels]`: to whom a confirmed fraud may be reported. What is not named there is offered to nobody."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator

from vigie.auth_checks.settings import Settings
from vigie.scanner.operation.settings import ADDRESS, ServerSettings, WebhookSettings, are_addresses


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
    redact: bool = Field(default=True, description="false: the message as it came, with all that names its recipient")


class AbuseMailSettings(ChannelSettings):
    """`[channels.abuse_mail]`: a report in the format of abuse desks (ARF), by mail."""

    recipients: tuple[str, ...] = Field(min_length=1, max_length=20, description='["abuse@hoster.example"]')
    redact: bool = Field(default=True, description="false: with the whole message, as it came")

    @field_validator("recipients")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return are_addresses(value)


class FranceConnectSettings(ChannelSettings):
    """`[channels.franceconnect]`: frauds in the colours of FranceConnect, to its support."""

    recipient: str = Field(default="support.securite@franceconnect.gouv.fr", pattern=ADDRESS)


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
    webhook: ReportWebhookSettings | None = None

    def of(self, channel: str) -> ChannelSettings | None:
        """The settings of a channel, by its ID; None: it is not switched on."""
        found = getattr(self, channel.replace("-", "_"), None)
        return found if isinstance(found, ChannelSettings) else None
