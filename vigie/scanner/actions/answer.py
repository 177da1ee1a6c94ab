"""Answers who moved a message into a folder that is a button: keyword, one reply, and the message back where it came from.

The order, each step of which may be repeated after an interruption: the keywords (STORE), the reply (APPEND to INBOX), the move. The
reply is SENDING in the ledger before it is sent: who finds it so looks for its Message-ID first. It comes before the move: a message that
lies in its folder again is of no more concern to any pass, and its answer would be forgotten.
"""

from __future__ import annotations

from itertools import dropwhile
from typing import Final

from vigie.ledger.answers import Letter, LetterState
from vigie.ledger.review import is_answered_by
from vigie.ledger.types import ActionKind, Intent, Outcome, State
from vigie.scanner import locate
from vigie.scanner.actions.quarantine import GONE
from vigie.scanner.actions.tag import set_keywords
from vigie.scanner.hands import REFUSALS, Arrival, Hands, closed, finish, flags_at, found_there, lower, opened, transfer
from vigie.scanner.mailboxes.base import MailboxError, Summary, UnclearOutcome
from vigie.scanner.marks import take_back

ID = "answer"
KIND = ActionKind.ANSWER

INBOX: Final = "INBOX"
COPY_ONLY = "the server can only copy: the message lies in both folders"


def act(intent: Intent, hands: Hands) -> Outcome:
    """See Action. Without a destination, or where the message goes into quarantine, it only answers.

    Without a SHA-256 it is words alone: the message could not be read, or not be moved, and is not touched.
    """
    if not intent.sha256:
        return closed(intent, State.DONE, _told(hands, intent, ()))
    moves = bool(intent.destination) and not _goes_into_quarantine(intent, hands)
    there = found_there(hands, intent) if moves and intent.state is State.MOVING else None
    _, here = opened(hands, intent)
    kept = () if here is None else _marked(hands, here, intent)
    note = _told(hands, intent, kept)
    if here is not None:
        _, here = opened(hands, intent)
    if not moves:
        return closed(intent, State.GONE, GONE, kept=kept) if here is None else _done(intent, note, kept)
    if here is None:
        # PENDING: nothing was sent by us, yet the user may have put it there himself.
        there = there or found_there(hands, intent, gone=True)
        return (
            closed(intent, State.GONE, GONE, kept=kept or _sent_before(hands, intent))
            if there is None
            else _arrived(intent, hands, Arrival(there, "found"), note)
        )
    arrival = transfer(hands, intent, here) if there is None else finish(hands, here, there)
    return closed(intent, State.GONE, GONE, kept=kept) if arrival is None else _arrived(intent, hands, arrival, note)


def _goes_into_quarantine(intent: Intent, hands: Hands) -> bool:
    """A later intent about the same message takes it there (a fraud that somebody reports, in enforce)."""
    history = [known for known, _ in hands.ledger.outcomes(intent.record_id)]
    later = dropwhile(lambda known: known.id != intent.id, history)
    return any(is_answered_by(intent, known) for known in later)


def _marked(hands: Hands, here: Summary, intent: Intent) -> tuple[str, ...]:
    """The keywords that are kept; what an earlier answer said otherwise is taken off."""
    take_back(hands, here, intent)
    return set_keywords(hands, here, intent.keywords)


def _sent_before(hands: Hands, intent: Intent) -> tuple[str, ...]:
    """The keywords of a message that is elsewhere now: they were set before its move was begun, and go with it."""
    begun = intent.state is State.MOVING and hands.ledger.sending(intent.id).before is not None
    return intent.keywords if begun else ()


def _told(hands: Hands, intent: Intent, kept: tuple[str, ...]) -> str:
    """The reply, unless a keyword says it; gives what there is to note. Raises MailboxError where it can be stored later."""
    letter = hands.ledger.answers.of_intent(intent.id)
    if letter is None or letter.state is LetterState.ENDED:
        return ""
    said = bool(kept) and set(kept) == set(intent.keywords)
    note = ""
    if letter.state is LetterState.SENDING or letter.always or not said:
        note = _stored(hands, letter)
    hands.ledger.answers.advance(intent.id, LetterState.ENDED)
    return note


def _stored(hands: Hands, letter: Letter) -> str:
    mailbox = hands.mailbox
    if letter.state is LetterState.SENDING:
        if locate.examined(mailbox, INBOX) is not None and mailbox.named(letter.message_id):
            return ""
    else:
        hands.ledger.answers.advance(letter.intent_id, LetterState.SENDING)
    try:
        mailbox.append(INBOX, letter.raw, (), letter.at)
    except UnclearOutcome:
        raise
    except MailboxError as error:
        if error.temporary or error.kind not in REFUSALS:
            raise
        return f"no reply could be stored: {error}"
    return ""


def _arrived(intent: Intent, hands: Hands, arrival: Arrival, note: str) -> Outcome:
    """DONE, with the keywords that are seen where the message lies now."""
    notes = [text for text in (note, COPY_ONLY if arrival.original_stays else "") if text]
    flags = lower(flags_at(hands, arrival.place) if arrival.flags is None else arrival.flags) if intent.keywords else ()
    kept = tuple(keyword for keyword in intent.keywords if keyword.lower() in flags)
    return closed(intent, State.DONE, "; ".join(notes), at=arrival.place, kept=kept)


def _done(intent: Intent, note: str, kept: tuple[str, ...]) -> Outcome:
    return closed(intent, State.DONE, note, at=intent.source, kept=kept)
