"""The routers of the review pages, in the order in which their paths are looked at."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from vigie.web.review import campaigns, case, cases, message, overview, reporting, reports

ROUTERS: Final[tuple[APIRouter, ...]] = (
    overview.router,
    cases.router,
    case.router,
    message.router,
    campaigns.router,
    reporting.router,
    reports.router,
)
