"""Which keywords of a message are ours, and how they are taken back. A person's own stay, whatever Vigie says."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from vigie.ledger.review import History
from vigie.ledger.types import ActionKind, Intent, State
from vigie.scanner.decide import PRIVATE
from vigie.scanner.hands import REFUSALS, Hands, lower
from vigie.scanner.mailboxes.base import MailboxError, Summary, UnclearOutcome


def ours(history: History, flags: tuple[str, ...]) -> frozenset[str]:
    """Of a message's flags those that deeds of this history have set, in small letters, and whatever nobody else sets.

    What the message had before a deed is not of that deed; what it had no more before the next one was taken off meanwhile: if it
    is there again, somebody has set it. A deed that failed, or whose message somebody has taken away, had set its keywords before; what
    else it did is not known. Words alone (no SHA-256) look at no message.
    """
    since: dict[str, datetime] = {}
    for intent, outcome in history:
        if outcome is None or not intent.sha256:
            continue
        done = outcome.state is State.DONE
        if not done and (intent.kind is ActionKind.RELEASE or not outcome.kept_keywords):
            continue
        had = lower(intent.flags)
        since = {word: at for word, at in since.items() if word in had or intent.created_at <= at}
        if intent.kind is ActionKind.RELEASE:
            since = {}  # which takes all of them off
            continue
        wanted = lower(intent.keywords)
        since = {word: at for word, at in since.items() if word in wanted or not done}
        since |= dict.fromkeys(lower(outcome.kept_keywords) - had, outcome.at)
    return frozenset(lower(flags) & (since.keys() | lower(PRIVATE)))


def ours_before(hands: Hands, intent: Intent) -> frozenset[str]:
    """The same of the flags that the message had when the intent about it was written."""
    history = hands.ledger.outcomes(intent.record_id)
    earlier = list(takewhile(lambda pair: pair[0].id != intent.id, history))
    return ours(earlier, intent.flags)


def take_back(hands: Hands, here: Summary, intent: Intent) -> None:
    """Takes off a message, in the folder that is selected read-write, what earlier deeds of ours say otherwise than this one.

    A server that refuses is no fault, as for setting them (I-16).
    """
    stale = ours_before(hands, intent) - lower(intent.keywords)
    on_it = [flag for flag in here.flags if flag.lower() in stale]
    if not on_it:
        return
    try:
        hands.mailbox.remove_keywords(here.uid, on_it)
    except UnclearOutcome:
        raise
    except MailboxError as error:
        if error.temporary or error.kind not in REFUSALS:
            raise
