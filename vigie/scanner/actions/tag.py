"""Sets keywords, takes ours that say otherwise off, reads them back, and claims only what the server kept."""

from __future__ import annotations

from collections.abc import Iterable

from vigie.ledger.types import ActionKind, Intent, Outcome, State
from vigie.scanner.decide import FALSE
from vigie.scanner.hands import Hands, closed, lower, opened
from vigie.scanner.mailboxes.base import MailboxError, Summary, UnclearOutcome
from vigie.scanner.marks import take_back

ID = "tag"
KIND = ActionKind.TAG


def act(intent: Intent, hands: Hands) -> Outcome:
    """See Action. Setting a keyword twice is setting it once: a cut-off attempt is simply made again."""
    if hands.ledger.released(intent.source.account, intent.sha256):
        return closed(intent, State.FAILED, "a person has released this content meanwhile")
    _, here = opened(hands, intent)
    if here is None:
        return closed(intent, State.GONE, "somebody else has moved or removed the message")
    hands.ledger.advance(intent.id, State.MOVING)
    take_back(hands, here, intent)
    kept = set_keywords(hands, here, intent.keywords)
    if not kept:
        return closed(intent, State.FAILED, "the server does not keep these keywords", at=intent.source)
    return closed(intent, State.DONE, at=intent.source, kept=kept)


def set_keywords(hands: Hands, here: Summary, keywords: tuple[str, ...]) -> tuple[str, ...]:
    """Sets them on a message of the folder that is selected read-write; gives those that were seen to be kept.

    `$Phishing` and `$Junk` go together: one alone is taken off again. A server that refuses keywords is no fault (I-16).
    """
    if not keywords:
        return ()
    try:
        kept = _in(hands.mailbox.add_keywords(here.uid, keywords), keywords)
        half = set(kept) & set(FALSE)
        if half and half != set(FALSE):
            hands.mailbox.remove_keywords(here.uid, [keyword for keyword in half if not _had(here, keyword)])
            kept = tuple(keyword for keyword in kept if keyword not in FALSE)
    except UnclearOutcome:
        raise
    except MailboxError as error:
        if error.kind in {"refused", "limit"}:
            return ()
        raise
    return kept


def _had(here: Summary, keyword: str) -> bool:
    return keyword.lower() in lower(here.flags)


def _in(flags: Iterable[str], keywords: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `keywords` that are among `flags`, as we spell them."""
    there = lower(tuple(flags))
    return tuple(keyword for keyword in keywords if keyword.lower() in there)
