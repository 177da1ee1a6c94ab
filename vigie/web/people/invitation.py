"""Accepting an invitation: a link that opens a form, makes one account, or gives one a new password, once.

Opening it changes nothing: programs that check the links of a mail open them, too (W-04).
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.people import Newcomer
from vigie.ledger.people_types import Invitation, Told
from vigie.web import cookies, sessions, site
from vigie.web.pages import language_of, redirect, render
from vigie.web.people import passwords
from vigie.web.people.sign_in import Password

router = APIRouter(prefix="/invitation")
NAME: Final = re.compile(r"[^\W_][\w .'’@+-]{0,58}[\w.]|[^\W_]")
"""Letters of any script, digits, and what names hold; the audit log shows it."""


@router.get("/{token}")
def look(request: Request, token: str) -> Response:
    """The form."""
    return _form(request, token, _good(request, token))


@router.post("/{token}")
def accept(
    request: Request, token: str, fresh: Password, again: Password, name: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    """Uses the link up, and signs in."""
    here, invitation, name = site.of(request), _good(request, token), " ".join(name.split())
    renewed = invitation.user_id is not None
    known = name if not renewed else _whose(request, invitation)
    wrong = "differs" if fresh != again else passwords.weakness(fresh, known)
    if not renewed and not NAME.fullmatch(name):
        wrong = "bad_name"
    if wrong:
        return _form(request, token, invitation, name=name, wrong=wrong, status=422)
    try:
        kept = passwords.hashed(fresh)
    except passwords.BusyError:
        raise HTTPException(503, headers={"Retry-After": "10"}) from None
    if renewed:
        told = here.ledger.people.renew(token, kept, at=here.now())
    else:
        told = here.ledger.people.accept(token, Newcomer(name, language_of(request), kept), at=here.now())
    if told is Told.NAME_TAKEN:
        return _form(request, token, invitation, name=name, wrong="taken", status=409)
    if isinstance(told, Told):
        raise HTTPException(404)
    response = redirect("/")
    sessions.begin(request, response, told, how="invitation")
    return response


def _good(request: Request, token: str) -> Invitation:
    """Raises HTTPException (404) for a link that was used, withdrawn, or is over."""
    here = site.of(request)
    found = here.ledger.people.invitation(token, at=here.now()) if cookies.is_token(token) else None
    if found is None:
        raise HTTPException(404)
    return found


def _form(
    request: Request, token: str, invitation: Invitation, *, name: str = "", wrong: str = "", status: int = 200
) -> Response:
    here = site.of(request)
    whose = _whose(request, invitation)
    return render(
        request,
        "people/invitation.html.j2",
        status=status,
        token=token,
        whose=whose,
        name=name,
        wrong=wrong,
        shortest=passwords.SHORTEST,
        provider="" if here.settings.oidc is None or whose else here.settings.oidc.called,
    )


def _whose(request: Request, invitation: Invitation) -> str:
    """The name of whom it gives a new password; "" for a new account."""
    user_id = invitation.user_id
    user = None if user_id is None else site.of(request).ledger.people.user(user_id)
    return "" if user is None else user.name
