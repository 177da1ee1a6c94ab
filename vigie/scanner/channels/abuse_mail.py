"""A report in a format that abuse desks read by program, by mail: RFC 5965 (ARF), type "fraud", or XARF 4."""

from __future__ import annotations

from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting import mailing
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.letters import Envelope, arf, with_xarf
from vigie.scanner.reporting.pages import pages
from vigie.scanner.reporting.settings import AbuseMailSettings, ChannelSettings
from vigie.scanner.reporting.xarf import xarf

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
    found = pages(fraud, told, whole=not settings.redact) if settings.format == "xarf" else ()
    if found:
        document = xarf(fraud, told, found, server.sender, whole=not settings.redact)
        body = with_xarf(fraud, told, envelope, document)
    else:  # XARF 4 tells of phishing by its page: without one, ARF says all there is
        body = arf(fraud, told, envelope, whole=not settings.redact)
    return Draft(settings.recipients, "message/rfc822", body, redacted=settings.redact)


def send(taken: Taken, _settings: ChannelSettings, server: ServerSettings | None) -> str:
    """See Channel."""
    return mailing.send(taken, server)


def try_out(_settings: ChannelSettings, server: ServerSettings | None) -> None:
    """See Channel."""
    mailing.try_out(server)
