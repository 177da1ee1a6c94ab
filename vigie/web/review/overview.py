"""The first page: what needs a decision, how the service stands, and what came when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from vigie.ledger.review_types import Counts
from vigie.rules.types import Label
from vigie.web import site
from vigie.web.entry import Reader
from vigie.web.pages import render
from vigie.web.review.desks import desk_of, words_of
from vigie.web.review.live import healths, versions
from vigie.web.timeline import Days, Tongue, timeline
from vigie.web.words import Words

router = APIRouter()

PERIODS = {"7": 7, "30": 30, "90": 90, "365": 365}
USUAL = "30"


@router.get("/")
def overview(request: Request, person: Reader, days: str = USUAL) -> Response:
    """What a person looks at first."""
    here, t, live = site.of(request), words_of(request), versions(request, person)
    period = days if days in PERIODS else USUAL
    now = here.now()
    counts = desk_of(request, person).counts(
        since=now - timedelta(days=PERIODS[period]), until=now + timedelta(seconds=1)
    )
    return render(
        request,
        "review/overview.html.j2",
        counts=counts,
        waiting_by_account=sorted(counts.waiting_by_account.items(), key=lambda pair: (-pair[1], pair[0])),
        health=healths(request, person),
        chart=timeline(_days(counts), Tongue(t.language, lambda label: t(f"review.verdict.{label}"), _counted(t))),
        themes=_themes(counts.by_theme),
        periods=[(key, t(f"review.overview.days.d{key}"), key == period) for key in PERIODS],
        live=live,
    )


@router.get("/events")
def events(request: Request, person: Reader) -> Response:
    """Marks that change with what the pages show: those that show an outcome look at them every few seconds."""
    return JSONResponse(versions(request, person))


def _counted(t: Words) -> Any:  # noqa: ANN401 - Callable[[Label, int], str]
    return lambda label, count: t.counted(f"review.verdicts.{label}", count)


def _days(counts: Counts) -> Days:
    return {
        date.fromisoformat(day): Counter({Label(verdict): count for verdict, count in found.items()})
        for day, found in counts.by_day
    }


def _themes(found: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Bars of a picture 100 wide; the longest theme is the whole width."""
    most = max((count for _, count in found), default=0)
    return [
        {"name": name, "count": count, "width": f"{100 * count / most:.2f}", "y": at * 10}
        for at, (name, count) in enumerate((name, count) for name, count in found if count)
    ]
