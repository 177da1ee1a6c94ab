"""Each report as one JSON object by HTTP POST, for a ticket system or a SOC."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Final
from urllib.parse import urlsplit

import vigie
from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes, UnsentReportError, stays
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation.settings import ServerSettings, is_safe
from vigie.scanner.reporting.desk import Question, Reply, ask, refuse
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.settings import ChannelSettings, ReportWebhookSettings

ID: Final = "webhook"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False
NO_ADDRESS: Final = "url_file holds no https address"


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, ReportWebhookSettings)
    told = evidence(fraud)
    body = {
        "program": "vigie",
        "version": vigie.__version__,
        "report": fraud.report.id,
        "at": fraud.report.asked_at.astimezone(UTC).isoformat(timespec="seconds"),
        "type": "phishing",
        "sha256": fraud.record.sha256,
        "brand": told.brand,
        "author_domain": told.author_domain,
        "links": list(told.links),
        "rules": list(told.rules),
        "headers": [{"name": name, "value": value} for name, value in told.fields],
    }
    try:
        host = _host(settings)
    except (SecretError, ValueError) as error:
        raise NotTakenError(f"The address of the webhook cannot be read ({type(error).__name__}).") from None
    return Draft((host,), "application/json", json.dumps(body, ensure_ascii=False, indent=1).encode(), redacted=True)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. Not redirected: what we send is for that address alone."""
    assert isinstance(settings, ReportWebhookSettings)
    try:
        stays(taken, _host(settings))
    except SecretError as error:
        raise UnsentReportError(str(error), away=True) from None
    except ValueError:
        raise UnsentReportError(NO_ADDRESS, away=True) from None
    reply = _ask("POST", settings, taken.draft.body, taken.report.id)
    if not reply.done:
        raise refuse(reply)
    return f"HTTP {reply.status}"


def try_out(settings: ChannelSettings, _server: ServerSettings | None) -> None:
    """See Channel. A HEAD without the token: whatever the server answers, it is there and proven."""
    assert isinstance(settings, ReportWebhookSettings)
    _ask("HEAD", settings, b"", "")


def _host(settings: ReportWebhookSettings) -> str:
    """The rest of the address may be the secret."""
    return urlsplit(settings.address()).hostname or ""


def _ask(method: str, settings: ReportWebhookSettings, body: bytes, report_id: str) -> Reply:
    try:
        url, token = settings.address(), settings.token()
    except SecretError as error:
        raise UnsentReportError(str(error), away=True) from None
    if not is_safe(url):
        raise UnsentReportError(NO_ADDRESS, away=True)
    headers = {}
    if body:
        headers = {"Content-Type": "application/json", "Idempotency-Key": report_id}
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return ask(Question(method, url, body, headers), ca_file=settings.ca_file, timeout_s=settings.timeout_s)
