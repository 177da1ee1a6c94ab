"""The list of cases: filtered, searched, sorted, in pages; and the same as a spreadsheet."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response, StreamingResponse

from vigie.ledger import spreadsheet, themes
from vigie.ledger.desk import Desk
from vigie.ledger.review_types import COUNTED, Pile, Sort
from vigie.rules.types import Label
from vigie.web import site
from vigie.web.entry import Reader
from vigie.web.pages import render
from vigie.web.review.asked import Asked, asked
from vigie.web.review.desks import accounts_of, desk_of, words_of
from vigie.web.review.said import choices, decision, row
from vigie.web.words import Words

router = APIRouter()

LINES = 250
"""Of an export, sent together."""
VERDICTS = (Label.IMPERSONATION, Label.SUSPICIOUS, Label.UNDECIDED, Label.GENUINE)


@router.get("/cases")
def cases(request: Request, person: Reader) -> Response:
    """One page of the list."""
    t, wish = words_of(request), asked(request.query_params)
    desk = desk_of(request, person)
    found = desk.cases(wish.wanted, sort=wish.sort, mark=wish.mark)
    total = t.counted("review.list.total", found.total)
    return render(
        request,
        "review/cases.html.j2",
        asked=wish,
        rows=[row(case, t) for case in found.cases],
        total=total if found.total < COUNTED else t("review.list.more_than", count=t.number(COUNTED)),
        newer=wish.address(mark=found.before) if found.before else "",
        older=wish.address(mark=found.after) if found.after else "",
        here_again=wish.address(mark=wish.mark),
        export=wish.address().replace("/cases", "/cases.csv", 1),
        just=_just_decided(request, desk, t),
        choices=_choices(request, person, wish, t),
    )


@router.get("/cases.csv")
def export(request: Request, person: Reader) -> Response:
    """Every case that the same address lists as a page, read while it is sent; that it was taken is noted.

    Raises HTTPException (403) for a link of another site: it would have her name in the audit log (W-04).
    """
    if request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise HTTPException(403)
    t, wish = words_of(request), asked(request.query_params)
    desk, now = desk_of(request, person), site.of(request).now()
    desk.note_export(account=wish.wanted.account if person.sees(wish.wanted.account) else "")
    return StreamingResponse(
        _written(desk, wish, [t(f"review.csv.{name}") for name in spreadsheet.COLUMNS]),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="vigie-{now:%Y-%m-%d}.csv"'},
    )


def _written(desk: Desk, wish: Asked, head: list[str]) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf"  # without it Excel reads Latin 1
    lines = spreadsheet.lines(desk.every_case(wish.wanted, sort=wish.sort), head)
    # each part is handed from one thread to another: line by line that would cost more than to read them
    while part := "".join(itertools.islice(lines, LINES)):
        yield part.encode("utf-8", "replace")


def _just_decided(request: Request, desk: Desk, t: Words) -> dict[str, object] | None:
    """The case that the person has decided from this list, with what takes it back."""
    record_id = request.query_params.get("decided", "")[:100]
    case = desk.case(record_id) if record_id else None
    if case is None or case.record.decision is None or not case.decisions:
        return None
    last = case.decisions[-1]
    return {"case": case, "decision": decision(last.decision, last.who, t), "can_undo": "undo" in case.can}


def _choices(request: Request, person: Reader, wish: Asked, t: Words) -> dict[str, object]:
    accounts = accounts_of(request, person)
    if wish.wanted.account and wish.wanted.account not in accounts:
        accounts.append(wish.wanted.account)
    return {
        "piles": choices(t, "pile", list(Pile)),
        "sorts": choices(t, "sort", list(Sort)),
        "verdicts": choices(t, "verdict", VERDICTS),
        "themes": choices(t, "theme", themes.NAMES),
        "accounts": accounts,
    }
