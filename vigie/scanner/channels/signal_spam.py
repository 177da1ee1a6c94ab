"""Signal Spam, the French desk for unwanted mail: the message as it came, with the account of a member."""

from __future__ import annotations

import base64
from typing import Final
from urllib.parse import urlencode

from vigie.ledger.report_types import Draft, FetchedFraud, Taken
from vigie.scanner.channels import Takes, UnsentReportError, stays
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.desk import Question, Reply, ask, refuse
from vigie.scanner.reporting.settings import ChannelSettings, SignalSpamSettings

ID: Final = "signal-spam"
TAKES: Final = Takes.ORIGINAL
BY_MAIL: Final = False
_TAKEN: Final = frozenset({200, 202})


def write(fraud: FetchedFraud, settings: ChannelSettings, _server: ServerSettings | None) -> Draft:
    """See Channel. The message itself: how the form carries it, `send` knows."""
    assert isinstance(settings, SignalSpamSettings)
    return Draft((settings.host,), "message/rfc822", fraud.raw, redacted=False)


def send(taken: Taken, settings: ChannelSettings, _server: ServerSettings | None) -> str:
    """See Channel. A form with the one field `message`: the unmodified message in Base64."""
    assert isinstance(settings, SignalSpamSettings)
    stays(taken, settings.host)
    form = urlencode({"message": base64.b64encode(taken.draft.body).decode()}).encode()
    reply = _ask("POST", settings, form)
    if reply.status not in _TAKEN:
        raise refuse(reply)
    return f"HTTP {reply.status}"


def try_out(settings: ChannelSettings, _server: ServerSettings | None) -> None:
    """See Channel. OPTIONS, as other programs try the account."""
    assert isinstance(settings, SignalSpamSettings)
    reply = _ask("OPTIONS", settings, b"")
    if not reply.done:
        raise refuse(reply)


def _ask(method: str, settings: SignalSpamSettings, form: bytes) -> Reply:
    try:
        account = (settings.username, settings.password())
    except SecretError as error:
        raise UnsentReportError(str(error), away=True) from None
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    question = Question(method, settings.url, form, headers, account)
    return ask(question, ca_file=settings.ca_file, timeout_s=settings.timeout_s)
