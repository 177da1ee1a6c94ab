"""People: who may sign in, with which rights; inviting, changing, removing. The ledger holds the rules (people_types.may_change)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.people import new_id
from vigie.ledger.people_types import By, Invitation, Rights, Role, Told, User, may_change
from vigie.web import cookies, site
from vigie.web.entry import Admin
from vigie.web.pages import redirect, render
from vigie.web.person import Person

router = APIRouter(prefix="/people")

RoleField = Annotated[Role, Form()]
Every = Annotated[bool, Form()]
Accounts = Annotated[list[str], Form(max_length=1000)]


@router.get("")
def people(request: Request, person: Admin) -> Response:
    """Those whose rights this admin may change, and the links that are good."""
    return _list(request, person)


@router.post("/invite")
def invite(
    request: Request,
    person: Admin,
    role: RoleField,
    every: Every = False,
    accounts: Accounts = [],  # noqa: B006 - FastAPI copies it
    note: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Makes a link for a new account. It is shown this one time."""
    rights = _rights(request, role, accounts, every=every)
    return _link(request, person, rights, note=note)


@router.post("/invitations/{invitation}/withdraw")
def withdraw(request: Request, person: Admin, invitation: str) -> Response:
    """The link is good for nothing any more."""
    here = site.of(request)
    told = here.ledger.people.withdraw(invitation, _by(person), at=here.now())
    return _done(request, person, told, "/people", "invitation_withdrawn")


@router.get("/{user_id}")
def one(request: Request, person: Admin, user_id: str) -> Response:
    """One of them."""
    return _one(request, person, user_id)


@router.post("/{user_id}/rights")
def change_rights(
    request: Request,
    person: Admin,
    user_id: str,
    role: RoleField,
    every: Every = False,
    accounts: Accounts = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """From her next click on."""
    here = site.of(request)
    rights = _rights(request, role, accounts, every=every)
    told = here.ledger.people.change_rights(user_id, rights, _by(person), at=here.now())
    return _done(request, person, told, f"/people/{user_id}", "rights_changed", user_id)


@router.post("/{user_id}/disable")
def disable(request: Request, person: Admin, user_id: str) -> Response:
    """No sign-in any more, and every session ends."""
    here = site.of(request)
    told = here.ledger.people.set_disabled(user_id, _by(person), disabled=True, at=here.now())
    return _done(request, person, told, f"/people/{user_id}", "person_disabled", user_id)


@router.post("/{user_id}/enable")
def enable(request: Request, person: Admin, user_id: str) -> Response:
    """The way back."""
    here = site.of(request)
    told = here.ledger.people.set_disabled(user_id, _by(person), disabled=False, at=here.now())
    return _done(request, person, told, f"/people/{user_id}", "person_enabled", user_id)


@router.post("/{user_id}/remove")
def remove(request: Request, person: Admin, user_id: str) -> Response:
    """Forgets her; the audit log keeps the name."""
    here = site.of(request)
    told = here.ledger.people.remove(user_id, _by(person), at=here.now())
    return _done(request, person, told, "/people", "person_removed", user_id)


@router.post("/{user_id}/sessions/end")
def end_sessions(request: Request, person: Admin, user_id: str) -> Response:
    """Signs her out everywhere."""
    here = site.of(request)
    told = here.ledger.people.end_sessions(user_id, _by(person), at=here.now())
    return _done(request, person, told, f"/people/{user_id}", "sessions_ended", user_id)


@router.post("/{user_id}/renew")
def renew(request: Request, person: Admin, user_id: str) -> Response:
    """Makes a link for a new password, without the second factor. It is shown this one time."""
    user = _user(request, person, user_id)
    return _link(request, person, user.rights, user=user)


def _link(request: Request, person: Person, rights: Rights, *, note: str = "", user: User | None = None) -> Response:
    here, token = site.of(request), cookies.fresh()
    ends = here.now() + timedelta(hours=here.settings.invitation_hours)
    user_id = None if user is None else user.id
    invitation = Invitation(new_id(), rights, person.who, here.now(), ends, user_id, " ".join(note.split()))
    told = here.ledger.people.invite(invitation, token, _by(person))
    if told is not Told.DONE:
        return _refused(request, person, told, user_id)
    return render(
        request,
        "people/invited.html.j2",
        link=f"{here.settings.origin}/invitation/{token}",
        ends=ends,
        name="" if user is None else user.name,
    )


def _list(request: Request, person: Person, *, wrong: str = "", status: int = 200) -> Response:
    here, by = site.of(request), _by(person)
    return render(
        request,
        "people/people.html.j2",
        status=status,
        wrong=wrong,
        users=here.ledger.people.users(by),
        invitations=here.ledger.people.invitations(by, at=here.now()),
        roles=tuple(Role),
        choices=_choices(request, person),
    )


def _one(request: Request, person: Person, user_id: str, *, wrong: str = "", status: int = 200) -> Response:
    user = _user(request, person, user_id)
    return render(
        request,
        "people/one.html.j2",
        status=status,
        wrong=wrong,
        user=user,
        sessions=site.of(request).ledger.people.sessions(user.id),
        roles=tuple(Role),
        choices=sorted({*_choices(request, person), *(user.rights.accounts or ())}),
    )


def _user(request: Request, person: Person, user_id: str) -> User:
    """One whose rights this admin may change; everybody else is not there for him (W-12)."""
    user = site.of(request).ledger.people.user(user_id)
    if user is None or not may_change(_by(person), user.rights):
        raise HTTPException(404)
    return user


def _done(request: Request, person: Person, told: Told, path: str, said: str, user_id: str = "") -> Response:
    return redirect(path, said=said) if told is Told.DONE else _refused(request, person, told, user_id)


def _refused(request: Request, person: Person, told: Told, user_id: str | None) -> Response:
    """404 also for whom one may not change; 403 where it is about the rights that were to be given."""
    if told is Told.UNKNOWN:
        raise HTTPException(404)
    status = 409 if told is Told.LAST_ADMIN else 403
    if user_id:
        return _one(request, person, user_id, wrong=told.value, status=status)
    return _list(request, person, wrong=told.value, status=status)


def _rights(request: Request, role: Role, accounts: list[str], *, every: bool) -> Rights:
    """Names of mailboxes that there are: a name that nobody has would be a right to what somebody adds later.

    Where both are ticked, every mailbox and some by name, the lesser right is given.
    """
    known = {mailbox.name for mailbox in site.of(request).mailboxes}
    if not known.issuperset(accounts) or not (every or accounts):
        raise HTTPException(422)
    return Rights(role, frozenset(accounts) if accounts else None)


def _choices(request: Request, person: Person) -> list[str]:
    return [mailbox.name for mailbox in site.of(request).mailboxes if person.sees(mailbox.name)]


def _by(person: Person) -> By:
    return By(person.who, person.rights)
