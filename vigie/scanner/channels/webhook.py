"""Each report as one JSON object by HTTP POST, for a ticket system or a SOC."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC
from typing import Final
from urllib.parse import urlsplit

import httpx

import vigie
from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner import tls
from vigie.scanner.channels import NotTakenError, Takes, UnsentReportError
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation import submission
from vigie.scanner.operation.settings import ServerSettings, is_safe
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.settings import ChannelSettings, ReportWebhookSettings

ID: Final = "webhook"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False
_TRANSIENT: Final = frozenset({408, 425, 429})
"""Of the 4xx those that are no word about the report (RFC 9110 section 15.5.9, RFC 8470, RFC 6585 section 4)."""
_AUTHORITY: Final = frozenset({401, 403, 404, 407})
"""Something is wrong with our settings: a person mends it, and the report is still wanted."""


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
        # The rest of the address may be the secret.
        host = urlsplit(settings.address()).hostname or ""
    except (SecretError, ValueError) as error:
        raise NotTakenError(f"The address of the webhook cannot be read ({type(error).__name__}).") from None
    return Draft((host,), "application/json", json.dumps(body, ensure_ascii=False, indent=1).encode(), redacted=True)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. Not redirected: what we send is for that address alone."""
    assert isinstance(settings, ReportWebhookSettings)
    try:
        url, token = settings.address(), settings.token()
    except SecretError as error:
        raise UnsentReportError(str(error), away=True) from None
    if not is_safe(url):
        raise UnsentReportError("url_file holds no https address", away=True)
    headers = {
        "User-Agent": f"vigie/{vigie.__version__}",
        "Content-Type": taken.draft.media_type,
        "Idempotency-Key": taken.report.id,
    } | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        context = tls.verifying(settings.ca_file)
        with httpx.Client(
            verify=context, timeout=settings.timeout_s, follow_redirects=False, trust_env=False
        ) as client:
            answer = client.post(url, content=taken.draft.body, headers=headers)
    except OSError as error:
        raise UnsentReportError(submission.told(error), away=True) from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # its text may hold the address, which may be a secret
        raise UnsentReportError(f"not delivered ({type(error).__name__})", away=True) from None
    return _receipt(answer)


def _receipt(answer: httpx.Response) -> str:
    status = answer.status_code
    if 200 <= status < 300:
        return f"HTTP {status}"
    lasting = 400 <= status < 500 and status not in _TRANSIENT | _AUTHORITY
    raise UnsentReportError(f"refused (HTTP {status})", refused=lasting, away=not lasting, wait_s=_wished(answer))


def _wished(answer: httpx.Response) -> float | None:
    """Retry-After in seconds (RFC 9110 section 10.2.3); its other form, a date, is left to our own patience."""
    with contextlib.suppress(ValueError):
        return max(0.0, float(answer.headers.get("retry-after", "")))
    return None
