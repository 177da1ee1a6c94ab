"""What an action works with: the connection, the ledger, and the move whose every step can be cut off (threats 2.0)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from vigie.ledger.store import Ledger
from vigie.ledger.types import Intent, Outcome, Place, State
from vigie.scanner import locate
from vigie.scanner.mailboxes.base import FolderStatus, Mailbox, MailboxError, Moved, Summary, UnclearOutcome
from vigie.scanner.session import Session

COPIED_ONLY = "copied-only"
REFUSALS = frozenset({"refused", "folder", "limit"})
"""Kinds of MailboxError with which a server says that it did nothing."""


@dataclass(frozen=True, slots=True)
class Hands:
    """The connection and the ledger of one account."""

    session: Session
    ledger: Ledger

    @property
    def mailbox(self) -> Mailbox:
        """The connection. Raises MailboxError."""
        return self.session.mailbox


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a moved message was seen, with its bytes compared."""

    place: Place
    how: str
    """As in Moved; "found": an earlier, interrupted attempt had done it."""
    flags: tuple[str, ...] | None = None
    """The message's flags there, where they were read together with its bytes."""

    @property
    def original_stays(self) -> bool:
        """The server can only copy: the message lies in both folders."""
        return self.how == COPIED_ONLY


def opened(hands: Hands, intent: Intent) -> tuple[FolderStatus, Summary | None]:
    """The source folder, selected read-write, and the intent's message in it. Raises MailboxError when it is read-only."""
    try:
        status = hands.mailbox.select(intent.source.folder, read_only=False)
    except MailboxError as error:
        if error.kind == "folder":  # removed or renamed with all that was in it
            return FolderStatus(intent.source.folder, 0, 0, 0, read_only=True, permanent=()), None
        raise
    if status.read_only:
        raise MailboxError(
            "refused", f"{intent.source.account}/{intent.source.folder} can only be read", temporary=False
        )
    return status, locate.at_source(hands.mailbox, status, intent)


def found_there(hands: Hands, intent: Intent, *, gone: bool = False) -> Place | None:
    """The intent's content at its destination, brought there for this intent: identical mail exists.

    What lay there before the first command was sent is somebody's own, and so is what an earlier intent brought. Where
    nobody knows how the destination was before, a copy is believed to be ours only when the original is `gone`: then
    nothing hangs on it. Else a second copy is the smaller harm.
    """
    before = hands.ledger.sending(intent.id).before

    def ours(place: Place) -> bool:
        if hands.ledger.ended_at(place):
            return False
        if before is not None and (before.folder, before.uidvalidity) == (place.folder, place.uidvalidity):
            return place.uid >= before.uid
        return gone

    folder = intent.destination if before is None else before.folder
    return locate.in_folder(hands.mailbox, folder, intent, ours=ours)


def transfer(hands: Hands, intent: Intent, here: Summary) -> Arrival | None:
    """Moves the message `here`, in the folder that is selected read-write, and sees it at its destination.

    None: it is in neither folder (GONE). Raises MailboxError: refused, it is where it was; UnclearOutcome: nobody knows.
    MOVING is durable before anything is sent; after it, whoever takes the intent up looks before he sends. After a refusal
    it is PENDING again: nothing is under way.
    """
    destination, before = _destination(hands, intent)
    hands.ledger.begin(intent.id, before)
    try:
        moved = _moved(hands, here, destination)
    except UnclearOutcome:
        raise
    except MailboxError as refused:
        if refused.kind in REFUSALS:
            hands.ledger.advance(intent.id, State.PENDING)
        raise
    return seen(hands, replace(intent, destination=destination), moved)


def _destination(hands: Hands, intent: Intent) -> tuple[str, Place | None]:
    """The folder's name, and how it is now. It may have gone since the pass began, and is made again (I-13)."""
    destination = intent.destination
    told = hands.mailbox.next_uid(destination)
    if told is None:
        destination = hands.mailbox.ensure_folder(destination)
        told = hands.mailbox.next_uid(destination)
    return destination, None if told is None else Place(intent.source.account, destination, *told)


def _moved(hands: Hands, here: Summary, destination: str) -> Moved:
    try:
        return hands.mailbox.move(here.uid, destination)
    except UnclearOutcome:
        raise
    except MailboxError as refused:
        if refused.temporary or refused.kind not in {"refused", "folder"}:
            raise
        # Refused: nothing has happened. Not every server says that it is the folder that is missing (I-13).
        return hands.mailbox.move(here.uid, hands.mailbox.ensure_folder(destination))


def finish(hands: Hands, here: Summary, there: Place) -> Arrival:
    """Ends a move of which the copy was made and the original is `here` still (I-01): never a second copy.

    The source folder has to be selected read-write.
    """
    moved = hands.mailbox.finish_move(here.uid, there.folder, there.uid)
    return Arrival(there, moved.how)


def seen(hands: Hands, intent: Intent, moved: Moved) -> Arrival | None:
    """The message at its destination, byte for byte; None where it is in neither folder (I-06: OK is no proof)."""
    mailbox = hands.mailbox
    status = locate.examined(mailbox, intent.destination)
    told = status is not None and moved.uid is not None and moved.uidvalidity in (None, status.uidvalidity)
    if told and status is not None and moved.uid is not None:
        place = Place(intent.source.account, intent.destination, status.uidvalidity, moved.uid)
        message = locate.held(mailbox, moved.uid, intent.sha256, intent.size)
        if message is not None:
            return Arrival(place, moved.how, message.flags)
    there = found_there(hands, intent)
    if there is not None:
        return Arrival(there, moved.how)
    _, here = opened(hands, intent)
    if here is not None:
        raise MailboxError(
            "protocol", f"{intent.source.account}: the server said that it moved a message and did not", temporary=True
        )
    there = found_there(hands, intent, gone=True)
    return None if there is None else Arrival(there, moved.how)


def flags_at(hands: Hands, place: Place) -> tuple[str, ...]:
    """The flags that a message has now. Selects its folder read-only."""
    if locate.examined(hands.mailbox, place.folder) is None:
        return ()
    summary = locate.summary_of(hands.mailbox, place.uid)
    return () if summary is None else summary.flags


def lower(flags: tuple[str, ...]) -> set[str]:
    """Flags compare without regard to case (RFC 9051 section 2.3.2)."""
    return {flag.lower() for flag in flags}


def closed(
    intent: Intent, state: State, detail: str = "", *, at: Place | None = None, kept: tuple[str, ...] = ()
) -> Outcome:
    """How an intent ended, now."""
    return Outcome(intent.id, state, datetime.now(UTC), at, detail, kept)
