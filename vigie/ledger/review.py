"""What a person's decision does to a case. Pure: used by the command line and by the review pages.

A release is a decision first (the scanner never quarantines that content again, I-47) and an intent second (the scanner
moves the message back). Each function looks at the record and its history and says what is to be written, or why not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from vigie.ledger.identity import fresh_id
from vigie.ledger.types import ActionKind, Decision, Intent, Outcome, Place, Record, State

History = Sequence[tuple[Intent, Outcome | None]]
"""As Ledger.outcomes gives it: oldest first."""

OPEN = (State.PENDING, State.MOVING)


class Standing(StrEnum):
    """Where a case stands now."""

    IN_PLACE = "in-place"
    """Never moved, or the move was refused: it lies where it was judged."""
    MOVING = "moving"
    """On its way into quarantine."""
    HELD = "held"
    RELEASING = "releasing"
    """On its way back."""
    RELEASED = "released"
    """Back in its folder."""
    GONE = "gone"
    """Somebody else moved or deleted it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is nothing to do. `settled`: because it is as wanted already; then a command has succeeded."""

    code: str
    """Stable: already-released, under-way, not-held, gone, already-confirmed, nothing-to-undo; of a campaign also
    nothing-waits and several-senders, of a job undone, of a message to be looked at private, of a confirmed fraud second-reviewer."""
    text: str
    """One sentence in English."""
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as it was written; `decision` None: the one before was taken back."""

    decision: Decision | None
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody was faster, or the case was judged again: nothing was written (W-16)."""

    record_id: str
    version: int
    """The case's version now: who decides with it has seen this."""
    decision: Decision | None
    who: str
    """"" where it was judged again, and nobody decided."""
    at: datetime | None
    agrees: bool
    """What was wanted is what stands there."""


def conflict(record: Record, decisions: Sequence[Decided], wanted: Decision | None, *, seen: int) -> Conflict | None:
    """What keeps a decision from being written that was taken over version `seen` of the case; None: nothing."""
    if record.version == seen:
        return None
    last = decisions[-1] if decisions else None
    return Conflict(
        record.id,
        record.version,
        record.decision,
        "" if last is None else last.who,
        None if last is None else last.at,
        agrees=last is not None and record.decision == wanted,
    )


def standing(history: History) -> Standing:
    """Where the message is, as far as the ledger knows. Tags do not move anything."""
    now = Standing.IN_PLACE
    for intent, _ in history:
        now = _after(intent, now)
    return now


def _after(intent: Intent, before: Standing) -> Standing:
    if intent.kind in (ActionKind.TAG, ActionKind.ANSWER) or intent.state is State.FAILED:
        return before
    quarantine = intent.kind is ActionKind.QUARANTINE
    if intent.state in OPEN:
        return Standing.MOVING if quarantine else Standing.RELEASING
    if intent.state is State.GONE:
        return Standing.GONE
    return Standing.HELD if quarantine else Standing.RELEASED


def plan_release(record: Record, history: History, *, at: datetime) -> Intent | Refusal:
    """The intent that brings the message back to where it was judged, flags and date as they were.

    To be written together with the decision (Ledger.release). Asking again is harmless: a second release is refused as settled.
    """
    now = standing(history)
    if now is not Standing.HELD:
        return _NO_RELEASE[now]
    quarantined, outcome = _last(history, ActionKind.QUARANTINE)
    ours = tuple(word for word in (outcome.kept_keywords if outcome else ()) if word not in quarantined.flags)
    return replace(
        quarantined,
        id=fresh_id(),
        record_id=record.id,
        kind=ActionKind.RELEASE,
        source=_lies_at(quarantined, outcome),
        destination=home(quarantined, history),
        keywords=ours,
        state=State.PENDING,
        created_at=at,
    )


