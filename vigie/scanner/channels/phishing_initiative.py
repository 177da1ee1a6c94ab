"""Phishing Initiative (Orange Cyberdefense), which has pages blocked in browsers: the pages alone, with the key of an account."""

from __future__ import annotations

import json
from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes, UnsentReportError, stays
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.desk import Question, Reply, ask, member, read, refuse
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.pages import NOWHERE, pages
from vigie.scanner.reporting.settings import ChannelSettings, PhishingInitiativeSettings

ID: Final = "phishing-initiative"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False
PHISHING: Final = 1
"""Of the desk's tags: 0 unknown, 1 phishing, 2 clean."""
MOST: Final = 10
"""Pages of one report: each is a question of its own."""


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel. A list of what is submitted, one after the other."""
    assert isinstance(settings, PhishingInitiativeSettings)
    told = evidence(fraud)
    found = pages(fraud, told, whole=not settings.redact)[:MOST]
    if not found:
        raise NotTakenError(NOWHERE)
    comment = f"Phishing mail that pretends to come from {told.brand}." if told.brand else "Phishing mail."
    wanted = [{"url": page.url, "comment": comment, "notify": False, "tag": PHISHING} for page in found]
    body = json.dumps(wanted, ensure_ascii=False, indent=1).encode()
    return Draft((settings.host,), "application/json", body, redacted=settings.redact)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. A page that was submitted before is known there: the second time is no harm."""
    assert isinstance(settings, PhishingInitiativeSettings)
    stays(taken, settings.host)
    numbers, refusals = [], []
    for wanted in json.loads(taken.draft.body):
        reply = _ask("POST", settings, json.dumps(wanted, ensure_ascii=False).encode())
        if reply.done:
            numbers.append(member(read(reply), "id") or f"HTTP {reply.status}")
            continue
        fault = refuse(reply)
        if not fault.refused:
            raise fault
        refusals.append(fault)
    if not numbers:
        raise refusals[0]
    return ", ".join(numbers) + (f" ({len(refusals)} refused)" if refusals else "")


def try_out(settings: ChannelSettings, _server: ServerSettings | None) -> None:
    """See Channel. Asks what the account has submitted: that proves the key."""
    assert isinstance(settings, PhishingInitiativeSettings)
    reply = _ask("GET", settings, b"")
    if not reply.done:
        raise refuse(reply)


def _ask(method: str, settings: PhishingInitiativeSettings, body: bytes) -> Reply:
    try:
        token = settings.token()
    except SecretError as error:
        raise UnsentReportError(str(error), away=True) from None
    headers = {"Authorization": f"Token {token}", "Accept": "application/json"}
    if body:
        headers["Content-Type"] = "application/json"
    question = Question(method, settings.at("submissions/"), body, headers)
    return ask(question, ca_file=settings.ca_file, timeout_s=settings.timeout_s)
