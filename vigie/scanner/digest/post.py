"""The job that sends digests: looks every few seconds whether one is due, and whether one waits for its mail server."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from vigie.ledger.digest_types import Digest, HeldMail, Reader
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner.digest.letter import LISTED, Sending, compose
from vigie.scanner.digest.readers import period, readers
from vigie.scanner.lag import utc_now
from vigie.scanner.operation import submission
from vigie.scanner.operation.meter import Meter
from vigie.scanner.operation.settings import OperationSettings, ServerSettings
from vigie.scanner.operation.submission import UnsentError
from vigie.scanner.settings import AccountSettings

LOG = logging.getLogger(__name__)

LOOK_S: Final = 20
LEASE: Final = timedelta(minutes=15)
"""Longer than the time-outs of one try together. Whoever took a digest and died over it has lost it then."""
WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(minutes=30)
PATIENCE: Final = timedelta(days=3)
"""So long the server may refuse a digest; then the next one tells of its messages. A server that is away is waited for."""
BYTES: Final = 32


class Post:
    """Sends what is due. Several may do so for one ledger: a row of it decides who sends what."""

    def __init__(
        self,
        ledger: Ledger,
        accounts: Sequence[AccountSettings],
        settings: OperationSettings,
        meter: Meter,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._settings = settings
        self._meter = meter
        self._now = now

    def run(self) -> None:
        """One look. Never raises: a ledger that fails is tried again at the next."""
        server = self._settings.digest_server
        if server is None:
            return
        try:
            known = self._readers()
            due = period(self._settings.digest.at, self._now())
            self._ledger.digests.plan(due, list(known.values()), at=self._now())
            while (digest := self._ledger.digests.take(at=self._now(), lease=LEASE)) is not None:
                self._deal_with(digest, known.get(digest.recipient), server)
        except LedgerError as error:
            LOG.error("digests: %s", error)

    def _readers(self) -> dict[str, Reader]:
        people = self._ledger.people.wanting_digests()
        return {reader.key: reader for reader in readers(self._settings.digest, people, self._accounts)}

    def _deal_with(self, digest: Digest, reader: Reader | None, server: ServerSettings) -> None:
        digests = self._ledger.digests
        if reader is None:
            LOG.info("digest %s for %s: nobody wants it any more", digest.id, digest.recipient)
            digests.given_up(digest)
            return
        held = digests.held(digest, reader.accounts)
        if not held:
            digests.nothing_left(digest)
            return
        try:
            self._send(digest, reader, held, server)
        except UnsentError as error:
            self._failed(digest, error)
            return
        digests.sent(digest, messages=len(held), at=self._now())
        self._meter.digest(done=True)
        LOG.info("digest %s for %s sent: %d messages", digest.id, digest.recipient, len(held))

    def _send(self, digest: Digest, reader: Reader, held: Sequence[HeldMail], server: ServerSettings) -> None:
        """Raises UnsentError."""
        settings = self._settings
        sending = Sending(digest, reader, server.sender, settings.pages, settings.digest.link_days)
        with submission.server(server) as there:
            # Made once somebody is there to take them: a server that is away for days leaves no heap of links behind.
            tokens = self._links(reader, held) if reader.is_owner else {}
            links = {record_id: f"{settings.pages}/ask/{token}" for record_id, token in tokens.items()}
            try:
                there.send_message(compose(sending, held, links, self._now()), server.sender, [reader.address])
            except submission.REFUSED:
                self._ledger.asks.drop(list(tokens.values()))
                raise

    def _links(self, reader: Reader, held: Sequence[HeldMail]) -> dict[str, str]:
        tokens = {one.record.id: secrets.token_urlsafe(BYTES) for one in held[:LISTED]}
        ends = self._now() + timedelta(days=self._settings.digest.link_days)
        self._ledger.asks.make(list(tokens.items()), recipient=reader.key, ends_at=ends, at=self._now())
        return tokens

    def _failed(self, digest: Digest, error: UnsentError) -> None:
        self._meter.digest(done=False)
        if error.refused and self._now() - digest.planned_at > PATIENCE:
            LOG.error("digest %s for %s given up: %s", digest.id, digest.recipient, error)
            self._ledger.digests.given_up(digest)
            return
        LOG.warning("digest %s for %s not sent, tried again: %s", digest.id, digest.recipient, error)
        wait = min(WAIT * 2 ** min(digest.tries - 1, 10), LONGEST_WAIT)
        self._ledger.digests.failed(digest, again_at=self._now() + wait, others=not error.refused)
