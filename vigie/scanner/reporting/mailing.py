"""A report that goes by mail, handed to our own mail server."""

from __future__ import annotations

from typing import Final

from vigie.ledger.report_types import Taken
from vigie.scanner.channels import UnsentReportError
from vigie.scanner.operation import submission
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.operation.submission import UnsentError
from vigie.scanner.reporting.letters import message_id

NO_SERVER: Final = "no mail server is configured: [channels.mail] or [alerts.mail]"


def try_out(server: ServerSettings | None) -> None:
    """Whether our server lets us in. Nothing is sent. Raises UnsentReportError."""
    if server is None:
        raise UnsentReportError(NO_SERVER, away=True)
    try:
        with submission.server(server) as there:
            there.noop()
    except UnsentError as error:
        raise UnsentReportError(str(error), away=True) from None


def send(taken: Taken, server: ServerSettings | None) -> str:
    """Gives the Message-ID, by which the desk and our server's log know it, and who of several was refused. Raises UnsentReportError.

    A refusal of today may be a full queue or a list that has us by mistake: it is tried again for days, as a mail server would.
    """
    if server is None:
        raise UnsentReportError(NO_SERVER, away=True)
    draft = taken.draft
    try:
        with submission.server(server) as there:
            there.ehlo_or_helo_if_needed()
            options = ["BODY=8BITMIME"] if not draft.body.isascii() and there.has_extn("8bitmime") else []
            refused = there.sendmail(server.sender, list(draft.to), draft.body, options)
    except UnsentError as error:
        raise UnsentReportError(str(error), away=not error.refused) from None
    receipt = message_id(taken.report.id, server.sender)
    return f"{receipt}, refused: {', '.join(sorted(refused))}" if refused else receipt
