"""The job that writes and sends reports: looks every few seconds what was asked for, and what waits for its channel."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from vigie.ledger.report_types import FetchedFraud, Taken
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.channels import NotTakenError, UnsentReportError
from vigie.scanner.lag import utc_now
from vigie.scanner.operation.settings import ServerSettings
from vigie.scanner.reporting.known import CHANNELS, switched_on
from vigie.scanner.reporting.settings import ChannelsSettings
from vigie.scanner.settings import AccountSettings

LOG = logging.getLogger(__name__)

LOOK_S: Final = 5
LEASE: Final = timedelta(minutes=15)
"""Longer than the time-outs of one try together. Whoever took a report and died over it has lost it then."""
WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=2)
LONGEST_WISH_S: Final = 6 * 3600.0
"""What a channel asks for beyond it is not granted: a typing error there must not keep a report for weeks."""
MOST: Final = 20
"""Reports of one look: whoever stops the service waits for one of them at most, and news of the settings come through."""
DEFECT: Final = "Vigie cannot write this report: a fault of its own, see its log."
OFF: Final = "That channel is not switched on: [channels] in vigie.toml."


class Dispatch:
    """Sends what people let go. Several may do so for one ledger: a row of it decides who sends what."""

    def __init__(
        self,
        ledger: Ledger,
        settings: ChannelsSettings,
        server: ServerSettings | None,
        now: Callable[[], datetime] = utc_now,
        counted: Callable[[str, str], None] = lambda _channel, _result: None,
        *,
        accounts: Sequence[AccountSettings],
    ) -> None:
        """`server`: what takes the reports that go by mail. `counted`: is told each channel and what came of a try.

        `accounts`: whose addresses are left out, also where a message does not name its recipient.
        """
        self._outbox = ledger.outbox
        self._settings = settings
        self._server = server
        self._now = now
        self._counted = counted
        self._replaced = threading.Event()
        self._own = {account.name: account.recipients for account in accounts}

    def retire(self) -> None:
        """Takes nothing more to send: other settings hold from now on."""
        self._replaced.set()

    def run(self) -> None:
        """One look. Never raises: a ledger that fails is tried again at the next."""
        try:
            self._outbox.expire(at=self._now())
            self._ask_by_itself()
            self.write()
            if not self._settings.stop:
                self._send_some()
        except LedgerError as error:
            LOG.error("reports: %s", error)

    def _ask_by_itself(self) -> None:
        for name in switched_on(self._settings):
            wanted = self._settings.of(name)
            if wanted is not None and wanted.automatic:
                self._outbox.ask_by_itself(name, at=self._now())

    def write(self) -> None:
        """What was fetched becomes what would be sent. Raises LedgerError."""
        for fraud in self._outbox.unwritten():
            self._write(fraud)

    def _write(self, fraud: FetchedFraud) -> None:
        report = fraud.report
        channel, settings = CHANNELS.get(report.channel), self._settings.of(report.channel)
        if channel is None or settings is None:
            self._outbox.unfetched(report.id, OFF, at=self._now())
            return
        try:
            draft = channel.write(replace(fraud, own=self._own.get(report.account, ())), settings, self._server)
        except NotTakenError as error:
            self._outbox.unfetched(report.id, str(error), at=self._now())
            return
        except Exception as error:  # noqa: BLE001  # a defect of ours over one hostile mail holds up no other report
            LOG.error("report %s for %s cannot be written (%s)", report.id, report.channel, type(error).__name__)
            self._outbox.unfetched(report.id, DEFECT, at=self._now())
            return
        self._outbox.drafted(report.id, draft, at=self._now())
        LOG.info("report %s for %s written", report.id, report.channel)

    def deliver(self, report_id: str) -> None:
        """Sends that one now, where it is let go and its channel has room; what else waits is the service's. Raises LedgerError."""
        if self._settings.stop:
            return
        taken = self._outbox.take(self._room(), at=self._now(), lease=LEASE, only=report_id)
        if taken is not None:
            self._send(taken)

    def _room(self) -> dict[str, int]:
        per_hour = {}
        for name in switched_on(self._settings):
            wanted = self._settings.of(name)
            if wanted is not None:
                per_hour[name] = wanted.per_hour
        return per_hour

    def _send_some(self) -> None:
        per_hour = self._room()
        for _ in range(MOST):
            taken = None if self._replaced.is_set() else self._outbox.take(per_hour, at=self._now(), lease=LEASE)
            if taken is None:
                return
            self._send(taken)

    def _send(self, taken: Taken) -> None:
        report = taken.report
        settings = self._settings.of(report.channel)
        assert settings is not None  # it was taken for a channel that is switched on
        try:
            receipt = CHANNELS[report.channel].send(taken, settings, self._server)
        except UnsentReportError as error:
            self._failed(taken, error)
            return
        self._outbox.sent(report, receipt, at=self._now())
        self._counted(report.channel, "sent")
        LOG.info("report %s for %s sent", report.id, report.channel)

    def _failed(self, taken: Taken, error: UnsentReportError) -> None:
        report = taken.report
        if error.refused:
            LOG.warning("report %s for %s refused: %s", report.id, report.channel, error)
            self._outbox.refused(report, str(error), at=self._now())
            self._counted(report.channel, "refused")
            return
        self._counted(report.channel, "put-off")
        LOG.warning("report %s for %s not sent, tried again: %s", report.id, report.channel, error)
        wait = min(WAIT * 2 ** min(report.tries - 1, 10), LONGEST_WAIT)
        if error.wait_s is not None:
            wait = max(wait, timedelta(seconds=min(error.wait_s, LONGEST_WISH_S)))
        self._outbox.put_off(report, str(error), until=self._now() + wait, others=error.away)
