"""The bytes of a message that was judged earlier, from where it lies now. Reads only: EXAMINE and BODY.PEEK[]."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from vigie.ledger.types import Intent, Outcome, Place, Record
from vigie.scanner import journal, locate
from vigie.scanner.mailboxes.base import Mailbox


def message_of(mailbox: Mailbox, record: Record, history: Sequence[tuple[Intent, Outcome | None]]) -> bytes | None:
    """The bytes that were judged, with their SHA-256 compared; None where they are in none of the folders that we know of.

    `history`: Ledger.outcomes of the record. Raises MailboxError.
    """
    for place in dict.fromkeys(_places(record, history)):
        status = locate.examined(mailbox, place.folder)
        if status is None:
            continue
        if place.uid and status.uidvalidity == place.uidvalidity:
            raw = _held(mailbox, place.uid, record)
            if raw is not None:
                return raw
        for uid in list(mailbox.find(record.message_id, _size(record, history)))[-locate.CANDIDATES :]:
            raw = _held(mailbox, uid, record)
            if raw is not None:
                return raw
    return None


def _places(record: Record, history: Sequence[tuple[Intent, Outcome | None]]) -> Iterator[Place]:
    """Where it may be, the likeliest first; UID 0 where the server did not say where it put it."""
    for intent, outcome in reversed(history):
        if outcome is not None and outcome.destination is not None:
            yield outcome.destination
        elif intent.destination:
            yield Place(intent.source.account, intent.destination, 0, 0)
    yield record.place


def _size(record: Record, history: Sequence[tuple[Intent, Outcome | None]]) -> int:
    """RFC822.SIZE, which some servers count in their own way: what the server itself said, where it was asked."""
    return next((intent.size for intent, _ in history if intent.size), record.size)


def _held(mailbox: Mailbox, uid: int, record: Record) -> bytes | None:
    limit = record.size if journal.is_partial(record) else record.size + 1
    for fetched in mailbox.fetch([uid], limit=limit):
        if fetched.uid == uid and hashlib.sha256(fetched.raw).hexdigest() == record.sha256:
            return fetched.raw
    return None
