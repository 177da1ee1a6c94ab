"""The way to the identity provider and back."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from vigie.ledger.people import Newcomer
from vigie.ledger.people_types import Told, User
from vigie.web import cookies, pages, sessions, site
from vigie.web.oidc import flow as flows
from vigie.web.oidc.faults import ProviderError, TokenError
from vigie.web.oidc.flow import CALLBACK, Flow
from vigie.web.oidc.provider import Provider
from vigie.web.oidc.rights import name_of, of_groups
from vigie.web.settings import OidcSettings

LOG = logging.getLogger(__name__)

router = APIRouter()
Text = Annotated[str, Query(max_length=4000)]
HOW_MANY_NAMES: Final = 9


@router.get("/sign-in/provider")
def leave(request: Request, next: Text = "/") -> Response:  # noqa: A002 - the parameter's name in the address
    """To the provider; nothing changes here."""
    return _leave(request, pages.local_path(next))


@router.get("/invitation/{token}/provider")
def leave_with_invitation(request: Request, token: str) -> Response:
    """To the provider, with an invitation that is accepted on the way back.

    A link, for a form may lead nowhere else (form-action of the policy, also after a redirect); here nothing changes yet.
    """
    here = site.of(request)
    invitation = here.ledger.people.invitation(token, at=here.now()) if cookies.is_token(token) else None
    if invitation is None or invitation.user_id is not None:
        raise HTTPException(404)
    response = _leave(request, "/")
    cookies.put(request, response, cookies.INVITATION, token, lasts=flows.LASTS)
    return response


@router.get(CALLBACK)
def back(request: Request, state: Text = "", code: Text = "", error: Text = "", iss: Text | None = None) -> Response:
    """From the provider: the code becomes a person. Whatever does not fit leads to the sign-in page, and is told in the log."""
    provider, here = _provider(request), site.of(request)
    secret, invitation = cookies.read(request, cookies.FLOW), cookies.read(request, cookies.INVITATION)
    flow = flows.returned(secret, state) if secret is not None else None
    try:
        if flow is None:
            return _refused(request, "state", "provider_again")
        if not provider.accepts_issuer(iss):
            return _refused(request, "issuer", "provider_refused")
        if error or not code:
            return _refused(request, "error", "provider_denied")
        user = _user(request, provider, flow, code, invitation, here.now())
    except ProviderError as fault:
        LOG.error("identity provider: %s", fault)
        return _refused(request, "fault", "provider_away")
    except TokenError as fault:
        return _refused(request, f"token: {fault}", "provider_refused")
    if user is None:
        return _refused(request, "unknown person", "provider_unknown")
    response = pages.redirect(pages.local_path(flow.way))
    _forget(request, response)
    sessions.begin(request, response, user, how="provider")
    return response


def _user(
    request: Request, provider: Provider, flow: Flow, code: str, invitation: str | None, now: datetime
) -> User | None:
    """Who that is here. Raises ProviderError, TokenError."""
    settings, people = _settings(request), site.of(request).ledger.people
    claims = provider.claims(flow, code, now)
    newcomer = Newcomer(name_of(claims), pages.language_of(request), issuer=settings.issuer, subject=str(claims["sub"]))
    known = people.linked(newcomer.issuer, newcomer.subject)
    for name in _names(newcomer.name):
        named = Newcomer(name, newcomer.language, issuer=newcomer.issuer, subject=newcomer.subject)
        told: User | Told | None = known
        if settings.groups:
            rights = of_groups(claims, settings)
            told = None if rights is None else people.admit(named, rights, at=now)
        elif known is None and invitation is not None:
            told = people.accept(invitation, named, at=now)
        if told is not Told.NAME_TAKEN:
            return told if isinstance(told, User) and not told.disabled else None
    return None


def _names(name: str) -> list[str]:
    """Two people of one name: the second is called "Marie (2)"."""
    return [name, *(f"{name} ({number})" for number in range(2, HOW_MANY_NAMES + 1))]


def _leave(request: Request, way: str) -> Response:
    flow = Flow(cookies.fresh(), way)
    try:
        response = RedirectResponse(_provider(request).address(flow), status_code=303)
    except ProviderError as fault:
        LOG.error("identity provider: %s", fault)
        raise HTTPException(503) from None
    cookies.put(request, response, cookies.FLOW, flow.secret, lasts=flows.LASTS)
    return response


def _refused(request: Request, why: str, said: str) -> Response:
    LOG.warning("a sign-in by the provider was refused: %s", why)
    response = pages.redirect("/sign-in", said=f"wrong.{said}")
    _forget(request, response)
    return response


def _forget(request: Request, response: Response) -> None:
    """Each flow comes back once."""
    cookies.drop(request, response, cookies.FLOW)
    cookies.drop(request, response, cookies.INVITATION)


def _settings(request: Request) -> OidcSettings:
    settings = site.of(request).settings.oidc
    if settings is None:
        raise HTTPException(404)
    return settings


def _provider(request: Request) -> Provider:
    _settings(request)
    provider = request.app.state.provider
    assert isinstance(provider, Provider)
    return provider
