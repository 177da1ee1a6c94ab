"""What becomes of a message in a folder that is a button when it cannot be moved as its reply has said: another ANSWER, another reply.

Written in one transaction with the failure, so that no death leaves a message there without a word. Of what cannot be quarantined the
way back is tried; of what cannot be put back nothing more than the word.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from vigie.ledger.answers import NOTHING_ASKED, Asked, Letter, LetterState
from vigie.ledger.identity import fresh_id
from vigie.ledger.review import is_answered_by
from vigie.ledger.types import ActionKind, Intent, Outcome, State
from vigie.scanner import locate
from vigie.scanner.buttons.letter import Envelope, Unmoved, compose_unmoved, fresh_message_id
from vigie.scanner.buttons.plan import room_left
from vigie.scanner.hands import REFUSALS, Hands, lower
from vigie.scanner.mailboxes.base import MailboxError, Summary

_MOVES = (ActionKind.ANSWER, ActionKind.QUARANTINE)
PATIENCE: Final = 5
"""Refusals of a quarantine that somebody waits for: 51 minutes by recover.PUT_OFF. Then the message is given back."""


def end(hands: Hands, intent: Intent, outcome: Outcome, *, withdrawn: bool = False) -> Intent | None:
    """Writes the outcome; gives what is to be done instead, durable, where that is a failure somebody has to hear of.

    `withdrawn`: a person takes back what Vigie does; the message bears no keyword of ours then. Selects the intent's folder. Raises
    MailboxError of the connection, with the intent still open.
    """
    then, here = None, None
    if outcome.state is State.FAILED and intent.kind in _MOVES and intent.sha256:
        then, here = _instead(hands, intent, outcome, withdrawn=withdrawn), _lies_there(hands, intent)
        on_it = set() if here is None else lower(here.flags)
        outcome = replace(outcome, kept_keywords=tuple(word for word in intent.keywords if word.lower() in on_it))
    if then is None or here is None:
        hands.ledger.close_intent(outcome)
        return None
    then = replace(then, flags=here.flags)  # ours among them: what this one does not say is taken off
    letter = _letter(hands, intent, then, outcome)
    if letter is None and not then.destination:
        hands.ledger.close_intent(outcome)
        return None
    asked = NOTHING_ASKED if letter is None else Asked((letter,))
    hands.ledger.close_intent(outcome, instead=then, asked=asked)
    return then


def is_over(hands: Hands, intent: Intent, error: MailboxError) -> bool:
    """That refusal, which may end some day, is one too many for the person who has reported the message."""
    refused = intent.kind is ActionKind.QUARANTINE and error.temporary and error.kind in REFUSALS and not error.cut
    if not refused or hands.ledger.sending(intent.id).refusals < PATIENCE:
        return False
    waiting = hands.ledger.open_intents(intent.source.account)
    at_rest = any(known.id == intent.id and known.state is State.PENDING for known in waiting)
    return at_rest and _answer(hands, intent) is not None


def _lies_there(hands: Hands, intent: Intent) -> Summary | None:
    """The message; None: somebody has taken it out of the folder, or the folder away."""
    try:
        status = locate.examined(hands.mailbox, intent.source.folder)
        return None if status is None else locate.at_source(hands.mailbox, status, intent)
    except MailboxError as error:
        if error.kind not in REFUSALS:
            raise
        return None


def _instead(hands: Hands, failed: Intent, outcome: Outcome, *, withdrawn: bool) -> Intent | None:
    then = replace(failed, id=fresh_id(), kind=ActionKind.ANSWER, state=State.PENDING, created_at=outcome.at)
    if failed.kind is ActionKind.QUARANTINE:
        answer = _answer(hands, failed)
        withdrawn = withdrawn or hands.ledger.released(failed.source.account, failed.sha256)
        keywords = () if withdrawn else failed.keywords
        return None if answer is None else replace(then, destination=answer.destination, keywords=keywords)
    if failed.kind is ActionKind.ANSWER and failed.destination:
        return replace(then, destination="", keywords=(), sha256="")  # words alone, see actions.answer
    return None


def _answer(hands: Hands, taking: Intent) -> Intent | None:
    """Which has said that the message goes into quarantine."""
    history = hands.ledger.outcomes(taking.record_id)
    return next((known for known, _ in reversed(history) if is_answered_by(known, taking)), None)


def _letter(hands: Hands, failed: Intent, then: Intent, outcome: Outcome) -> Letter | None:
    """None: an hour has its bound, see plan.HOURLY."""
    account, record = hands.session.account, hands.ledger.record(failed.record_id)
    if record is None or not room_left(hands.ledger, account.name, outcome.at):
        return None
    told = Unmoved(record, failed.internaldate or record.judged_at, failed.source.folder, then.destination)
    name = fresh_message_id()
    envelope = Envelope(account.language, next(iter(account.recipients), ""), outcome.at)
    raw = compose_unmoved(told, envelope, name)
    return Letter(then.id, name, raw, always=True, state=LetterState.WAITING, at=outcome.at)
