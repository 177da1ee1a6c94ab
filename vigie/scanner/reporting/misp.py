"""A fraud as an event of MISP (misp-core-format): redacted, unpublished, for the own organisation alone. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Final

from vigie.ledger.report_types import FetchedFraud
from vigie.scanner.reporting.evidence import Evidence
from vigie.scanner.reporting.naming import identifier
from vigie.scanner.reporting.pages import Page

MEDIA_TYPE: Final = "application/json"
_OWN_ORGANISATION: Final = "0"
_OF_THE_EVENT: Final = "5"
"""Of an attribute: as widely as its event."""
_MEDIUM: Final = "2"
_COMPLETED: Final = "2"
_TAGS: Final = ('rsit:fraud="phishing"', "tlp:amber")


def misp(fraud: FetchedFraud, told: Evidence, found: Sequence[Page]) -> bytes:
    """The JSON document: {"Event": ...}. What is shared further, people decide in MISP."""
    at = fraud.record.judged_at.astimezone(UTC)
    second = str(int(at.timestamp()))
    event = {
        "uuid": identifier(fraud.report.id),
        "info": f"Phishing mail that pretends to come from {told.brand or 'a protected sender'}",
        "date": at.date().isoformat(),
        "timestamp": second,
        "threat_level_id": _MEDIUM,
        "analysis": _COMPLETED,
        "distribution": _OWN_ORGANISATION,
        "published": False,
        "Tag": [{"name": name} for name in _TAGS],
        "Attribute": [
            {
                "uuid": identifier(fraud.report.id, f"{kind} {value}"),
                "type": kind,
                "category": category,
                "value": value,
                "to_ids": to_ids,
                "distribution": _OF_THE_EVENT,
                "timestamp": second,
                "comment": comment,
            }
            for kind, category, value, to_ids, comment in _attributes(fraud, told, found)
        ],
    }
    return json.dumps({"Event": event}, ensure_ascii=False, indent=1).encode()


def _attributes(
    fraud: FetchedFraud, told: Evidence, found: Sequence[Page]
) -> Iterator[tuple[str, str, str, bool, str]]:
    """Type, category, value, whether a machine may block it by itself, comment."""
    for page in found:
        yield "url", "Network activity", page.url, True, ""
    for host in dict.fromkeys(page.host for page in found if page.is_name):
        # A page on a shared host: whoever blocks the name blocks its neighbours.
        yield "hostname", "Network activity", host, False, ""
    if told.reported_domain:
        yield "domain", "Payload delivery", told.reported_domain, False, "of the author that the mail shows"
    if told.source_ip:
        yield "ip-src", "Payload delivery", told.source_ip, False, "SMTP client that delivered the mail"
    if subject := told.value("subject"):
        yield "email-subject", "Payload delivery", subject, False, "without what names the recipient"
    yield "sha256", "Payload delivery", fraud.record.sha256, False, "of the mail"
