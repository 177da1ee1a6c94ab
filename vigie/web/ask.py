"""The link of a digest: the owner of a mailbox asks for a message that is held. Whoever opens it changes nothing (W-04).

Programs that check the links of a mail open them: only the form's button asks. It works without a session and without cookies: its
token is bound to the link, see guard.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from vigie.ledger.digest_types import Ask, Asked
from vigie.web import cookies, site
from vigie.web.pages import render
from vigie.web.people.guessing import WINDOW, network
from vigie.web.people.sign_in import address_of
from vigie.web.review.shown import line

router = APIRouter(prefix=cookies.LINK)
MOST_UNKNOWN: Final = 30
"""Links that there are not, in WINDOW, from one address; then it waits. A link that is good is never kept waiting: nobody can
guess one, and an office shares one address."""


@router.head("/{token}", include_in_schema=False)
@router.get("/{token}")
def look(request: Request, token: str) -> Response:
    """What the link is about, and the button."""
    here = site.of(request)
    found = here.ledger.asks.look(token, at=here.now()) if cookies.is_token(token) else None
    return _none(request) if found is None else _page(request, token, found)


@router.post("/{token}")
def ask(request: Request, token: str) -> Response:
    """Asks, once."""
    here = site.of(request)
    asked = Asked.UNKNOWN
    if cookies.is_token(token):
        asked = here.ledger.asks.use(token, release=here.release_on_request, at=here.now())
    if asked is Asked.UNKNOWN:
        return _none(request)
    if asked in (Asked.USED, Asked.NOT_HELD):
        return _told(request, asked.value, status=409)
    return _told(request, asked.value)


def _page(request: Request, token: str, found: Ask) -> Response:
    if found.used_at is not None:
        return _told(request, Asked.USED.value)
    if not found.held:
        return _told(request, Asked.NOT_HELD.value)
    record = found.record
    return render(
        request,
        "ask/ask.html.j2",
        token=token,
        form_token=cookies.form_token(token),
        author=line(record.author, 200),
        subject=line(record.subject, 200),
        account=line(record.place.account, 100),
        judged_at=record.judged_at,
        releases=site.of(request).release_on_request,
    )


def _told(request: Request, key: str, *, status: int = 200) -> Response:
    return render(request, "ask/told.html.j2", status=status, key=key)


def _none(request: Request) -> Response:
    """The same for a link that never was, one whose time is over, and one whose message is forgotten."""
    here = site.of(request)
    return _told(request, "unknown", status=429 if _too_many(request, here.now()) else 404)


def _too_many(request: Request, at: datetime) -> bool:
    """Counts no further than the limit: nobody fills the ledger by it."""
    people = site.of(request).ledger.people
    key = hashlib.sha256(f"ask\0{network(address_of(request))}".encode()).hexdigest()
    if people.refused(key, since=at - WINDOW) >= MOST_UNKNOWN:
        return True
    people.count_refused([key], at=at)
    return False
