"""Made-up frauds, fetched to be reported."""

from __future__ import annotations

import json
from collections.abc import Sequence

from tests.ledger.made import NOON, record
from vigie.ledger.report_rows import PATIENCE
from vigie.ledger.report_types import FetchedFraud, Report, ReportState

RAW = (
    "Return-Path: <bounce+marie.dupont=example.org@mailer.example.net>\r\n"
    "Delivered-To: marie.dupont@example.org\r\n"
    "Received: from mailer.example.net (mailer.example.net [192.0.2.7]) by mx.example.org with ESMTP\r\n"
    "\tid 4F2A9C for <marie.dupont@example.org>; Sun, 22 Nov 2026 11:59:58 +0000\r\n"
    "From: ameli <contact@example.net>\r\n"
    "To: =?utf-8?q?H=C3=A9l=C3=A8ne_Martin?= <marie.dupont@example.org>\r\n"
    "Subject: Bonjour Helene, votre carte vitale\r\n"
    "Date: Sun, 22 Nov 2026 11:59:57 +0000\r\n"
    "Message-ID: <a@mailer.example.net>\r\n"
    "\r\n"
    "Bonjour Hélène Martin, votre numéro 2 69 05 49 588 157 80\r\n"
).encode()


def fraud(
    raw: bytes = RAW, links: Sequence[str] = ("https://ameli.example.net/carte?m=1",), brand: str = "ameli"
) -> FetchedFraud:
    """As the ledger hands it out."""
    told = {
        "verdict": "impersonation",
        "findings": [{"rule": "lookalike-host"}],
        "links": [{"target": "https://www.ameli.fr/", "official": True}]
        + [{"target": link, "official": False} for link in links],
    }
    kept = record(1, case_json=json.dumps(told), brand=brand, sender="?example.net")
    report = Report(
        id="rp1", record_id=kept.id, account="accueil", channel="folder", who="web:marie", approved_by="", dry_run=False,
        state=ReportState.FETCHED, asked_at=NOON, due_at=NOON, expires_at=NOON + PATIENCE, tries=0, ended_at=None,
        receipt="", detail="",
    )  # fmt: skip
    return FetchedFraud(report, kept, raw)