def plan_confirm(record: Record, history: History) -> Decision | Refusal:
    """A person says that the message is a fraud. It stays where it is."""
    if record.decision is Decision.CONFIRMED:
        return Refusal("already-confirmed", "It is confirmed already.", settled=True)
    if record.decision is Decision.RELEASED or standing(history) in (Standing.RELEASING, Standing.RELEASED):
        return Refusal("already-released", "It was released: undo that first.")
    return Decision.CONFIRMED


@dataclass(frozen=True, slots=True)
class Undoing:
    """How a decision is taken back: it is forgotten, and where a release had moved the message, it goes back to quarantine."""

    intent: Intent | None


def plan(
    record: Record, history: History, wanted: Decision | None, *, at: datetime
) -> tuple[Decision | None, Intent | None] | Refusal:
    """What is to be written for a decision (None: the last one is taken back), or why not."""
    if wanted is Decision.RELEASED:
        back = plan_release(record, history, at=at)
        return back if isinstance(back, Refusal) else (wanted, back)
    if wanted is Decision.CONFIRMED:
        said = plan_confirm(record, history)
        return said if isinstance(said, Refusal) else (said, None)
    undone = plan_undo(record, history, at=at)
    return undone if isinstance(undone, Refusal) else (None, undone.intent)


def possible(record: Record, history: History, *, at: datetime) -> frozenset[str]:
    """What would not be refused: release, confirm, undo."""
    ways = (("release", Decision.RELEASED), ("confirm", Decision.CONFIRMED), ("undo", None))
    return frozenset(name for name, wanted in ways if not isinstance(plan(record, history, wanted, at=at), Refusal))


def plan_undo(record: Record, history: History, *, at: datetime) -> Undoing | Refusal:
    """Takes the last decision back."""
    if record.decision is None:
        return Refusal("nothing-to-undo", "Nobody has decided about it.", settled=True)
    now = standing(history)
    if now in (Standing.MOVING, Standing.RELEASING):
        return Refusal("under-way", "The message is being moved: try again when the mailbox service is done with it.")
    if record.decision is Decision.CONFIRMED or now is not Standing.RELEASED:
        return Undoing(None)
    release, outcome = _last(history, ActionKind.RELEASE)
    quarantined, _ = _last(history, ActionKind.QUARANTINE)
    back = replace(
        quarantined,
        id=fresh_id(),
        record_id=record.id,
        source=_lies_at(release, outcome),
        state=State.PENDING,
        created_at=at,
    )
    return Undoing(back)


def _last(history: History, kind: ActionKind) -> tuple[Intent, Outcome | None]:
    return next(pair for pair in reversed(history) if pair[0].kind is kind and pair[0].state is State.DONE)


def home(quarantined: Intent, history: History) -> str:
    """The folder that the message belongs in: where it was taken from, unless somebody had moved it there to ask or to report."""
    asked = (known for known, _ in reversed(history) if is_answered_by(known, quarantined))
    return next((answer.destination for answer in asked), "") or quarantined.source.folder


def is_answered_by(answer: Intent, quarantined: Intent) -> bool:
    """Both are about one message in a folder that is a button: what is reported and false goes into quarantine, and not back."""
    kinds = (answer.kind, quarantined.kind) == (ActionKind.ANSWER, ActionKind.QUARANTINE)
    return kinds and answer.source == quarantined.source


def _lies_at(intent: Intent, outcome: Outcome | None) -> Place:
    """Where a move has put the message; UIDVALIDITY and UID 0 where the server did not say: it has to be looked for."""
    if outcome is not None and outcome.destination is not None:
        return outcome.destination
    return Place(intent.source.account, intent.destination, 0, 0)


_NO_RELEASE = {
    Standing.IN_PLACE: Refusal("not-held", "The message is not in quarantine: it lies where it was."),
    Standing.MOVING: Refusal("under-way", "The message is being moved to quarantine: try again in a moment."),
    Standing.RELEASING: Refusal("under-way", "Its release is under way.", settled=True),
    Standing.RELEASED: Refusal("already-released", "It was released already.", settled=True),
    Standing.GONE: Refusal("gone", "The message is no longer where Vigie put it: somebody moved or deleted it."),
}
