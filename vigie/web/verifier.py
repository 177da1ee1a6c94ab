"""/verifier: anybody pastes a text or a whole message, and is told what Vigie thinks of it. Off unless `[web] verifier`.

Nothing is stored or logged. Why is told in the words for people who read mail, the findings are for reviewers (W-33), and an
address asks so often an hour. What was pasted is not shown again, and attachments stay closed.
"""

from __future__ import annotations

import hashlib
import math
import re
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from vigie.rules.types import Case
from vigie.web import site
from vigie.web.api.sent import without_marks
from vigie.web.pages import language_of, render
from vigie.web.people.guessing import network
from vigie.web.people.sign_in import address_of

router = APIRouter(prefix="/verifier")
MOST_CHARS: Final = 50_000
_HEADER: Final = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){3}")
_OF_A_MAIL: Final = re.compile(r"^(?:from|received|return-path|dkim-signature):", re.IGNORECASE | re.MULTILINE)


@router.get("")
def form(request: Request) -> Response:
    """Where one pastes."""
    _only_if_on(request)
    return render(request, "verifier.html.j2", case=None, wrong="", most=MOST_CHARS)


@router.post("")
async def judge(request: Request, text: Annotated[str, Form(max_length=MOST_CHARS)] = "") -> Response:
    """The answer."""
    _only_if_on(request)
    if not text.strip():
        return await _page(request, wrong="empty", status=422)
    here = site.of(request)
    who = hashlib.sha256(network(address_of(request)).encode()).hexdigest()[:16]
    wait_s = here.visits.take(who, at=here.now())
    if wait_s > 0:
        raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait_s))})
    raw = text.encode("utf-8", "replace")
    with here.judging.place("verifier") as place:
        place.grows(len(raw))
        if is_message(text):
            case = await here.judging.case(without_marks(raw.lstrip()), place, opens=False)
        else:
            case = await here.judging.case(raw, place, text="guess")
    return await _page(request, case)


def is_message(text: str) -> bool:
    """It begins with header fields, one of them of those that every mail has: the source of a mail, not a text about one."""
    beginning = text[:MOST_CHARS].replace("\r\n", "\n")
    found = _HEADER.match(beginning)
    return found is not None and _OF_A_MAIL.search(beginning.partition("\n\n")[0]) is not None


async def _page(request: Request, case: Case | None = None, *, wrong: str = "", status: int = 200) -> Response:
    language = language_of(request)
    told = {
        "case": case,
        "wrong": wrong,
        "most": MOST_CHARS,
        "explanation": case.explanation.get(language, "") if case is not None else "",
        "advice": case.advice.get(language, ()) if case is not None else (),
    }
    return await run_in_threadpool(lambda: render(request, "verifier.html.j2", status=status, **told))


def _only_if_on(request: Request) -> None:
    if not site.of(request).settings.verifier:
        raise HTTPException(404)
