"""Findings, verdicts, and the case that puts them together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from vigie.auth_checks.types import AuthEvidence
from vigie.message.types import Layer, Medium, Message


class Kind(StrEnum):
    """What a finding speaks for (house: "The decision")."""

    CLAIM = "claim"
    CONTRADICTION = "contradiction"
    LURE = "lure"
    EXCUSE = "excuse"
    NOTE = "note"
    """Worth showing, decides nothing: a hint of replay, a forwarder's word."""


class Strength(StrEnum):
    """How much a finding weighs. Only a CONTRADICTION can be decisive."""

    WEAK = "weak"
    STRONG = "strong"
    DECISIVE = "decisive"


class Label(StrEnum):
    """The five verdicts, from harmless to false."""

    UNRELATED = "unrelated"
    GENUINE = "genuine"
    UNDECIDED = "undecided"
    SUSPICIOUS = "suspicious"
    IMPERSONATION = "impersonation"


@dataclass(frozen=True, slots=True)
class Quote:
    """What was seen, and where: subject, from, text/html, link, ... `text` is bounded to 200 characters, control-free."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation of one rule."""

    rule: str
    kind: Kind
    strength: Strength
    layer: Layer
    quotes: tuple[Quote, ...]
    topic: str = ""
    """Picks the sentence of explain/<lang>.toml within the rule, and marks what policy.toml names; "" for the rule's only one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of the decision table for one brand."""

    label: Label
    brand: str | None
    """The brand's name; None with UNRELATED."""
    decided_by: int
    """The row of the decision table, 1 to 9; 0 when the message could not be examined."""
    findings: tuple[Finding, ...]
    retry: bool = False
    """DNS kept a proof from being completed: worth judging again (three times within an hour)."""
    proven: bool = False
    """The proof of an official author is complete: such a message is never moved."""


@dataclass(frozen=True, slots=True)
class ExaminationError:
    """Why a message could not be examined: kind is timeout, memory, crash or oversize."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Case:
    """One examined message: verdict, evidence and what was read. `judge.examine` makes it; JSON is made from it alone."""

    sha256: str
    message_id: str
    subject: str
    author: str
    """The author as shown, display name and address; bounded."""
    verdict: Verdict
    evidence: AuthEvidence | None
    links: tuple[JudgedLink, ...]
    explanation: dict[str, str]
    """By language: "fr", "en"."""
    advice: dict[str, tuple[str, ...]]
    elapsed_ms: float
    size: int = 0
    error: ExaminationError | None = None
    medium: Medium = Medium.MAIL
    campaign: str = ""
    """See message.shape; "" for unrelated mail and pasted texts."""


@dataclass(frozen=True, slots=True)
class JudgedLink:
    """A link as it is shown to people, with the brand's opinion of it."""

    shown: str
    target: str
    host: str
    official: bool
    layer: Layer
    unwrapped_from: str | None = None


__all__ = [
    "AuthEvidence",
    "Case",
    "ExaminationError",
    "Finding",
    "JudgedLink",
    "Kind",
    "Label",
    "Layer",
    "Medium",
    "Message",
    "Quote",
    "Strength",
    "Verdict",
]
