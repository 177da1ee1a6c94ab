"""Sessions: a random token in a cookie, its hash in the ledger, ended from either side (W-06)."""

from __future__ import annotations

from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from vigie.ledger.people_types import Role, User
from vigie.web import cookies, site
from vigie.web.person import Person
from vigie.web.settings import WebSettings

NEVER_SEEN = timedelta(days=365)


def person_of(request: Request) -> Person | None:
    """Who is signed in in that browser: looked up at every request, so that whatever was taken away is gone at once."""
    token, here = cookies.read(request, cookies.VISIT), site.of(request)
    if token is None:
        return None
    settings = here.settings
    found = here.ledger.people.session(
        token,
        at=here.now(),
        lasts=timedelta(hours=settings.session_hours),
        idle=timedelta(minutes=settings.idle_minutes),
    )
    return None if found is None else _person(found[0], found[1].id, settings)


def begin(request: Request, response: Response, user: User, *, how: str = "password") -> None:
    """Signs her in in this browser; `how`: see People.begin_session.

    The token is a fresh one: whoever knew the cookie of before knows nothing (fixation).
    """
    here, token = site.of(request), cookies.fresh()
    before = cookies.read(request, cookies.VISIT)
    if before is not None:
        here.ledger.people.end_session_of(before)
    agent = request.headers.get("user-agent", "")
    here.ledger.people.begin_session(user, token, agent=agent, at=here.now(), how=how)
    request.state.visit = token
    cookies.put(request, response, cookies.VISIT, token)


def end(request: Request, response: Response) -> None:
    """Signs out in this browser."""
    token = cookies.read(request, cookies.VISIT)
    if token is not None:
        site.of(request).ledger.people.end_session_of(token)
    request.state.visit = None
    request.state.person = None
    cookies.drop(request, response, cookies.VISIT)


def _person(user: User, session: str, settings: WebSettings) -> Person:
    wanted = settings.second_factor == "everybody" or (
        settings.second_factor == "admins" and user.rights.role is Role.ADMIN
    )
    return Person(
        id=user.id,
        name=user.name,
        rights=user.rights,
        language=user.language,
        session=session,
        has_second_factor=user.totp is not None,
        # Whoever comes by the identity provider has that one's second factor; but a password, by a link of an admin, opens without it.
        must_set_up=wanted and user.totp is None and (user.password is not None or not user.linked),
    )
