"""Which sites' scripts may read what the API answers (W-11): those that [web.api] origins names, letter by letter.

No credentials are allowed: cookies open nothing below /api, a token has to be sent.
"""

from __future__ import annotations

from typing import Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vigie.web.errors import API

PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}
READABLE: Final = "Retry-After, WWW-Authenticate"


class Origins:
    """Outside of the guard, so that refusals can be read, too."""

    def __init__(self, app: ASGIApp, *, allowed: tuple[str, ...]) -> None:
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http" or not scope["path"].startswith(API):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        origins = request.headers.getlist("origin")
        known = origins[0] if len(origins) == 1 and origins[0] in self._allowed else None

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.add_vary_header("Origin")  # a cache must not give one site the answer for another
                if known is not None:
                    headers["Access-Control-Allow-Origin"] = known
                    headers["Access-Control-Expose-Headers"] = READABLE
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        if request.method == "OPTIONS" and "access-control-request-method" in request.headers:
            await Response(status_code=204, headers=PREFLIGHT if known is not None else None)(scope, receive, told)
            return
        await self._app(scope, receive, told)
