"""Verdict + the account's mode -> what is to be done. Pure: the one place where a verdict becomes a deed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vigie.ledger.types import ActionKind
from vigie.rules.types import Label, Verdict

Mode = Literal["observe", "tag", "enforce"]

FALSE = ("$Phishing", "$Junk")
"""On an impersonation, both or neither: clients read `$Phishing` as a warning and `$Junk` as a place (RFC 5788 registry)."""
DOUBTFUL = ("VigieSuspect",)
"""On a suspicion. Never `$Junk`: clients move or train on it."""
OURS = (*FALSE, *DOUBTFUL)
PROVEN = ("VigieAuthentique",)
"""Only as an answer to who asked: what is set on every genuine mail would be missed on none."""
PRIVATE = (*DOUBTFUL, *PROVEN)
"""Nobody else sets these."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done to one message; `kind` None: nothing."""

    kind: ActionKind | None = None
    keywords: tuple[str, ...] = ()


NOTHING = Plan()


def decide(
    verdict: Verdict, mode: Mode, *, keeps: Callable[[str], bool], released: bool, partial: bool = False
) -> Plan:
    """The plan for one message. A proven one is never moved, a released one is left alone for good.

    `keeps(keyword)`: the folder keeps that keyword (PERMANENTFLAGS). `partial`: only the beginning of the message was
    judged, so it is never moved.
    """
    if mode == "observe" or released:
        return NOTHING
    if verdict.label is Label.SUSPICIOUS:
        return _tag(DOUBTFUL, keeps)
    if verdict.label is not Label.IMPERSONATION or verdict.proven:
        # house, first invariant: proof complete means no move. The table never calls a proven message an impersonation;
        # if it did, the proof would win.
        return NOTHING
    if mode == "enforce" and not partial:
        return Plan(ActionKind.QUARANTINE, FALSE if all(map(keeps, FALSE)) else ())
    return _tag(FALSE, keeps)


def answer_keywords(label: Label, keeps: Callable[[str], bool]) -> tuple[str, ...]:
    """What answers somebody who asked about a message, in any mode; () where no keyword says it, or the folder keeps none."""
    words = {Label.IMPERSONATION: FALSE, Label.SUSPICIOUS: DOUBTFUL, Label.GENUINE: PROVEN}.get(label, ())
    return words if all(map(keeps, words)) else ()


def _tag(keywords: tuple[str, ...], keeps: Callable[[str], bool]) -> Plan:
    """All of them or nothing: a tag that the server forgets is never claimed (I-16)."""
    return Plan(ActionKind.TAG, keywords) if all(map(keeps, keywords)) else NOTHING
