"""The audit log, newest first. Whoever administers some mailboxes alone sees the entries about those alone."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from vigie.ledger.audit import What
from vigie.web import site
from vigie.web.entry import Admin
from vigie.web.pages import render

router = APIRouter()
PAGE: Final = 100


@router.get("/audit")
def audit(
    request: Request,
    person: Admin,
    what: Annotated[What | Literal[""], Query()] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """`before`: the number of the last entry of the page before this one."""
    entries = site.of(request).ledger.audit_newest(within=person.accounts, what=what or None, before=before, limit=PAGE)
    return render(
        request,
        "service/audit.html.j2",
        entries=entries,
        kinds=sorted(What),
        what=what or None,
        more=entries[-1].number if len(entries) == PAGE else None,
    )
