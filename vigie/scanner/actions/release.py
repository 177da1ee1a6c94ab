"""Puts a message back: same bytes, flags, keywords and date; our keywords off, `$NotJunk` on; never quarantined again."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

from vigie.ledger.types import ActionKind, Decision, Intent, Outcome, Place, State
from vigie.scanner import locate
from vigie.scanner.actions.quarantine import GONE
from vigie.scanner.decide import OURS
from vigie.scanner.hands import COPIED_ONLY, Arrival, Hands, closed, finish, found_there, lower, opened, transfer
from vigie.scanner.mailboxes.base import Mailbox, MailboxError, Summary, UnclearOutcome
from vigie.scanner.marks import ours_before

ID = "release"
KIND = ActionKind.RELEASE

NOT_JUNK = "$NotJunk"
COPY_STAYS = "the server can only copy: the copy in quarantine stays there"


def act(intent: Intent, hands: Hands) -> Outcome:
    """See Action. The decision is durable before the move: else the next scan would quarantine it again (I-47)."""
    record = hands.ledger.record(intent.record_id)
    if record is not None and record.decision is not Decision.RELEASED:
        hands.ledger.set_decision(record.id, Decision.RELEASED, datetime.now(UTC))
    taken = _taken(intent, hands)
    original = _original(hands, taken, intent)
    if original is not None:
        return _restored(taken or intent, intent, hands, Arrival(original, "stayed"))
    arrival = _brought_back(intent, hands)
    if arrival is None:
        return closed(intent, State.GONE, GONE)
    return _restored(taken or intent, intent, hands, arrival)


def _taken(intent: Intent, hands: Hands) -> Intent | None:
    """The intent that brought the message to quarantine: it remembers flags and date from before.

    An answer to who asked, which brought it back there, does so only where there is no other.
    """
    history = hands.ledger.outcomes(intent.record_id)
    done = [
        known
        for known, outcome in history
        if known.kind is not ActionKind.RELEASE and outcome is not None and outcome.state is State.DONE
    ]
    first = [known for known in done if known.kind is not ActionKind.ANSWER]
    return (first or done)[-1] if done else None


def _original(hands: Hands, taken: Intent | None, intent: Intent) -> Place | None:
    """Where the message was never moved (tagged only, or copied only): its place; it is only untagged."""
    if taken is None or taken.source.folder != (intent.destination or intent.source.folder):
        return None
    status, here = opened(hands, taken)
    if here is None:
        return None
    return Place(taken.source.account, taken.source.folder, status.uidvalidity, here.uid)


def _brought_back(intent: Intent, hands: Hands) -> Arrival | None:
    """The message in its folder again; None: it is in neither."""
    there = found_there(hands, intent) if intent.state is State.MOVING else None
    status, here = opened(hands, intent)
    if here is None and status.uidvalidity:
        # A person may have moved it out of quarantine and back: its UID is another one, its bytes are the same.
        here = _elsewhere(hands, status.uidvalidity, intent)
    if here is None:
        there = there or found_there(hands, intent, gone=True)
        return None if there is None else Arrival(there, "found")
    if there is not None:
        return finish(hands, here, there)
    try:
        return transfer(hands, intent, here)
    except UnclearOutcome:
        raise
    except MailboxError as error:
        if error.kind != "refused" or error.temporary:
            raise
        return _appended(hands, intent, here)


def _elsewhere(hands: Hands, uidvalidity: int, intent: Intent) -> Summary | None:
    moved = replace(intent, source=replace(intent.source, uidvalidity=-1))
    status = hands.mailbox.select(intent.source.folder, read_only=False)
    return locate.at_source(hands.mailbox, status, moved) if status.uidvalidity == uidvalidity else None


def _appended(hands: Hands, intent: Intent, here: Summary) -> Arrival | None:
    """The other way back, where the server refuses to move: the same bytes once more, compared afterwards."""
    mailbox = hands.mailbox
    mailbox.select(intent.source.folder, read_only=True)
    raw = next(
        (item.raw for item in mailbox.fetch([here.uid], limit=locate.most(here.size)) if item.uid == here.uid), b""
    )
    if hashlib.sha256(raw).hexdigest() != intent.sha256:
        return None
    date = intent.internaldate or here.internaldate
    flags = [flag for flag in (intent.flags or here.flags) if flag not in OURS]
    told = mailbox.append(intent.destination, raw, flags, date)
    if told is not None:
        place = Place(intent.source.account, intent.destination, *told)
        if locate.examined(mailbox, intent.destination) and locate.holds(mailbox, place.uid, intent.sha256, here.size):
            return Arrival(place, COPIED_ONLY)
    there = found_there(hands, intent, gone=True)
    return None if there is None else Arrival(there, COPIED_ONLY)


def _restored(taken: Intent, intent: Intent, hands: Hands, arrival: Arrival) -> Outcome:
    """Flags and keywords as they were before us; each step may be repeated after an interruption."""
    mailbox = hands.mailbox
    status = mailbox.select(arrival.place.folder, read_only=False)
    here = locate.summary_of(mailbox, arrival.place.uid)
    if here is None:
        return closed(intent, State.GONE, GONE)
    earlier = ours_before(hands, taken)
    before = tuple(flag for flag in taken.flags if flag.lower() not in earlier)
    kept = _flags_restored(mailbox, here, before, {*OURS, *taken.keywords, *earlier}, notjunk=status.keeps(NOT_JUNK))
    notes = []
    if arrival.original_stays or (arrival.how == "stayed" and taken.kind is ActionKind.QUARANTINE):
        notes.append(COPY_STAYS)
    if taken.internaldate is not None and here.internaldate != taken.internaldate:
        notes.append("the server changed the date of arrival")
    return closed(intent, State.DONE, "; ".join(notes), at=arrival.place, kept=kept)


def _flags_restored(
    mailbox: Mailbox, here: Summary, before: tuple[str, ...], set_by_us: set[str], *, notjunk: bool
) -> tuple[str, ...]:
    """Takes off what we set and it did not have `before`, puts back what the way lost; gives the keywords seen to be kept."""
    now = lower(here.flags)
    taken_off = {keyword.lower() for keyword in set_by_us} - lower(before)
    ours = [flag for flag in here.flags if flag.lower() in taken_off]
    lost = [flag for flag in before if flag.lower() not in now]
    wanted = [*lost, NOT_JUNK] if notjunk and NOT_JUNK.lower() not in now else lost
    if ours:
        mailbox.remove_keywords(here.uid, ours)
    if not wanted:
        return (NOT_JUNK,) if NOT_JUNK.lower() in now else ()
    kept = lower(tuple(mailbox.add_keywords(here.uid, wanted)))
    return tuple(keyword for keyword in (NOT_JUNK,) if keyword.lower() in kept)
