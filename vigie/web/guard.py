"""The gate before every handler: the host, the size, and for whatever changes something where it comes from (W-04, threats C).

It stands before the routes, so that no handler can forget it: POST, PUT, PATCH and DELETE pass with the Origin of our own pages and
the token of a form alone. What is asked of the API is no browser's: cookies open nothing there, they are dropped instead.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.web import cookies, upload
from vigie.web.body import RefusedError, media_type, whole
from vigie.web.errors import API, answer
from vigie.web.settings import WebSettings

SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
METHODS: Final = SAFE | {"POST", "PUT", "PATCH", "DELETE"}
LONGEST_TARGET: Final = 4096
"""Bytes of path and query."""
LARGEST_BODY: Final = 64 * 1024
BODY_S = 20.0
"""A body has to come within it (X-20)."""
MOST_FIELDS: Final = 1000
FORM: Final = "application/x-www-form-urlencoded"
ANY_HOST: Final = frozenset(("/healthz", "/readyz"))
"""What a load balancer asks by address."""


class Guard:
    """See the module."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            receive = await self._checked(scope, receive)
        except ClientDisconnect:
            return  # in the middle of a body: nobody is there to be told
        except RefusedError as refused:
            headers = refused.headers(unread=scope["method"] not in SAFE)
            response = await run_in_threadpool(
                answer, Request(scope), refused.status, note=refused.note, headers=headers
            )
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive) -> Receive:
        """What the handler reads the body from. Raises RefusedError."""
        request = Request(scope, receive)
        if request.method not in METHODS:
            raise RefusedError(405)
        if len(scope.get("raw_path") or scope["path"].encode()) + len(scope["query_string"]) > LONGEST_TARGET:
            raise RefusedError(414)
        if not self._is_our_host(request):
            raise RefusedError(421)
        if scope["path"].startswith(API):
            scope["headers"] = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
            return receive
        if request.method in SAFE:
            return receive
        self._check_origin(request)
        if upload.is_upload(request):
            return receive  # read by its page, within the room for messages: `upload.fields` looks at its token
        body = await _body(request)
        _check_token(request, body)
        return _replayed(body, receive)

    def _is_our_host(self, request: Request) -> bool:
        """A name of somebody else that leads to this address is an attack on the browser (DNS rebinding)."""
        ours = urlsplit(self._settings.origin)
        return request.url.path in ANY_HOST or request.headers.get("host", "").lower() == ours.netloc

    def _check_origin(self, request: Request) -> None:
        """One of both headers is there in every browser of today; where both are missing it is none of ours."""
        origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
        if origin is None and site is None:
            raise RefusedError(403, "origin")
        if origin is not None and origin != self._settings.origin:
            raise RefusedError(403, "origin")
        if site not in (None, "same-origin"):
            raise RefusedError(403, "origin")


async def _body(request: Request) -> bytes:
    """That of a form. Raises RefusedError."""
    body = await whole(request, most=LARGEST_BODY, seconds=BODY_S)
    if body and media_type(request) != FORM:
        raise RefusedError(415)
    return body


def _check_token(request: Request, body: bytes) -> None:
    """The token of the form, or of the header that a script of ours sets. Raises RefusedError."""
    bound_to = cookies.bound_to(request)
    try:
        fields = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise RefusedError(400) from None
    given = [value for name, value in fields if name == cookies.FIELD]
    if not given and (header := request.headers.get(cookies.HEADER)) is not None:
        given = [header]
    if bound_to is None or len(given) != 1 or not cookies.is_form_token(bound_to, given[0]):
        raise RefusedError(403, "form")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body once more, then whatever else the connection has to say."""
    sent = False

    async def again() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
