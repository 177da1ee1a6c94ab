"""For load balancers and supervisors: /healthz (this process answers) and /readyz (so does the ledger)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from vigie.web import site

router = APIRouter(default_response_class=PlainTextResponse)


@router.get("/healthz")
def healthz() -> str:
    """The process answers; nothing else is looked at."""
    return "ok\n"


@router.get("/readyz", responses={503: {"description": "the ledger cannot be read"}})
def readyz(request: Request) -> str:
    """The ledger can be read."""
    site.of(request).ledger.heartbeats()
    return "ok\n"
