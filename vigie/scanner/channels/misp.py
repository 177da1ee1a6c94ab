"""An event in a MISP of your own or of your sector: redacted, unpublished, for your own organisation."""

from __future__ import annotations

from typing import Final

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import Takes, UnsentReportError, stays
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.desk import Question, Reply, ask, member, read, refuse
from vigie.scanner.reporting.evidence import evidence
from vigie.scanner.reporting.misp import MEDIA_TYPE, misp
from vigie.scanner.reporting.naming import identifier
from vigie.scanner.reporting.pages import pages
from vigie.scanner.reporting.settings import ChannelSettings, MispSettings

ID: Final = "misp"
TAKES: Final = Takes.REDACTED
BY_MAIL: Final = False
KNOWN: Final = "Event already exists"
"""How MISP says, with 404, that it has an event of that UUID: ours, of which the answer was lost."""


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel."""
    assert isinstance(settings, MispSettings)
    told = evidence(fraud)
    body = misp(fraud, told, pages(fraud, told, whole=False))
    return Draft((settings.host,), MEDIA_TYPE, body, redacted=True)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. Gives the event's number; its UUID where MISP had it already."""
    assert isinstance(settings, MispSettings)
    stays(taken, settings.host)
    reply = _ask("POST", settings, "events/add", taken.draft.body)
    answer = read(reply)
    if reply.done:
        return member(answer, "Event", "id") or f"HTTP {reply.status}"
    if reply.status == 404 and isinstance(answer, dict) and str(answer.get("name", "")).startswith(KNOWN):
        return identifier(taken.report.id)
    raise refuse(reply)


def try_out(settings: ChannelSettings, _server: ServerSettings | None) -> None:
    """See Channel. Asks for the version: that proves the key."""
    assert isinstance(settings, MispSettings)
    reply = _ask("GET", settings, "servers/getVersion", b"")
    if not reply.done:
        raise refuse(reply)


def _ask(method: str, settings: MispSettings, place: str, body: bytes) -> Reply:
    try:
        key = settings.key()
    except SecretError as error:
        raise UnsentReportError(str(error), away=True) from None
    headers = {"Authorization": key, "Accept": "application/json", "Content-Type": "application/json"}
    question = Question(method, settings.at(place), body, headers)
    return ask(question, ca_file=settings.ca_file, timeout_s=settings.timeout_s)
