"""One case: what a person decides by, and the decision."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Conflict, Sort, Unknown
from vigie.ledger.types import Decision
from vigie.web import site
from vigie.web.entry import Reader, Reviewer
from vigie.web.pages import local_path, redirect, render
from vigie.web.person import Person
from vigie.web.review.answers import answers
from vigie.web.review.chain import chain
from vigie.web.review.desks import case_of, desk_of, words_of
from vigie.web.review.live import versions
from vigie.web.review.offered import content_of, hands, reporting
from vigie.web.review.said import TONES, decision, deeds, doer, name, noticed
from vigie.web.review.shown import line
from vigie.web.review.told import told
from vigie.web.words import Words, when

router = APIRouter()

Seen = Annotated[int, Form(ge=0, lt=1 << 53)]
Back = Annotated[str, Form(max_length=1000)]
Order = Annotated[str, Form(max_length=20)]
Deed = Literal["release", "confirm", "undo"]
DECISIONS = {"release": Decision.RELEASED, "confirm": Decision.CONFIRMED, "undo": None}
SAID = {"release": "released", "confirm": "confirmed", "undo": "undone"}


@router.get("/cases/{record_id}")
def case(request: Request, record_id: str, person: Reader) -> Response:
    """The four answers, then everything that they rest on. `sort`: of the list that she comes from."""
    return page(request, person, record_id, sort=request.query_params.get("sort", ""))


@router.post("/cases/{record_id}/decision")
def decide(
    request: Request,
    record_id: str,
    person: Reviewer,
    deed: Annotated[Deed, Form()],
    seen: Seen,
    back: Back = "",
    sort: Order = "",
) -> Response:
    """A decision about what the person saw, or taking one back. The scanner moves the message; this page never does."""
    desk = desk_of(request, person)
    outcome = desk.decide(record_id, DECISIONS[deed], seen=seen, at=site.of(request).now())
    if isinstance(outcome, Unknown):
        raise HTTPException(404)
    if isinstance(outcome, Conflict) and not outcome.agrees:
        return page(request, person, record_id, sort=sort, conflict=outcome)
    if isinstance(outcome, Refusal) and not outcome.settled:
        return page(request, person, record_id, sort=sort, refusal=outcome)
    if back.startswith("/cases"):
        joint = "&" if "?" in back else "?"
        return (
            redirect(f"{local_path(back)}{joint}decided={record_id}")
            if local_path(back) == back
            else redirect("/cases")
        )
    return redirect(f"/cases/{record_id}", said=SAID[deed], **_ordered(sort))


def page(
    request: Request,
    person: Person,
    record_id: str,
    *,
    sort: str = "",
    conflict: Conflict | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The page of a case; with a conflict or a refusal that has to be told, with status 409. Raises HTTPException (404)."""
    live = versions(request, person)  # first: what changes while the rest is read makes the page look again
    found = case_of(request, person, record_id)
    t, record = words_of(request), found.record
    read = told(record.case_json, verdict=record.verdict, brand=record.brand, decided_by=record.decided_by)
    here, desk = site.of(request), desk_of(request, person)
    known, order = content_of(found, here), _ordered(sort)
    asked = f"?{urlencode(order)}" if order else ""
    return render(
        request,
        "review/case.html.j2",
        status=409 if conflict or refusal else 200,
        here=f"/cases/{record.id}{asked}",
        asked=asked,
        sort=order.get("sort", ""),
        case=found,
        author=line(record.author, 200) or t("review.no_author"),
        subject=line(record.subject, 200) or t("review.no_subject"),
        message_id=line(record.message_id, 300),
        tone=TONES[read.verdict.label],
        verdict=t(f"review.verdict.{read.verdict.label}"),
        answers=answers(found, read, here.brand(record.brand), t),
        chain=chain(record, read, t),
        told=read,
        advice=read.advice.get(t.language, ()),
        by_hand=hands(found, known, t),
        reporting=reporting(found, known, desk.reports.of_case(record.id), desk.reports.stopped(), here, t),
        noticed=noticed(read, t),
        deeds=deeds(found, t),
        wanted_back=", ".join(map(name, found.wanted_back)),
        conflict=None if conflict is None else _told_conflict(conflict, person, t),
        refusal="" if refusal is None else refused(refusal.code, t),
        next_case=desk.following(record.id, sort=Sort(order.get("sort", Sort.NEWEST))),
        live=live,
    )


def _ordered(sort: str) -> dict[str, str]:
    """The order of a list as a part of an address; the usual one is none, and what is none is not taken for one."""
    return {"sort": sort} if sort in frozenset(Sort) - {Sort.NEWEST} else {}


def refused(code: str, t: Words) -> str:
    """Why a decision is not possible."""
    return t(f"review.refusal.{code}") if t.has(f"review.refusal.{code}") else t("review.refusal.other")


def _told_conflict(conflict: Conflict, person: Person, t: Words) -> str:
    """Who decided what and when, before this person did (W-16)."""
    if not conflict.who or conflict.at is None:
        return t("review.conflict.judged")
    return t(
        "review.conflict.text",
        colon=t("review.colon"),
        decision=decision(conflict.decision, "", t),
        who=t("review.by_you") if conflict.who == person.who else t("review.by", who=doer(conflict.who, t)),
        at=when(conflict.at, t.language),
    )
