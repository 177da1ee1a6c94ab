"""What people have reported by an add-in or by a folder: a reviewer says that it is a fraud, or that nothing is done about it.

As a confirmed fraud it goes further like any other, by the reports of its case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response

from vigie.ledger.handed_in_desk import PAGE
from vigie.ledger.handed_in_types import HandedIn, HandedState
from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Conflict
from vigie.ledger.types import Decision
from vigie.web import site
from vigie.web.entry import Reader, Reviewer
from vigie.web.pages import redirect, render
from vigie.web.person import Person
from vigie.web.review.case import Seen
from vigie.web.review.desks import desk_of, words_of
from vigie.web.review.said import Row, name, row
from vigie.web.review.shown import line
from vigie.web.words import Words

router = APIRouter(prefix="/handed-in")
ALL: Final = "all"
State = Literal["open", "confirmed", "dismissed", "all"]
STATES: Final = (*HandedState, ALL)
Deed = Literal["confirm", "dismiss", "undo"]
SAID: Final = {"confirm": "confirmed", "dismiss": "dismissed", "undo": "undone"}
MOST_PAGES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One of them as the table shows it."""

    row: Row
    source: str
    account: str
    kept: bool
    at: datetime
    state: HandedState
    said: str


@router.get("")
def handed_in(
    request: Request,
    person: Reader,
    state: State = "open",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """One page of the list, newest first."""
    return _list(request, person, state, page)


@router.post("/{handed_id}/decision")
def decide(
    request: Request,
    handed_id: str,
    person: Reviewer,
    deed: Annotated[Deed, Form()],
    seen: Seen,
    state: Annotated[State, Form()] = "open",
) -> Response:
    """Raises HTTPException (404): nobody has handed that in, or she may not see it (W-12)."""
    desk, now = desk_of(request, person), site.of(request).now()
    if not desk.handed_in.is_one(handed_id):
        raise HTTPException(404)
    if deed == "dismiss":
        done = desk.handed_in.dismiss(handed_id, at=now)
    elif deed == "undo" and desk.handed_in.take_up(handed_id):
        done = True
    else:
        decision = Decision.CONFIRMED if deed == "confirm" else None
        outcome = desk.decide(handed_id, decision, seen=seen, at=now)
        settled = isinstance(outcome, Refusal) and outcome.settled
        agrees = isinstance(outcome, Conflict) and outcome.agrees
        done = settled or agrees or not isinstance(outcome, Refusal | Conflict)
    if not done:
        return _list(request, person, state, 1, wrong=True)
    return redirect("/handed-in", said=SAID[deed], state=state)


def _list(request: Request, person: Person, state: State, number: int, *, wrong: bool = False) -> Response:
    t = words_of(request)
    wanted = None if state == ALL else HandedState(state)
    found, count = desk_of(request, person).handed_in.page(wanted, number=number)
    return render(
        request,
        "review/handed_in.html.j2",
        status=409 if wrong else 200,
        here=f"/handed-in?state={state}&page={number}",
        lines=[_line(one, t) for one in found],
        total=t.counted("handed_in.total", count),
        state=state,
        states=_states(t),
        number=number,
        more=count > number * PAGE,
        wrong=wrong,
    )


def _states(t: Words) -> list[tuple[str, str]]:
    return [(value, t(f"handed_in.state.{value}")) for value in STATES]


def _line(one: HandedIn, t: Words) -> Line:
    by = "" if not one.by else t("review.by", who=name(one.by))
    said = t(f"handed_in.state.{one.state.value}")
    return Line(
        row=row(one.case, t),
        source=t(f"handed_in.source.{one.kind.value}", name=line(one.source, 100)),
        account=line(one.case.account, 100) or t("handed_in.no_account"),
        kept=one.kept,
        at=one.at,
        state=one.state,
        said=f"{said}, {by}" if by else said,
    )
