"""A report in the format that abuse desks read by program: RFC 5965 (ARF), type "fraud", by mail."""

from __future__ import annotations

from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting import mailing
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.letters import Envelope, arf
from vigie.scanner.reporting.settings import AbuseMailSettings, ChannelSettings

ID: Final = "abuse-mail"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = True


def write(fraud: FetchedFraud, settings: ChannelSettings, server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, AbuseMailSettings)
    if server is None:
        raise NotTakenError("No mail server is configured for reports.")
    told = evidence(fraud)
    envelope = Envelope(server.sender, settings.recipients, "Abuse report: phishing")
    body = arf(fraud, told, envelope, whole=not settings.redact)
    return Draft(settings.recipients, "message/rfc822", body, redacted=settings.redact)


def send(taken: Taken, _settings: ChannelSettings, server: ServerSettings | None) -> str:
    """See Channel."""
    return mailing.send(taken, server)
