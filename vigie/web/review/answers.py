"""The four answers of the case page: what it claims to be, what proves it is not, what it wants, what will happen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vigie.ledger.handed_in_rows import is_place
from vigie.ledger.review import Standing
from vigie.ledger.review_types import ReviewCase
from vigie.ledger.types import ActionKind, Decision
from vigie.rules.brand import Brand
from vigie.rules.explain import parts
from vigie.rules.types import Label
from vigie.web.review.shown import line
from vigie.web.review.told import Told
from vigie.web.words import Words


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the four. `id` names it in the page: claims, proof, wants, next."""

    id: str
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """The sentence of the verdict, the four answers, and what is worth knowing beside them."""

    verdict: str
    four: tuple[Answer, ...]
    notes: tuple[str, ...]


_PROOF = {
    Label.IMPERSONATION: "against",
    Label.SUSPICIOUS: "doubt",
    Label.UNDECIDED: "undecided",
    Label.GENUINE: "genuine",
    Label.UNRELATED: "unrelated",
}
"""The words of the second heading, and of its answer where nothing was found."""


def answers(case: ReviewCase, told: Told, brand: Brand | None, t: Words) -> Answers:
    """In the reader's language; total: a case of which the ledger has forgotten the rest keeps its verdict and its way back."""
    found = parts(told.verdict, brand, t.language)
    proof = _PROOF[told.verdict.label]
    missing = "forgotten" if told.thinned else "error" if told.error else ""
    return Answers(
        verdict=t("review.verdict_error") if told.error else found.verdict,
        four=(
            _answer("claims", t("review.heading.claims"), found.claims, t(f"review.none.{missing or 'claims'}")),
            _answer(
                "proof",
                t(f"review.heading.{proof}"),
                _proof(found.against, told, t),
                t(f"review.none.{missing or proof}"),
            ),
            _answer("wants", t("review.heading.wants"), found.wants, t(f"review.none.{missing or 'wants'}")),
            Answer("next", t("review.heading.next"), tuple(_next(case, t))),
        ),
        notes=tuple(line(note) for note in found.notes),
    )


def _answer(name: str, heading: str, found: tuple[str, ...], otherwise: str) -> Answer:
    return Answer(name, heading, tuple(line(one) for one in found) or (otherwise,))


def _proof(against: tuple[str, ...], told: Told, t: Words) -> tuple[str, ...]:
    """What contradicts it, and who really sent it, where that is known."""
    sender = line(told.authentication.get("authenticated_domain"), 255)
    if not sender or told.verdict.label is Label.UNRELATED:
        return against
    return (*against, t("review.sent_from", domain=sender))


def _next(case: ReviewCase, t: Words) -> Iterator[str]:
    """Where the message is, what happens if nobody does anything, and what each decision would do."""
    place = case.record.place
    named = {"account": line(place.account, 100), "folder": line(place.folder, 100), "quarantine": _quarantine(case)}
    yield t("handed_in.stands") if is_place(place) else t(f"review.stands.{case.standing.value}", **named)
    if case.record.decision is not None:
        yield t(f"review.decided.{case.record.decision.value}")
    elif case.standing is Standing.HELD:
        yield t("review.waits")
    for deed in ("release", "confirm", "undo"):
        if deed in case.can:
            yield t(f"review.would.{_deed(deed, case)}", **named)


def _deed(deed: str, case: ReviewCase) -> str:
    if deed == "confirm" and case.standing is not Standing.HELD:
        return "confirm-in-place"
    if deed == "undo" and case.record.decision is Decision.RELEASED:
        return "undo-release"
    return deed


def _quarantine(case: ReviewCase) -> str:
    moved = [intent.destination for intent, _ in case.history if intent.kind is ActionKind.QUARANTINE]
    return line(moved[-1], 100) if moved else ""
