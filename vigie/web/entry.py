"""Who may call a handler: `person: Reader`, `person: Reviewer`, `person: Admin`, or `visitor: Anybody`.

    @router.post("/cases/{record_id}/release")
    def release(request: Request, record_id: str, person: Reviewer) -> Response: ...

A handler looks at `person.sees(account)` itself, and answers 404 for what she may not see (W-12).
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, HTTPException, Request

from vigie.ledger.people_types import Role
from vigie.web import sessions
from vigie.web.person import Person


class SignInFirstError(Exception):
    """Nobody is signed in: a browser is led to the sign-in page, anything else gets 401."""


class SetUpFirstError(Exception):
    """She has to set up her second factor before anything else."""


def anybody(request: Request) -> Person | None:
    """The person who is signed in, if there is one."""
    person = sessions.person_of(request)
    request.state.person = person
    return person


def signed_in(request: Request) -> Person:
    """Whoever is signed in, also when she has to set up her second factor first. Raises SignInFirstError."""
    person = anybody(request)
    if person is None:
        raise SignInFirstError
    return person


class Needs:
    """A dependency: at least that role. Raises SignInFirstError, SetUpFirstError, HTTPException (403)."""

    def __init__(self, role: Role) -> None:
        self.role = role

    def __call__(self, request: Request) -> Person:
        """The person."""
        person = signed_in(request)
        if person.must_set_up:
            raise SetUpFirstError
        if not person.may(self.role):
            raise HTTPException(403)
        return person


Anybody = Annotated[Person | None, Depends(anybody)]
SignedIn = Annotated[Person, Depends(signed_in)]
Reader = Annotated[Person, Depends(Needs(Role.READER))]
Reviewer = Annotated[Person, Depends(Needs(Role.REVIEWER))]
Admin = Annotated[Person, Depends(Needs(Role.ADMIN))]
