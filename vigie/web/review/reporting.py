"""A report of one case: asked for, looked at as it would be sent, let go or dropped. The service fetches, writes and sends (W-19).

What would be sent is shown as text alone, and each look at it is noted in the audit log by the ledger (W-21).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.report_types import Draft, Report, ReportState
from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Unknown
from vigie.web import site
from vigie.web.entry import Reviewer
from vigie.web.pages import redirect, render
from vigie.web.person import Person
from vigie.web.review import case as case_page
from vigie.web.review.desks import case_of, desk_of, words_of
from vigie.web.review.live import versions
from vigie.web.review.message import RAW
from vigie.web.review.offered import content_of, reported, reporting
from vigie.web.review.opening import OpeningError
from vigie.web.review.shown import line, lines

router = APIRouter()

SHOWN: Final = 20_000
"""Characters of what is sent; the rest is told as a number, and all of it is in the file."""
NOT_OFFERED: Final = Refusal("not-offered", "That channel is not offered for this fraud.")
_SHORT: Final = 40
_MAIL: Final = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent: in words where it is a mail, and letter by letter."""

    to: str
    redacted: bool
    texts: tuple[str, ...]
    source: str
    left: int
    """Bytes that are not shown."""


@router.post("/cases/{record_id}/reports")
def ask(
    request: Request, record_id: str, person: Reviewer, channel: Annotated[str, Form(max_length=_SHORT)]
) -> Response:
    """Has the service write what would be sent there. Nothing goes by that."""
    here, desk = site.of(request), desk_of(request, person)
    found = case_of(request, person, record_id)
    told = reporting(found, content_of(found, here), (), (), here, words_of(request))
    if told is not None and channel not in {one.channel.id for one in told.desks}:
        return case_page.page(request, person, record_id, refusal=NOT_OFFERED)
    asked = desk.reports.ask(record_id, channel, at=here.now())
    if isinstance(asked, Unknown):
        raise HTTPException(404)
    if isinstance(asked, Refusal):
        return case_page.page(request, person, record_id, refusal=asked)
    # Asked for from another mailbox where the same fraud lies, it is the same report: it has one page.
    return redirect(f"/cases/{asked.record_id}/reports/{asked.id}")


@router.get("/cases/{record_id}/reports/{report_id}")
def report(request: Request, record_id: str, report_id: str, person: Reviewer) -> Response:
    """How far it is; once it is written, exactly what would be sent."""
    return _page(request, person, record_id, report_id)


@router.post("/cases/{record_id}/reports/{report_id}")
def settle(
    request: Request,
    record_id: str,
    report_id: str,
    person: Reviewer,
    deed: Annotated[Literal["send", "drop"], Form()],
) -> Response:
    """It goes as it was shown, or not at all."""
    here, reports = site.of(request), desk_of(request, person).reports
    asked = _mine(request, person, record_id, report_id)
    if deed == "drop":
        if reports.drop(asked.id, at=here.now()):
            return redirect(f"/cases/{record_id}", said="report_dropped")
        refusal = "report-under-way" if asked.ended_at is None else "not-drafted"
        return _page(request, person, record_id, report_id, refusal=refusal)
    told = reports.approve(asked.id, at=here.now())
    if isinstance(told, Unknown):
        raise HTTPException(404)
    if isinstance(told, Refusal) and not told.settled:
        return _page(request, person, record_id, report_id, refusal=told.code)
    return redirect(f"/cases/{record_id}/reports/{report_id}", said="report_let_go")


@router.get("/cases/{record_id}/reports/{report_id}/raw")
def raw(request: Request, record_id: str, report_id: str, person: Reviewer) -> Response:
    """Every byte of what would be sent, for a file; where there is none (any more), its page says why."""
    asked = _mine(request, person, record_id, report_id)
    draft = desk_of(request, person).reports.draft(asked.id)
    if draft is None:
        return redirect(f"/cases/{record_id}/reports/{report_id}")
    name = "".join(char for char in asked.id if char.isascii() and char.isalnum())[:_SHORT]
    end = "eml" if draft.media_type == _MAIL else "txt"
    headers = {**RAW, "Content-Disposition": f'attachment; filename="vigie-report-{name}.{end}"'}
    return Response(draft.body, media_type="application/octet-stream", headers=headers)


def _mine(request: Request, person: Person, record_id: str, report_id: str) -> Report:
    """The report of that case, where she may see it; 404 for any other (W-12)."""
    found = desk_of(request, person).reports.report(report_id)
    if found is None or found.record_id != record_id:
        raise HTTPException(404)
    return found


def _page(request: Request, person: Person, record_id: str, report_id: str, *, refusal: str = "") -> Response:
    live = versions(request, person)
    found, t = case_of(request, person, record_id), words_of(request)
    reports = desk_of(request, person).reports
    draft = None
    if _mine(request, person, record_id, report_id).state is ReportState.DRAFTED:
        draft = reports.draft(report_id)
    now = _mine(request, person, record_id, report_id)
    return render(
        request,
        "review/report.html.j2",
        status=409 if refusal else 200,
        here=f"/cases/{record_id}/reports/{report_id}",
        case=found,
        subject=line(found.record.subject, 200) or t("review.no_subject"),
        reported=reported(now, t),
        preview=_preview(request, draft) if draft is not None and now.state is ReportState.DRAFTED else None,
        refusal=case_page.refused(refusal, t) if refusal else "",
        stopped=site.of(request).reporting_stopped or {"", now.channel} & set(reports.stopped()),
        live=live,
    )


def _preview(request: Request, draft: Draft) -> Preview:
    source = draft.body.decode("utf-8", "replace").replace("\r\n", "\n")
    return Preview(
        to=", ".join(line(one, 300) for one in draft.to),
        redacted=draft.redacted,
        texts=_texts(request, draft),
        source=lines(source, SHOWN),
        left=max(0, len(draft.body) - len(source[:SHOWN].encode())) if len(source) > SHOWN else 0,
    )


def _texts(request: Request, draft: Draft) -> tuple[str, ...]:
    """What a person reads of a mail, decoded in a process of its own; () where it is none, or too much for it."""
    if draft.media_type != _MAIL:
        return ()
    try:
        opened = site.of(request).opener(draft.body)
    except OpeningError:
        return ()
    return tuple(piece.text[:SHOWN] for piece in opened.pieces)
