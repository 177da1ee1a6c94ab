"""What a template needs of a case, in the reader's language: plain words, and text of the mail that cannot do anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from vigie.ledger.review_types import CaseLine, ReviewCase, Standing
from vigie.ledger.types import ActionKind, Decision, State
from vigie.rules.explain import rule_sentence, sentences
from vigie.rules.types import Finding, Label
from vigie.web.review.marks import Needle
from vigie.web.review.shown import line
from vigie.web.review.told import Told
from vigie.web.words import Words

TONES = {
    Label.IMPERSONATION: "bad",
    Label.SUSPICIOUS: "doubt",
    Label.GENUINE: "good",
    Label.UNDECIDED: "",
    Label.UNRELATED: "",
}
"""The class of a verdict's tag."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    case: CaseLine
    author: str
    subject: str
    verdict: str
    tone: str
    theme: str
    standing: str
    decision: str
    can: tuple[str, ...]
    """What its form offers; the ledger has the last word."""
    reported_at: str
    """Where it can be reported; "" for what nobody calls a fraud."""


def row(case: CaseLine, t: Words) -> Row:
    """One case as a line."""
    return Row(
        case=case,
        author=line(case.author, 200) or t("review.no_author"),
        subject=line(case.subject, 200) or t("review.no_subject"),
        verdict=t(f"review.verdict.{case.verdict}"),
        tone=TONES[Label(case.verdict)],
        theme=t(f"review.theme.{case.theme}") if t.has(f"review.theme.{case.theme}") else "",
        standing=t(f"review.standing.{case.standing.value}"),
        decision=decision(case.decision, case.decided_by, t) if case.decision else "",
        can=_can(case),
        reported_at=f"/cases/{case.id}#reporting" if case.decision is Decision.CONFIRMED else "",
    )


def _can(case: CaseLine) -> tuple[str, ...]:
    if case.decision is not None:
        return ("undo",)
    return {Standing.HELD: ("release", "confirm"), Standing.IN_PLACE: ("confirm",)}.get(case.standing, ())


def decision(decided: Decision | None, who: str, t: Words) -> str:
    """`fraude confirmée, par marie`."""
    word = t(f"review.decision.{decided.value if decided else 'withdrawn'}")
    return f"{word}, {t('review.by', who=doer(who, t))}" if who else word


def doer(who: str, t: Words) -> str:
    """The same in a sentence: also who decided by the link of a digest."""
    kind, _, rest = who.partition(":")
    return t("review.by_recipient", name=name(rest)) if kind == "recipient" else name(who)


def name(who: str) -> str:
    """`web:marie` as people call her."""
    return line(who.removeprefix("web:"), 80)


@dataclass(frozen=True, slots=True)
class Noticed:
    """One finding: its passages, and what they show."""

    kind: str
    kind_word: str
    strength: str
    layer: str
    rule: str
    sentence: str
    quotes: tuple[tuple[str, str], ...]
    """(where, passage)."""


_WEIGHT = ("contradiction", "lure", "claim", "excuse", "note")


def noticed(told: Told, t: Words) -> list[Noticed]:
    """The findings, the weightiest kind first."""
    return [
        _noticed(finding, t) for finding in sorted(told.verdict.findings, key=lambda one: _WEIGHT.index(one.kind.value))
    ]


def _noticed(finding: Finding, t: Words) -> Noticed:
    return Noticed(
        kind=finding.kind.value,
        kind_word=t(f"review.kind.{finding.kind.value}"),
        strength=t(f"review.strength.{finding.strength.value}"),
        layer=t(f"review.layer.{finding.layer.value}"),
        rule=line(finding.rule, 80),
        sentence=line(rule_sentence(finding, sentences(t.language))),
        quotes=tuple((line(quote.where, 120), line(quote.text)) for quote in finding.quotes),
    )


def needles(told: Told) -> list[Needle]:
    """What is highlighted in the text: every quote, except what our own checks say."""
    return [
        Needle(quote.text, finding.kind.value)
        for finding in told.verdict.findings
        for quote in finding.quotes
        if quote.where != "authentication"
    ]


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done to a message, or decided about it."""

    at: datetime
    text: str


def deeds(case: ReviewCase, t: Words) -> list[Deed]:
    """Everything that happened to the case, oldest first."""
    return sorted([*_moves(case, t), *_decisions(case, t)], key=lambda deed: deed.at)


def _moves(case: ReviewCase, t: Words) -> Iterator[Deed]:
    for intent, outcome in case.history:
        target = intent.source.folder if intent.kind is ActionKind.TAG else intent.destination
        what = t(f"review.did.{intent.kind.value}", folder=line(target, 100))
        state = "open" if outcome is None else {State.DONE: "done", State.GONE: "gone"}.get(outcome.state, "failed")
        yield Deed(
            outcome.at if outcome else intent.created_at, f"{what}{t('review.colon')} {t(f'review.did.{state}')}"
        )


def _decisions(case: ReviewCase, t: Words) -> Iterator[Deed]:
    return (Deed(one.at, decision(one.decision, one.who, t)) for one in case.decisions)


def choices(t: Words, prefix: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """(value, word) for a choice in a form."""
    return [(value, t(f"review.{prefix}.{value}")) for value in values]
