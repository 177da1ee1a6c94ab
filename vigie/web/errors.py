"""What people and programs are told when something cannot be: a plain page with an id, or a problem (RFC 9457) below /api/.

Nothing of the cause is shown: the id stands in the log beside it (W-27).
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.ledger.faults import LedgerError
from vigie.web import words
from vigie.web.body import RefusedError
from vigie.web.entry import SetUpFirstError, SignInFirstError
from vigie.web.pages import language_of, render

LOG = logging.getLogger(__name__)
API: Final = "/api/"
_OF_A_TOKEN: Final = {401: "token", 403: "scope"}
"""Below /api/ nobody is signed in."""
_SAFE: Final = frozenset(("GET", "HEAD"))
_WORDED: Final = frozenset((400, 401, 403, 404, 405, 409, 413, 414, 415, 421, 422, 429, 503))
"""Statuses with words of their own in words/; any other is told as 500 (server) or 400 (client)."""


def answer(request: Request, status: int, *, note: str = "", headers: dict[str, str] | None = None) -> Response:
    """The page or problem for a status. `note`: a key of error.note.*, for what can be said more exactly."""
    number = secrets.token_hex(6)
    if status >= 500:
        LOG.error("error %s: status %d for %s %s", number, status, request.method, _route(request))
    key = status if status in _WORDED else 500 if status >= 500 else 400
    if request.url.path.startswith(API):
        response = _problem(request, status, key, note, number)
    else:
        response = render(request, "error.html.j2", status=status, key=str(key), note=note, number=number)
    response.headers.update(headers or {})
    return response


def _problem(request: Request, status: int, key: int, note: str, number: str) -> Response:
    """RFC 9457: the type is the status alone (section 4.2.1), the id is an extension."""
    t, note = words.said(language_of(request)), note or _OF_A_TOKEN.get(status, "")
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": t(f"error.note.{note}" if note else f"error.text.{key}"),
        "id": number,
    }
    return JSONResponse(told, status_code=status, media_type="application/problem+json")


def _route(request: Request) -> str:
    """The route's pattern, not the path: it may hold what somebody searched for."""
    return str(getattr(request.scope.get("route"), "path", "?"))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException | HTTPException)
    return answer(request, error.status_code, headers=dict(error.headers or {}))


def _invalid(request: Request, error: Exception) -> Response:
    """The values are not repeated: one of them may be a password."""
    assert isinstance(error, RequestValidationError)
    return answer(request, 422)


def _ledger(request: Request, error: Exception) -> Response:
    assert isinstance(error, LedgerError)
    LOG.error("ledger: %s", error)
    return answer(request, 503 if error.temporary else 500, headers={"Retry-After": "5"} if error.temporary else None)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    headers = error.headers(unread=request.method not in _SAFE)
    return answer(request, error.status, note=error.note, headers=headers)


def _sign_in_first(request: Request, error: Exception) -> Response:
    assert isinstance(error, SignInFirstError)
    if request.method not in _SAFE or request.url.path.startswith(API) or "html" not in _accepts(request):
        return answer(request, 401)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/sign-in?{urlencode({'next': asked[:1000]})}", status_code=303)


def _set_up_first(_: Request, error: Exception) -> Response:
    assert isinstance(error, SetUpFirstError)
    return RedirectResponse("/profile/second-factor", status_code=303)


def _accepts(request: Request) -> str:
    """A browser that opens a page says text/html; a script that fetches, and a feed of events, do not."""
    return request.headers.get("accept", "text/html").replace("*/*", "html")


class Crash:
    """What nobody has foreseen: an id for the person, the place for the log, nothing of the text, which may quote a mail."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        begun, crash = False, ""

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:  # the outermost layer: what passes it, the server logs with its text
            if scope["type"] != "http":
                raise
            crash = f"{type(error).__name__} at {_place(error)}"
        if crash:  # told outside of the handler: a log that fails would show what is being handled
            LOG.error("%s", crash)
            if not begun:
                await answer(Request(scope, receive), 500)(scope, receive, send)


def _place(error: BaseException) -> str:
    trail = error.__traceback__
    while trail is not None and trail.tb_next is not None:
        trail = trail.tb_next
    return "?" if trail is None else f"{trail.tb_frame.f_code.co_filename}:{trail.tb_lineno}"


def declare(app: FastAPI) -> None:
    """Every way in which a request can fail gets its answer."""
    for kind, handler in (
        (StarletteHTTPException, _http),
        (RequestValidationError, _invalid),
        (LedgerError, _ledger),
        (RefusedError, _refused),
        (SignInFirstError, _sign_in_first),
        (SetUpFirstError, _set_up_first),
    ):
        app.add_exception_handler(kind, handler)
