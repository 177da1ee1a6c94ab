"""A fraud as a STIX 2.1 bundle (OASIS): one report, its indicators and what was observed, redacted. Pure."""

from __future__ import annotations

import ipaddress
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from vigie.ledger.report_types import FetchedFraud
from vigie.scanner.reporting.evidence import Evidence
from vigie.scanner.reporting.naming import identifier
from vigie.scanner.reporting.pages import Page

MEDIA_TYPE: Final = "application/stix+json;version=2.1"
_OBSERVABLES: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace of observables' names (section 2.9): whoever sees the same thing gives it the same name."""
_VIGIE: Final = f"identity--{identifier('', 'vigie')}"
_AMBER: Final = "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"
"""TLP:AMBER (section 7.2.1.4)."""

_Object = dict[str, object]


def stix(fraud: FetchedFraud, told: Evidence, found: Sequence[Page]) -> bytes:
    """The bundle as JSON."""
    at = _instant(fraud.record.judged_at)
    made = {
        "spec_version": "2.1",
        "created": at,
        "modified": at,
        "created_by_ref": _VIGIE,
        "object_marking_refs": [_AMBER],
    }
    known = [_indicator(fraud, page, at, made) for page in found] + _observed(fraud, told)
    report: _Object = {
        "type": "report",
        "id": f"report--{identifier(fraud.report.id)}",
        **made,
        "name": f"Phishing mail that pretends to come from {told.brand or 'a protected sender'}",
        "report_types": ["indicator"],
        "published": at,
        "object_refs": [one["id"] for one in known],
    }
    who: _Object = {
        "type": "identity",
        "spec_version": "2.1",
        "id": _VIGIE,
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "name": "Vigie",
        "identity_class": "system",
    }
    bundle = {
        "type": "bundle",
        "id": f"bundle--{identifier(fraud.report.id, 'bundle')}",
        "objects": [who, report, *known],
    }
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def _indicator(fraud: FetchedFraud, page: Page, at: str, made: Mapping[str, object]) -> _Object:
    written = page.url.replace("\\", "\\\\").replace("'", "\\'")  # section 9.3: string literals
    return {
        "type": "indicator",
        "id": f"indicator--{identifier(fraud.report.id, page.url)}",
        **made,
        "name": "Page that a phishing mail leads to",
        "indicator_types": ["malicious-activity"],
        "pattern": f"[url:value = '{written}']",
        "pattern_type": "stix",
        "pattern_version": "2.1",
        "valid_from": at,
    }


def _observed(fraud: FetchedFraud, told: Evidence) -> list[_Object]:
    found = [_observable("file", {"hashes": {"SHA-256": fraud.record.sha256}, "name": "fraud.eml"})]
    if told.reported_domain:
        found.append(_observable("domain-name", {"value": told.reported_domain}))
    if told.source_ip:
        kind = f"ipv{ipaddress.ip_address(told.source_ip).version}-addr"
        found.append(_observable(kind, {"value": told.source_ip}))
    return found


def _observable(kind: str, properties: Mapping[str, object]) -> _Object:
    """Named by what it is (section 2.9): UUIDv5 of its properties as canonical JSON (RFC 8785)."""
    canonical = json.dumps(properties, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{uuid.uuid5(_OBSERVABLES, canonical)}", **properties}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
