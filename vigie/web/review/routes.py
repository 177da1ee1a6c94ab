"""The routers of the review pages, in the order in which their paths are looked at."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from vigie.web.review import campaigns, case, cases, handed_in, message, overview, reporting, reports

ROUTERS: Final[tuple[APIRouter, ...]] = (
    overview.router,
    cases.router,
    case.router,
    message.router,
    campaigns.router,
    handed_in.router,
    reporting.router,
    reports.router,
)
