"""What was reported: where, how far it is, what came back; in figures, as a list, and as a spreadsheet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse

from vigie.ledger import reports as ledger_reports
from vigie.ledger import spreadsheet
from vigie.ledger.report_types import ReportLine, ReportStatistics
from vigie.web import site
from vigie.web.entry import Reader
from vigie.web.pages import render
from vigie.web.review.desks import desk_of, words_of
from vigie.web.review.live import versions
from vigie.web.review.offered import DETAILS, reported, title
from vigie.web.review.shown import line
from vigie.web.words import Words

router = APIRouter()

LINES: Final = 250
"""Of an export, sent together."""


@router.get("/reports")
def reports(request: Request, person: Reader, before: Annotated[int | None, Query(ge=1, le=2**62)] = None) -> Response:
    """`before`: the number of the last report of the page before this one."""
    live = versions(request, person)
    desk, t = desk_of(request, person).reports, words_of(request)
    found = desk.newest(before=before)
    return render(
        request,
        "review/reports.html.j2",
        rows=[_row(one, t) for one in found],
        figures=[_figure(one, t) for one in desk.statistics()],
        before=before,
        more=found[-1].number if len(found) == ledger_reports.PAGE else None,
        stopped=site.of(request).reporting_stopped or "" in desk.stopped(),
        live=live,
    )


@router.get("/reports.csv")
def export(request: Request, person: Reader) -> Response:
    """All of them; that it was taken is noted. Raises HTTPException (403) for a link of another site (W-04)."""
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise HTTPException(403)
    t, desk, now = words_of(request), desk_of(request, person), site.of(request).now()
    desk.note_export(of="reports")
    head = [t(f"report.csv.{name}") for name in spreadsheet.REPORT_COLUMNS]
    return StreamingResponse(
        _written(desk.reports.every(), head),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="vigie-reports-{now:%Y-%m-%d}.csv"'},
    )


def _written(found: Iterator[ReportLine], head: list[str]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"  # without it Excel reads Latin 1
    written = spreadsheet.report_lines(found, head)
    while part := "".join(itertools.islice(written, LINES)):
        yield part.encode("utf-8", "replace")


def _row(one: ReportLine, t: Words) -> dict[str, object]:
    return {
        "number": one.number,
        "subject": line(one.subject, 200) or t("review.no_subject"),
        "account": line(one.report.account, 100),
        "reported": reported(one.report, t),
    }


def _figure(one: ReportStatistics, t: Words) -> dict[str, object]:
    return {
        "title": title(one.channel, t),
        "asked": t.number(one.asked),
        "sent": t.number(one.sent),
        "waiting": t.number(one.waiting),
        "lost": t.number(one.lost),
        "stopped": one.stopped,
        "last_at": one.last_sent_at,
        "receipt": line(one.last_receipt, 200),
        "answers": [f"{t.number(answer.count)} × {_said(answer.text, t)}" for answer in one.answers],
    }


def _said(text: str, t: Words) -> str:
    known = DETAILS.get(text)
    return t(f"report.detail.{known}") if known else line(text, 200)
