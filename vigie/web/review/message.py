"""The message itself: fetched by the scanner at a person's request, shown in a frame that can do nothing, or handed out raw.

Each look is noted in the audit log by the ledger (W-21). Nothing of it is kept here.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Failed, Fetched, Pending, Unknown
from vigie.web import site
from vigie.web.entry import Reviewer
from vigie.web.pages import redirect, render
from vigie.web.person import Person
from vigie.web.review import case as case_page
from vigie.web.review import frame
from vigie.web.review.chain import chain
from vigie.web.review.desks import case_of, desk_of, words_of
from vigie.web.review.live import versions
from vigie.web.review.marks import marked_all
from vigie.web.review.opened import Opened
from vigie.web.review.opening import OpeningError
from vigie.web.review.said import needles
from vigie.web.review.shown import line
from vigie.web.review.told import told

router = APIRouter()

FRAMED: Final = {
    "Content-Security-Policy": frame.POLICY,
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "no-store",
}
"""W-01, W-02, W-05."""
RAW: Final = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
"""W-03."""


@router.post("/cases/{record_id}/message")
def ask(request: Request, record_id: str, person: Reviewer) -> Response:
    """Asks the scanner for the message."""
    asked = desk_of(request, person).ask_view(record_id, at=site.of(request).now())
    if isinstance(asked, Unknown):
        raise HTTPException(404)
    if isinstance(asked, Refusal):
        return case_page.page(request, person, record_id, refusal=asked)
    return redirect(f"/cases/{record_id}/message/{asked.request_id}")


@router.get("/cases/{record_id}/message/{request_id}")
def message(request: Request, record_id: str, request_id: str, person: Reviewer) -> Response:
    """Text with what was noticed, rendering, headers, attachments; until the scanner has answered: that it has not."""
    live = versions(request, person)
    found = case_of(request, person, record_id)
    view = _view(request, person, record_id, request_id, "headers")
    t, record = words_of(request), found.record
    read = told(record.case_json, verdict=record.verdict, brand=record.brand, decided_by=record.decided_by)
    shown = _opened(request, view.raw) if isinstance(view, Fetched) else None
    quotes = needles(read)
    return render(
        request,
        "review/message.html.j2",
        case=found,
        request_id=request_id,
        subject=line(record.subject, 200) or t("review.no_subject"),
        author=line(record.author, 200) or t("review.no_author"),
        state="failed" if isinstance(view, Failed) else "fetched" if isinstance(view, Fetched) else "pending",
        failure=_failure(view),
        partial=isinstance(view, Fetched) and view.partial,
        expires_at=None if isinstance(view, Failed) else view.expires_at,
        shown=shown,
        texts=list(zip(shown.pieces, marked_all([piece.text for piece in shown.pieces], quotes), strict=True))
        if shown
        else [],
        chain=chain(record, read, t, shown.stops) if shown else None,
        live=live,
    )


@router.get("/cases/{record_id}/message/{request_id}/frame")
def framed(request: Request, record_id: str, request_id: str, person: Reviewer) -> Response:
    """The mail as a page that does nothing; no template and no word of ours but a title is in it."""
    shown = _opened(request, _fetched(request, person, record_id, request_id, "rendered").raw)
    text = shown.page if shown else frame.text_page(words_of(request)("review.message.cannot_open"))
    return HTMLResponse(text, headers=FRAMED)


@router.get("/cases/{record_id}/message/{request_id}/raw")
def raw(request: Request, record_id: str, request_id: str, person: Reviewer) -> Response:
    """The bytes, for a file: no browser shows them."""
    found = _fetched(request, person, record_id, request_id, "raw")
    name = "".join(char for char in record_id if char.isascii() and char.isalnum())[:40]
    headers = {**RAW, "Content-Disposition": f'attachment; filename="vigie-{name}.eml"'}
    return Response(found.raw, media_type="application/octet-stream", headers=headers)


def _fetched(request: Request, person: Person, record_id: str, request_id: str, how: str) -> Fetched:
    """Raises HTTPException (404) where there is nothing to show, or no more."""
    view = _view(request, person, record_id, request_id, how)
    if not isinstance(view, Fetched):
        raise HTTPException(404)
    return view


def _view(request: Request, person: Person, record_id: str, request_id: str, how: str) -> Pending | Fetched | Failed:
    """The answer to her own request about that case; 404 for any other."""
    view = desk_of(request, person).view(request_id, at=site.of(request).now(), how=how)
    if isinstance(view, Unknown) or view.record_id != record_id:
        raise HTTPException(404)
    return view


def _failure(view: Pending | Fetched | Failed) -> str:
    if not isinstance(view, Failed):
        return ""
    return view.code if view.code in ("gone", "unreachable", "login", "too-large", "expired") else "fault"


def _opened(request: Request, raw: bytes) -> Opened | None:
    """None where the message is too much for the process that opens it."""
    try:
        return site.of(request).opener(raw)
    except OpeningError:
        return None
