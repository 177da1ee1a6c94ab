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


def found_there(hands: Hands, intent: Intent) -> Place | None:
    """The intent's content at its destination, unless an earlier intent brought it there (identical mail exists)."""
    return locate.in_folder(
        hands.mailbox, intent.destination, intent, ours=lambda place: not hands.ledger.ended_at(place)
    )


def transfer(hands: Hands, intent: Intent, here: Summary) -> Arrival | None:
    """Moves the message `here`, in the folder that is selected read-write, and sees it at its destination.

    None: it is in neither folder (GONE). Raises MailboxError: refused, it is where it was; UnclearOutcome: nobody knows.
    MOVING is durable before anything is sent; after it, whoever takes the intent up looks before he sends.
    """
    destination = intent.destination
    hands.ledger.advance(intent.id, State.MOVING)
    try:
        moved = hands.mailbox.move(here.uid, destination)
    except UnclearOutcome:
        raise
    except MailboxError as refused:
        if refused.temporary or refused.kind not in {"refused", "folder"}:
            raise
        # Refused: nothing has happened. The folder may have gone since the pass began, and not every server says so (I-13).
        destination = hands.mailbox.ensure_folder(destination)
        moved = hands.mailbox.move(here.uid, destination)
    return seen(hands, replace(intent, destination=destination), moved)


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
    return None


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
