"""Where a message lies: found again by UID, Message-ID, size and SHA-256. Reads only (threats 2.0 steps 1, 3 and 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from vigie.ledger.types import Intent, Place
from vigie.scanner.mailboxes.base import Fetched, FolderStatus, Mailbox, MailboxError, Summary

CANDIDATES = 100
"""Messages of one size that are hashed before the search is given up."""


def at_source(mailbox: Mailbox, status: FolderStatus, intent: Intent) -> Summary | None:
    """The intent's message in its source folder, which is selected with `status`; None: it is not there any more.

    After a UIDVALIDITY change its old UID may be anybody's (I-08): then it is looked up by its content.
    """
    if status.uidvalidity == intent.source.uidvalidity:
        summary = summary_of(mailbox, intent.source.uid)
        return summary if summary is not None and _is_same(mailbox, summary, intent) else None
    for uid in _hashed(mailbox, intent):
        return summary_of(mailbox, uid)
    return None


def in_folder(mailbox: Mailbox, folder: str, intent: Intent, *, ours: Callable[[Place], bool]) -> Place | None:
    """The intent's content in `folder`, at a place that passes `ours`; None where it, or the folder, is not there.

    The folder is selected read-only afterwards.
    """
    status = examined(mailbox, folder)
    if status is None:
        return None
    for uid in _hashed(mailbox, intent):
        place = Place(intent.source.account, folder, status.uidvalidity, uid)
        if ours(place):
            return place
    return None


def examined(mailbox: Mailbox, folder: str) -> FolderStatus | None:
    """The folder, selected read-only; None where it does not exist."""
    try:
        return mailbox.select(folder, read_only=True)
    except MailboxError as error:
        if error.kind == "folder":
            return None
        raise


def same(status: FolderStatus, uidvalidity: int) -> FolderStatus:
    """The status. Raises MailboxError when its UIDs are no longer those that the pass began with (I-09)."""
    if status.uidvalidity != uidvalidity:
        raise MailboxError("folder", f"{status.name}: UIDVALIDITY changed during the scan", temporary=True)
    return status


def most(size: int) -> int:
    """Bytes that a message of that RFC822.SIZE may have: Exchange and others announce an estimate, which may be too small."""
    return 2 * size + 65536


def held(mailbox: Mailbox, uid: int, sha256: str, size: int) -> Fetched | None:
    """The message of that UID of the selected folder where it has exactly those bytes."""
    for fetched in mailbox.fetch([uid], limit=most(size)):
        if fetched.uid == uid:
            same = not fetched.partial and hashlib.sha256(fetched.raw).hexdigest() == sha256
            return fetched if same else None
    return None


def holds(mailbox: Mailbox, uid: int, sha256: str, size: int) -> bool:
    """True where that UID of the selected folder has exactly those bytes."""
    return held(mailbox, uid, sha256, size) is not None


def summary_of(mailbox: Mailbox, uid: int) -> Summary | None:
    """Flags, size, date and Message-ID of one message of the selected folder; None: it is gone."""
    return next((summary for summary in mailbox.summaries([uid]) if summary.uid == uid), None)


def _is_same(mailbox: Mailbox, summary: Summary, intent: Intent) -> bool:
    """The UID is still that message: by the metadata that never change (RFC 9051 section 2.3.1.1), else by its bytes."""
    if intent.size and summary.size != intent.size:
        return False
    told = (summary.message_id, summary.internaldate) == (intent.message_id, intent.internaldate)
    return told or holds(mailbox, summary.uid, intent.sha256, summary.size)


def _hashed(mailbox: Mailbox, intent: Intent) -> list[int]:
    """UIDs of the selected folder with the intent's bytes; by size alone where the Message-ID finds none."""
    for message_id in dict.fromkeys((intent.message_id, "")):
        found = list(mailbox.find(message_id, intent.size))[-CANDIDATES:]
        same = [uid for uid in found if holds(mailbox, uid, intent.sha256, intent.size)]
        if same:
            return same
    return []
