"""Signing in with name, password and, where one was set up, a code; signing out."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.people_types import User
from vigie.web import cookies, pages, sessions, site
from vigie.web.entry import Anybody
from vigie.web.pages import redirect, render
from vigie.web.people import passwords, second_factor, totp
from vigie.web.people.guessing import Guesses, Try

LOG = logging.getLogger(__name__)

router = APIRouter()

Name = Annotated[str, Form(max_length=200)]
Password = Annotated[str, Form(max_length=1000)]
Code = Annotated[str, Form(max_length=40)]
Next = Annotated[str, Form(alias="next", max_length=1000)]


@router.get("/sign-in")
def sign_in(request: Request, visitor: Anybody, next: str = "/") -> Response:  # noqa: A002 - the parameter's name in the address
    """The form. Whoever is signed in is led on."""
    if visitor is not None:
        return redirect(pages.local_path(next))
    return _form(request, pages.local_path(next))


@router.post("/sign-in")
def signed_in(request: Request, name: Name, password: Password, code: Code = "", asked: Next = "/") -> Response:
    """One answer for a wrong name, a wrong password and a wrong code: it does not tell which."""
    here, way = site.of(request), pages.local_path(asked)
    guesses = Guesses(here.ledger.people)
    user = here.ledger.people.named(name)
    browser = cookies.read(request, cookies.KNOWN)
    attempt = Try(name, address_of(request), browser, here.now())
    if not guesses.begin(attempt, user):
        return _form(request, way, name=name, wrong="too-many", status=429)
    try:
        proved = _proves(request, attempt, user, password, code)
    except passwords.BusyError:
        guesses.withdraw(attempt, user)
        raise HTTPException(503, headers={"Retry-After": "10"}) from None
    if not proved or user is None:
        guesses.wrong(attempt, user)
        LOG.warning("a sign-in was refused", extra={"address": attempt.address})
        return _form(request, way, name=name, wrong="wrong", status=401)
    response = redirect(way)
    browser = browser or cookies.fresh()
    guesses.right(attempt, user, browser)
    cookies.put(request, response, cookies.KNOWN, browser, lasts=sessions.NEVER_SEEN)
    sessions.begin(request, response, user)
    return response


@router.post("/sign-out")
def sign_out(request: Request, visitor: Anybody) -> Response:  # noqa: ARG001 - it is looked up for the page's language
    """Ends the session; harmless without one."""
    response = redirect("/sign-in", said="signed_out")
    sessions.end(request, response)
    return response


def address_of(request: Request) -> str:
    """Of the browser: the server has looked into X-Forwarded-For where a trusted proxy wrote it."""
    return request.client.host if request.client is not None else ""


def _proves(request: Request, attempt: Try, user: User | None, password: str, code: str) -> bool:
    """The password is looked at in every case, so that the time tells nothing. Raises BusyError."""
    kept = user.password if user is not None and not user.disabled else None
    right = passwords.is_right(kept, password)
    if not right or user is None:
        return False
    if user.totp is not None and not _has_code(request, attempt, user, code):
        return False
    if kept is not None and passwords.is_outdated(kept):
        with suppress(passwords.BusyError):  # another time: she is in, and her code is used up
            site.of(request).ledger.people.rehash(user, passwords.hashed(password))
    return True


def _has_code(request: Request, attempt: Try, user: User, code: str) -> bool:
    here = site.of(request)
    guesses = Guesses(here.ledger.people)
    if totp.as_recovery_code(code):  # 50 bits: nobody guesses one
        return second_factor.proves(here, user, code)
    if not guesses.begin_code(attempt, user) or not second_factor.proves(here, user, code):
        return False
    guesses.withdraw_code(attempt, user)
    return True


def _form(request: Request, way: str, *, name: str = "", wrong: str = "", status: int = 200) -> Response:
    oidc = site.of(request).settings.oidc
    return render(
        request,
        "people/sign_in.html.j2",
        status=status,
        way=way,
        name=name,
        wrong=wrong,
        provider="" if oidc is None else oidc.called,
    )
