"""A message or a text in, its case out; nothing of it is stored or logged (W-22)."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vigie.judge.export import case_object
from vigie.message.types import Medium
from vigie.rules.types import Case
from vigie.web import body, site
from vigie.web.api import schemas
from vigie.web.api.bearer import SCHEME, Checks
from vigie.web.api.sent import without_marks
from vigie.web.body import RefusedError
from vigie.web.judging import Kind, Place

router = APIRouter(prefix="/api/v1", dependencies=[SCHEME], tags=["api"])
BODY_S = 60.0
"""For a message to come: people write from home, too."""


@router.post("/examine", include_in_schema=False)
@router.post("/examine-text", include_in_schema=False)
@router.post(
    "/check",
    summary="Is this one real?",
    openapi_extra=schemas.body(mail=schemas.MAIL_BODY, text=schemas.TEXT_BODY),
    responses=schemas.answers(200, schemas.CASE, schemas.CASE_EXAMPLE),
)
async def check(request: Request, token: Checks) -> Response:
    """Judges a message (message/rfc822) or a text that was pasted (application/json). Nothing is stored."""
    here = site.of(request)
    with here.judging.place(f"token {token.id}") as place:
        raw, text = await _asked(request, place)
        case = await here.judging.case(raw, place, text=text)
    return answer(told(case))


async def mail(request: Request, place: Place, *, most: int) -> bytes:
    """The message that was sent. Raises RefusedError."""
    if body.media_type(request) != schemas.MAIL:
        raise RefusedError(415, "mail")
    raw = without_marks(await body.whole(request, most=most, seconds=BODY_S, grows=place.grows))
    if not raw.strip():
        raise RefusedError(422, "empty")
    return raw


def told(case: Case) -> dict[str, Any]:
    """The case as the contract has it, and what kind of text it is about."""
    return {**case_object(case), "kind": case.medium.value}


def answer(value: object, status: int = 200) -> Response:
    """As JSON. ASCII only: half a surrogate pair, which hostile headers carry, cannot be written otherwise."""
    return Response(json.dumps(value), status_code=status, media_type="application/json")


async def _asked(request: Request, place: Place) -> tuple[bytes, Kind | None]:
    if body.media_type(request) != schemas.JSON:
        return await mail(request, place, most=site.of(request).settings.api.message_bytes), None
    sent = await body.whole(request, most=schemas.TEXT_BODY_BYTES, seconds=BODY_S, grows=place.grows)
    try:
        asked = schemas.AskedText.model_validate_json(sent)
    except ValueError:  # also for what is nested too deep; the text is not repeated
        raise RefusedError(422, "text") from None
    if not asked.text.strip():
        raise RefusedError(422, "empty")
    return asked.text.encode(), "guess" if asked.medium == "guess" else Medium(asked.medium)
