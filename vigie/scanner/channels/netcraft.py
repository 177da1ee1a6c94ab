"""Netcraft, whose lists browsers and hosters use: the pages, or the message as it came where the settings say so."""

from __future__ import annotations

import json
from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import NotTakenError, Takes, UnsentReportError, stays
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.desk import Question, ask, member, read, refuse
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.pages import NOWHERE, pages
from vigie.scanner.reporting.settings import ChannelSettings, NetcraftSettings

ID: Final = "netcraft"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False
LARGEST: Final = 20 * 1024 * 1024
"""Bytes of a message that the desk takes."""
SERVER_BUSY: Final = 500


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, NetcraftSettings)
    body: dict[str, object] = {"email": settings.email}
    if settings.redact:
        told = evidence(fraud)
        found = pages(fraud, told, whole=False)
        if not found:
            raise NotTakenError(NOWHERE)
        who = told.brand or "a protected sender"
        body["reason"] = f"Confirmed by a person: a phishing mail that pretends to come from {who} leads there."
        body["urls"] = [{"url": page.url} for page in found]
    else:
        if len(fraud.raw) > LARGEST:
            raise NotTakenError("The message is larger than Netcraft takes.")
        body["message"] = _text(fraud.raw)
    written = json.dumps(body, ensure_ascii=False, indent=1).encode()
    return Draft((settings.host,), "application/json", written, redacted=settings.redact)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. Gives the number under which the desk shows what became of it."""
    assert isinstance(settings, NetcraftSettings)
    stays(taken, settings.host)
    kind = "report/urls" if taken.draft.redacted else "report/mail"
    place = settings.at(f"test/{kind}" if settings.sandbox else kind)
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    reply = ask(
        Question("POST", place, taken.draft.body, headers), ca_file=settings.ca_file, timeout_s=settings.timeout_s
    )
    if not reply.done:
        raise refuse(reply)
    number = member(read(reply), "uuid") or f"HTTP {reply.status}"
    return f"{number} (sandbox)" if settings.sandbox else number


def try_out(settings: ChannelSettings, _server: ServerSettings | None) -> None:
    """See Channel. There is no account to prove: whatever it answers, it is there."""
    assert isinstance(settings, NetcraftSettings)
    reply = ask(Question("HEAD", settings.url), ca_file=settings.ca_file, timeout_s=settings.timeout_s)
    if reply.status >= SERVER_BUSY:
        raise UnsentReportError(f"answers HTTP {reply.status}", away=True)


def _text(raw: bytes) -> str:
    """JSON holds characters, a mail bytes: what is no UTF-8 goes byte for character, from which it can be made again."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
