"""One's own page: password, second factor, sessions, language. What weakens the account asks for the password again."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Final
from urllib.parse import urlsplit

import zxingcpp
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from vigie.ledger.people_types import User
from vigie.web import sessions, site
from vigie.web.entry import Reviewer, SignedIn
from vigie.web.pages import redirect, render
from vigie.web.people import passwords, second_factor, totp
from vigie.web.people.guessing import Guesses, Try
from vigie.web.people.sign_in import Code, Password, address_of
from vigie.web.person import Person

router = APIRouter(prefix="/profile")
ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{27}")


@router.get("")
def profile(request: Request, person: SignedIn) -> Response:
    """Everything about oneself."""
    return _page(request, person)


@router.post("/password")
def change_password(
    request: Request, person: SignedIn, password: Password, fresh: Password, again: Password
) -> Response:
    """Ends every session: whoever has the cookie of this one is shut out, too; she goes on with a fresh one."""
    here, user = site.of(request), _local(request, person)
    if not _confirmed(request, user, password):
        return _page(request, person, wrong="password", status=403)
    weakness = "differs" if fresh != again else passwords.weakness(fresh, user.name)
    if weakness:
        return _page(request, person, wrong=weakness, status=422)
    try:
        kept = passwords.hashed(fresh)
    except passwords.BusyError:
        raise HTTPException(503, headers={"Retry-After": "10"}) from None
    here.ledger.people.set_password(user, kept, at=here.now())
    response = redirect("/profile", said="password_changed")
    sessions.begin(request, response, user)
    return response


@router.get("/second-factor")
def set_up(request: Request, person: SignedIn) -> Response:
    """A fresh secret to be put into the app. Nothing is kept before a code has shown that it is there."""
    _local(request, person)
    if person.has_second_factor:
        return redirect("/profile")
    return _set_up(request, person, totp.new_secret())


@router.post("/second-factor")
def set_up_done(
    request: Request, person: SignedIn, password: Password, code: Code, secret: Annotated[str, Form(max_length=40)]
) -> Response:
    """Shows the recovery codes, this one time. Ends every session that was begun without a code, and goes on with a fresh one."""
    here, user = site.of(request), _local(request, person)
    key = _secret(secret)
    if person.has_second_factor:
        return redirect("/profile")
    if not _confirmed(request, user, password):
        return _set_up(request, person, key, wrong="password", status=403)
    counter = totp.matching(key, code, here.now())
    if counter is None:
        return _set_up(request, person, key, wrong="code", status=422)
    codes, sealed = totp.recovery_codes(), second_factor.sealed(here, user, key)
    here.ledger.people.set_totp(user, sealed, codes, counter=counter, at=here.now())
    here.ledger.people.end_own_sessions(user, at=here.now())
    sessions.begin(request, Response(), user)  # the page's token is of the new cookie, and brings it along
    return render(request, "people/recovery_codes.html.j2", codes=codes)


@router.post("/second-factor/off")
def turn_off(request: Request, person: SignedIn, password: Password) -> Response:
    """The password alone opens the account from now on."""
    here, user = site.of(request), _local(request, person)
    if not _confirmed(request, user, password):
        return _page(request, person, wrong="password", status=403)
    here.ledger.people.set_totp(user, None, (), counter=0, at=here.now())
    return redirect("/profile", said="second_factor_off")


@router.post("/digest")
def set_address(
    request: Request, person: Reviewer, address: Annotated[str, Form(max_length=254)] = "", password: Password = ""
) -> Response:
    """Where the digest goes; nowhere where nothing is given. It outlives the session: subjects would leave every day."""
    here, user, address = site.of(request), _user(request, person), address.strip()
    if address and not ADDRESS.fullmatch(address):
        return _page(request, person, wrong="address", status=422)
    if address and user.password is not None and not _confirmed(request, user, password):
        return _page(request, person, wrong="password", status=403)
    here.ledger.people.set_address(user, address, at=here.now())
    return redirect("/profile", said="digest_address" if address else "digest_off")


@router.post("/sessions/end")
def end_sessions(request: Request, person: SignedIn, which: Annotated[str, Form(max_length=40)] = "") -> Response:
    """One of them, or all but this one."""
    here, user = site.of(request), _user(request, person)
    if which:
        here.ledger.people.end_own_sessions(user, at=here.now(), only=which)
    else:
        here.ledger.people.end_own_sessions(user, at=here.now(), but=person.session)
    return redirect("/profile", said="sessions_ended")


def _page(request: Request, person: Person, *, wrong: str = "", status: int = 200) -> Response:
    people = site.of(request).ledger.people
    return render(
        request,
        "people/profile.html.j2",
        status=status,
        wrong=wrong,
        user=_user(request, person),
        sessions=people.sessions(person.id),
        shortest=passwords.SHORTEST,
    )


def _set_up(request: Request, person: Person, secret: bytes, *, wrong: str = "", status: int = 200) -> Response:
    host = urlsplit(site.of(request).settings.origin).hostname or ""
    drawn = zxingcpp.create_barcode(totp.address(secret, person.name, host), zxingcpp.BarcodeFormat.QRCode)
    return render(
        request,
        "people/second_factor.html.j2",
        status=status,
        wrong=wrong,
        letters=totp.in_letters(secret),
        secret=base64.urlsafe_b64encode(secret).decode().rstrip("="),
        # as an image: the policy has room for data: there, and nothing of it becomes part of the page
        picture=f"data:image/svg+xml;base64,{base64.b64encode(drawn.to_svg().encode()).decode()}",
    )


def _user(request: Request, person: Person) -> User:
    user = site.of(request).ledger.people.user(person.id)
    if user is None:
        raise HTTPException(404)  # removed since this request began
    return user


def _local(request: Request, person: Person) -> User:
    """Somebody with a password; who comes by the identity provider has none to change."""
    user = _user(request, person)
    if user.password is None:
        raise HTTPException(404)
    return user


def _secret(text: str) -> bytes:
    try:
        found = base64.urlsafe_b64decode(f"{text}=") if _SECRET.fullmatch(text) else b""
    except binascii.Error:
        found = b""
    if len(found) != 20:
        raise HTTPException(422)
    return found


def _confirmed(request: Request, user: User, password: str) -> bool:
    """Her password, once more; counted as at the sign-in: a session that was left open does not open it for ever."""
    here = site.of(request)
    guesses, attempt = Guesses(here.ledger.people), Try(user.name, address_of(request), None, here.now())
    if not guesses.begin(attempt, user):
        raise HTTPException(429)
    try:
        right = passwords.is_right(user.password, password)
    except passwords.BusyError:
        guesses.withdraw(attempt, user)
        raise HTTPException(503, headers={"Retry-After": "10"}) from None
    if right:
        guesses.withdraw(attempt, user)
    else:
        guesses.wrong(attempt, user)
    return right
