"""The tokens of programs: who administers mailboxes makes and revokes those that are about them alone (W-08, W-12)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.people import new_id
from vigie.ledger.people_types import By, Told
from vigie.ledger.token_types import LONGEST_DAYS, USUAL_DAYS, Token, Use
from vigie.ledger.tokens import fresh
from vigie.web import site
from vigie.web.entry import Admin
from vigie.web.pages import redirect, render
from vigie.web.person import Person

router = APIRouter(prefix="/tokens")

Name = Annotated[str, Form(min_length=1, max_length=100)]
Uses = Annotated[list[Use], Form(min_length=1, max_length=10)]
Days = Annotated[int, Form(ge=1, le=LONGEST_DAYS)]
Accounts = Annotated[list[str], Form(max_length=1000)]


@router.get("")
def tokens(request: Request, person: Admin) -> Response:
    """Those that this admin may revoke, and the form for a new one."""
    here = site.of(request)
    return render(
        request,
        "service/tokens.html.j2",
        tokens=here.ledger.tokens.all(_by(person)),
        uses=tuple(Use),
        days=USUAL_DAYS,
        longest=LONGEST_DAYS,
        choices=[mailbox.name for mailbox in here.mailboxes if person.sees(mailbox.name)],
    )


@router.post("")
def make(
    request: Request,
    person: Admin,
    name: Name,
    uses: Uses,
    days: Days,
    every: Annotated[bool, Form()] = False,
    accounts: Accounts = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Makes one. It is shown this one time."""
    here, secret = site.of(request), fresh()
    known = {mailbox.name for mailbox in here.mailboxes}
    called = " ".join(name.split())
    if not called or not known.issuperset(accounts) or not (every or accounts):
        raise HTTPException(422)
    # Where both are ticked, every mailbox and some by name, the lesser scope is given.
    scope = frozenset(accounts) if accounts else None
    at = here.now()
    token = Token(new_id(), called, frozenset(uses), scope, person.who, at, at + timedelta(days=days))
    if here.ledger.tokens.add(token, secret, _by(person)) is not Told.DONE:
        raise HTTPException(403)
    return render(request, "service/token.html.j2", token=token, secret=secret)


@router.post("/{token_id}/revoke")
def revoke(request: Request, person: Admin, token_id: str) -> Response:
    """From the next request of the program on."""
    here = site.of(request)
    if here.ledger.tokens.revoke(token_id, _by(person), at=here.now()) is not Told.DONE:
        raise HTTPException(404)
    return redirect("/tokens", said="token_revoked")


def _by(person: Person) -> By:
    return By(person.who, person.rights)
