"""A fraud as XARF 4 (xarf.org): category "content", type "phishing", about the first page that it leads to. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from vigie.ledger.report_types import FetchedFraud
from vigie.scanner.reporting.evidence import Evidence
from vigie.scanner.reporting.letters import redacted_header
from vigie.scanner.reporting.naming import identifier
from vigie.scanner.reporting.pages import Page

VERSION: Final = "4.0.0"
LARGEST: Final = 5 * 1024 * 1024
"""Bytes of one piece of evidence (xarf-core.json, evidence_item)."""
_DESCRIPTION: Final = 1000


def xarf(fraud: FetchedFraud, told: Evidence, found: Sequence[Page], sender: str, *, whole: bool) -> bytes:
    """The JSON document. `found`: at least one page. `sender`: who reports. `whole`: with the message as it came as evidence."""
    page = found[0]
    domain = sender.rpartition("@")[2]
    reporter = {"org": domain[:200], "contact": sender, "domain": domain}
    as_it_came = whole and len(fraud.raw) <= LARGEST
    at = fraud.record.judged_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document: dict[str, object] = {
        "xarf_version": VERSION,
        "report_id": identifier(fraud.report.id),
        "timestamp": at,
        "reporter": reporter,
        "sender": reporter,
        "source_identifier": page.host.strip("[]"),
        "category": "content",
        "type": "phishing",
        "evidence_source": "user_report",
        "verification_method": "user_report",
        "url": page.url,
        "description": _description(found[1:]),
        "evidence": [_evidence(fraud.raw if as_it_came else redacted_header(fraud, told), as_it_came=as_it_came)],
    }
    if page.is_name:
        document["domain"] = page.host
    if told.brand:
        document["target_brand"] = told.brand
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _description(others: Sequence[Page]) -> str:
    text = "A mail that was confirmed as phishing by a person leads to this page."
    for page in others:
        longer = f"{text} Also: {page.url}"
        if len(longer) > _DESCRIPTION:
            break
        text = longer
    return text


def _evidence(data: bytes, *, as_it_came: bool) -> dict[str, object]:
    what = (
        "The mail, as it came."
        if as_it_came
        else "Header of the mail, without what names its recipient, and its links."
    )
    return {
        "content_type": "message/rfc822",
        "description": what,
        "payload": base64.b64encode(data).decode(),
        "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
        "size": len(data),
    }
