"""What every response says to the browser: no script, style or frame from anywhere but here (W-01, W-02, W-05, W-28)."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No inline script or style, no event handler, nothing from elsewhere."""
SAME: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with it a browser says "Origin: null" for our own forms (Fetch, append a request Origin header).
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-DNS-Prefetch-Control": "off",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""A handler that sets one of these itself keeps its own: the frame of a mail has a stricter policy. Set to nothing, it is left out."""
A_YEAR: Final = "max-age=31536000"


class Headers:
    """The outermost layer, so that errors have them, too."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._usual = SAME | ({"Strict-Transport-Security": A_YEAR} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request (ASGI 3)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._usual.items():
                    if headers.setdefault(name, value) == "":
                        del headers[name]
            await send(message)

        await self._app(scope, receive, told)
