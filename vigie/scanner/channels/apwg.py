"""The Anti-Phishing Working Group, by mail: what the header tells and the links as an attached message, or the original."""

from __future__ import annotations

from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting import mailing
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.letters import Envelope, redacted_header, with_attached
from vigie.scanner.reporting.pages import pages
from vigie.scanner.reporting.settings import ApwgSettings, ChannelSettings

ID: Final = "apwg"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = True
SUBJECT: Final = "Phishing report"


def write(fraud: FetchedFraud, settings: ChannelSettings, server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, ApwgSettings)
    if server is None:
        raise NotTakenError("No mail server is configured for reports.")
    told = evidence(fraud)
    lines = ["A person has confirmed the attached mail as phishing.", f"It pretends to come from: {told.brand or '-'}"]
    lines += [f"It leads to: {page.url}" for page in pages(fraud, told, whole=not settings.redact)]
    if settings.redact:
        lines.append("What names the recipient was left out and replaced by [...].")
    words = "".join(f"{line}\r\n" for line in lines)
    attached = redacted_header(fraud, told) if settings.redact else fraud.raw
    to = (settings.recipient,)
    body = with_attached(fraud, Envelope(server.sender, to, SUBJECT), words, attached)
    return Draft(to, "message/rfc822", body, redacted=settings.redact)


def send(taken: Taken, _settings: ChannelSettings, server: ServerSettings | None) -> str:
    """See Channel."""
    return mailing.send(taken, server)


def try_out(_settings: ChannelSettings, server: ServerSettings | None) -> None:
    """See Channel."""
    mailing.try_out(server)
