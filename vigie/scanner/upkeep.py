"""The daily job of the service: what is too old is forgotten, and the head of the audit log goes into the program's log."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.operation.meter import Meter

LOG = logging.getLogger(__name__)

EVERY_H = 24
FIRST_AFTER_S = 60.0
"""The mailboxes come first; a service that is restarted every day forgets all the same."""


def run(ledger: Ledger, settings: RetentionSettings, meter: Meter) -> None:
    """Never raises: a full disk must not end the job, and the next day tries again.

    Whoever keeps the program's log elsewhere (journald, syslog) has the audit log's head there, once a day (W-21). `meter` is
    told whether its chain holds: an alert and a figure come from there.
    """
    try:
        _forget(ledger, settings)
    except LedgerError as error:
        LOG.error("nothing was forgotten today: %s", error)
    try:
        verified = ledger.audit_verified()
    except LedgerError as error:
        LOG.error("the audit log was not verified today: %s", error)
        return
    meter.audited(len(verified.breaks))
    if verified.breaks:
        LOG.error("the audit log was tampered with or damaged: vigie audit verify")
    LOG.info("audit log: %d entries, head %s", verified.entries, verified.head)


def _forget(ledger: Ledger, settings: RetentionSettings) -> None:
    done = ledger.join_doubles() + ledger.expire(settings, datetime.now(UTC))
    if done.anything:
        LOG.info(
            "forgotten: %d records, %d shortened, %d signatures, %d audit entries",
            done.records,
            done.thinned,
            done.signatures,
            done.audit,
        )
