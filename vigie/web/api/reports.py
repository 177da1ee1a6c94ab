"""Somebody hands a message in: it is judged, and kept for the reviewers, with her consent alone."""

from __future__ import annotations

import math
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from vigie.ledger.handed_in_types import Source
from vigie.web import site
from vigie.web.api import bearer, schemas
from vigie.web.api.check import answer, mail, told
from vigie.web.body import RefusedError

router = APIRouter(prefix="/api/v1", dependencies=[bearer.SCHEME], tags=["api"])
REPORT_BYTES: Final = 4 * 1024 * 1024
"""Of a message that is kept: it lies in the ledger, which is copied."""
_REPORT: Final[dict[str, Any]] = {
    "title": "Report",
    "type": "object",
    "properties": {"id": {"type": "string"}, "known": {"type": "boolean"}, "case": schemas.CASE},
    "required": ["id", "known", "case"],
}
_EXAMPLE: Final = {"id": "yxm2ssvc24ht", "known": False, "case": schemas.CASE_EXAMPLE}


@router.post(
    "/reports",
    status_code=201,
    summary="Somebody reports a message",
    openapi_extra=schemas.body(mail=schemas.MAIL_BODY),
    responses=schemas.answers(201, _REPORT, _EXAMPLE),
)
async def report(
    request: Request,
    token: bearer.Reports,
    consent: Annotated[bool, Query(description="she agrees that the message is kept for the reviewers")] = False,
) -> Response:
    """Keeps it for `[retention] days`, encrypted; the same message by the same token is kept once (status 200)."""
    here = site.of(request)
    if not consent:
        raise RefusedError(422, "consent")
    wait_s = here.reports.take(token.id, at=here.now())
    if wait_s > 0:
        raise RefusedError(429, retry_after_s=math.ceil(wait_s))
    with here.judging.place(f"token {token.id}") as place:
        raw = await mail(request, place, most=min(REPORT_BYTES, here.settings.api.message_bytes))
        case = await here.judging.case(raw, place)
        shown = told(case)
        source = Source.of_token(token)
        report_id, new = await run_in_threadpool(here.ledger.handed_in.add, case, shown, raw, source, at=here.now())
    return answer({"id": report_id, "known": not new, "case": shown}, 201 if new else 200)
