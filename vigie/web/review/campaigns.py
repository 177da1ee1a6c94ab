"""Campaigns: one decision about many messages of one make, its progress, and its undoing."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.review import Refusal
from vigie.ledger.review_types import AskAgain, Bulk, Campaign, Changed, Of, Pile, Unknown, Wanted
from vigie.ledger.types import Decision
from vigie.web import site
from vigie.web.entry import Reader, Reviewer
from vigie.web.pages import redirect, render
from vigie.web.person import Person
from vigie.web.review.case import Seen, refused
from vigie.web.review.desks import desk_of, words_of
from vigie.web.review.live import versions
from vigie.web.review.said import name, row

router = APIRouter()

Typed = Annotated[str, Form(max_length=20)]
"""The number that a person has typed to confirm it."""
EXAMPLES = 10
DECISIONS = {Of.RELEASE: Decision.RELEASED, Of.CONFIRM: Decision.CONFIRMED}


@router.get("/campaigns")
def campaigns(request: Request, person: Reader) -> Response:
    """Those that wait, and what was decided about many lately."""
    desk, t = desk_of(request, person), words_of(request)
    return render(
        request,
        "review/campaigns.html.j2",
        campaigns=[(campaign, row(campaign.example, t)) for campaign in desk.campaigns()],
        jobs=[(job, name(job.who)) for job in desk.bulks()],
    )


@router.get("/campaigns/{campaign_id}")
def campaign(request: Request, campaign_id: str, person: Reader) -> Response:
    """One campaign, with some of its cases."""
    return _campaign(request, person, _found(request, person, campaign_id))


@router.post("/campaigns/{campaign_id}/decision")
def decide(
    request: Request,
    campaign_id: str,
    person: Reviewer,
    tasks: BackgroundTasks,
    deed: Annotated[Literal["release", "confirm"], Form()],
    seen: Seen,
    typed: Typed = "",
) -> Response:
    """Decides about all that wait; about more than fifty once their number was typed (W-17)."""
    desk, what = desk_of(request, person), Of(deed)
    outcome = desk.decide_campaign(
        campaign_id, DECISIONS[what], seen=seen, at=site.of(request).now(), confirmed=_number(typed)
    )
    if isinstance(outcome, AskAgain):
        action = f"/campaigns/{campaign_id}/decision"
        return _again(request, outcome.count, what, action, back=f"/campaigns/{campaign_id}", seen=seen, typed=typed)
    if isinstance(outcome, Changed):
        t = words_of(request)
        changed = t("review.campaign.changed", count=t.number(outcome.count))
        return _campaign(request, person, _found(request, person, campaign_id), wrong=changed)
    if isinstance(outcome, Refusal):
        wrong = refused(outcome.code, words_of(request))
        return _campaign(request, person, _found(request, person, campaign_id), wrong=wrong)
    return _begun(request, person, tasks, outcome)


@router.get("/jobs/{job_id}")
def job(request: Request, job_id: str, person: Reader) -> Response:
    """How far a decision about many is."""
    return _job(request, person, job_id)


@router.post("/jobs/{job_id}/undo")
def undo(request: Request, job_id: str, person: Reviewer, tasks: BackgroundTasks, typed: Typed = "") -> Response:
    """Takes it back, as another such decision."""
    outcome = desk_of(request, person).undo_bulk(job_id, at=site.of(request).now(), confirmed=_number(typed))
    if isinstance(outcome, AskAgain):
        return _again(request, outcome.count, Of.UNDO, f"/jobs/{job_id}/undo", back=f"/jobs/{job_id}", typed=typed)
    if isinstance(outcome, Refusal):
        return _job(request, person, job_id, refusal=outcome)
    return _begun(request, person, tasks, outcome)


def _found(request: Request, person: Person, campaign_id: str) -> Campaign:
    """Raises HTTPException (404)."""
    found = desk_of(request, person).campaign(campaign_id)
    if found is None:
        raise HTTPException(404)
    return found


def _begun(request: Request, person: Person, tasks: BackgroundTasks, outcome: Bulk | Unknown) -> Response:
    """The job's page; it is worked off once the answer is sent. What is left when this program ends, the service does."""
    if isinstance(outcome, Unknown):
        raise HTTPException(404)
    tasks.add_task(desk_of(request, person).finish_bulk, outcome.id)
    return redirect(f"/jobs/{outcome.id}")


def _campaign(request: Request, person: Person, found: Campaign, *, wrong: str = "") -> Response:
    t = words_of(request)
    wanted = Wanted(campaign=found.id, pile=Pile.WAITING if found.waiting else Pile.ALL)
    cases = desk_of(request, person).cases(wanted, limit=EXAMPLES).cases
    return render(
        request,
        "review/campaign.html.j2",
        status=409 if wrong else 200,
        here=f"/campaigns/{found.id}",
        campaign=found,
        example=row(found.example, t),
        rows=[row(case, t) for case in cases],
        wrong=wrong,
    )


def _again(
    request: Request, count: int, what: Of, action: str, *, back: str, typed: str, seen: int | None = None
) -> Response:
    """Asks a second time, by the number of messages."""
    return render(
        request,
        "review/again.html.j2",
        status=409,
        here=back,
        count=count,
        what=what.value,
        action=action,
        back=back,
        seen=seen,
        wrong=bool(typed),
    )


def _job(request: Request, person: Person, job_id: str, *, refusal: Refusal | None = None) -> Response:
    """Raises HTTPException (404)."""
    live = versions(request, person)
    found = desk_of(request, person).bulk(job_id)
    if found is None:
        raise HTTPException(404)
    t = words_of(request)
    done = found.total - found.waiting
    return render(
        request,
        "review/job.html.j2",
        status=409 if refusal else 200,
        here=f"/jobs/{found.id}",
        job=found,
        done=done,
        moves_on=not found.is_over or found.moving > 0,
        who=name(found.who),
        refused=[(refused(code, t), count) for code, count in found.refused.items() if count],
        refusal="" if refusal is None else refused(refusal.code, t),
        live=live,
    )


def _number(typed: str) -> int | None:
    digits = "".join(typed.split())
    return int(digits) if digits.isascii() and digits.isdecimal() else None
