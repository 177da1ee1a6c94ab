"""Messages that people want to look at or to report: fetched read-only from where they lie, and handed to the ledger, which seals them."""

from __future__ import annotations

import logging

from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner import retrieve
from vigie.scanner.lag import utc_now
from vigie.scanner.mailboxes.base import Mailbox, MailboxError
from vigie.scanner.recover import OF_THE_CONNECTION

LOG = logging.getLogger(__name__)

GONE = ("gone", "The message is no longer where Vigie knew it to be: somebody moved or deleted it.")
FAULT = ("fault", "The server does not hand the message out.")
AWAY = ("unreachable", "The mailbox cannot be reached now.")
LOCKED = ("login", "The server refuses the login: the mailbox service has stopped for this account.")


def answer(mailbox: Mailbox, ledger: Ledger, account: str) -> bool:
    """Answers every request about the account; False where there is none. Selects folders.

    Raises MailboxError of the connection, with the request unanswered, and LedgerError.
    """
    wanted = ledger.wanted_views(account, utc_now())
    for request in wanted:
        ledger.answer_view(request.request_id, _fetched(mailbox, ledger, request.record_id), utc_now())
        LOG.info("%s: case %s: handed to a person to look at", account, request.record_id)
    reported = fetch_for_reports(mailbox, ledger, account)
    return bool(wanted) or reported


def fetch_for_reports(mailbox: Mailbox, ledger: Ledger, account: str) -> bool:
    """The messages of the account that people want to report. As `answer`."""
    reports = ledger.outbox.wanted(account, at=utc_now())
    for report in reports:
        found = _fetched(mailbox, ledger, report.record_id)
        if isinstance(found, bytes):
            ledger.outbox.fetched(report.id, found)
        else:
            ledger.outbox.unfetched(report.id, found[1], at=utc_now())
        LOG.info("%s: case %s: fetched to be reported", account, report.record_id)
    return bool(reports)


def waiting(ledger: Ledger, account: str) -> bool:
    """Somebody waits for a message of the account. Never raises."""
    try:
        now = utc_now()
        return bool(ledger.wanted_views(account, now) or ledger.outbox.wanted(account, at=now))
    except LedgerError as error:
        LOG.warning("%s: %s", account, error)
        return False


def refuse(ledger: Ledger, account: str, why: tuple[str, str]) -> None:
    """Tells everybody who waits to look that it cannot be now; a report waits. Never raises."""
    try:
        for request in ledger.wanted_views(account, utc_now()):
            ledger.answer_view(request.request_id, why, utc_now())
    except LedgerError as error:
        LOG.warning("%s: %s", account, error)


def _fetched(mailbox: Mailbox, ledger: Ledger, record_id: str) -> bytes | tuple[str, str]:
    record = ledger.record(record_id)
    if record is None:
        return GONE
    try:
        raw = retrieve.message_of(mailbox, record, ledger.outcomes(record.id))
    except MailboxError as error:
        if error.kind in OF_THE_CONNECTION:
            raise
        return FAULT
    return GONE if raw is None else raw
