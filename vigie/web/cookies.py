"""The cookies, and the token that a form carries (W-04).

One cookie holds 256 random bits: of a session once somebody signed in, of a mere visit before. A form's token is a keyed hash of
it, so that nothing has to be remembered: who cannot read the cookie cannot make the token.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import timedelta
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from vigie.web import site

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
VISIT: Final = "vigie"
KNOWN: Final = "vigie-known"
"""A browser in which somebody signed in before, see attempts."""
INVITATION: Final = "vigie-invitation"
"""The link that is to be accepted with the identity provider."""
FLOW: Final = "vigie-flow"
"""A sign-in at the identity provider that is under way."""
LANGUAGE: Final = "vigie-language"
FIELD: Final = "csrf"
"""The form field that holds the token; HEADER is for scripts."""
HEADER: Final = "x-csrf-token"
LINK: Final = "/ask"
"""Pages below it are opened by a link that came by mail; the token of their form is bound to the link's, not to a cookie."""


def fresh() -> str:
    """256 random bits, as text."""
    return secrets.token_urlsafe(32)


def name(request: Request, cookie: str) -> str:
    """With https the prefix keeps other hosts and plain http from setting it (RFC 6265bis section 4.1.3.2)."""
    return f"__Host-{cookie}" if site.of(request).settings.secure else cookie


def read(request: Request, cookie: str) -> str | None:
    """A token that has the form of ours, or None."""
    value = request.cookies.get(name(request, cookie), "")
    return value if is_token(value) else None


def is_token(text: str) -> bool:
    """It has the form of those that `fresh` gives."""
    return _TOKEN.fullmatch(text) is not None


def put(request: Request, response: Response, cookie: str, value: str, lasts: timedelta | None = None) -> None:
    """Sets it; without `lasts` until the browser is closed."""
    response.set_cookie(
        name(request, cookie),
        value,
        max_age=int(lasts.total_seconds()) if lasts else None,
        path="/",
        secure=site.of(request).settings.secure,
        httponly=True,
        # Strict would leave it out when the identity provider, or a link in a mail, leads back to us.
        samesite="lax",
    )


def drop(request: Request, response: Response, cookie: str) -> None:
    """Removes it."""
    response.delete_cookie(
        name(request, cookie),
        path="/",
        secure=site.of(request).settings.secure,
        httponly=True,
        samesite="lax",
    )


def visit(request: Request) -> str:
    """What this browser's cookie says, or will say: `keep` sends it."""
    token = getattr(request.state, "visit", None) or read(request, VISIT) or fresh()
    request.state.visit = token
    return str(token)


def keep(request: Request, response: Response) -> None:
    """Sends the cookie of a visit that a form of this response relies on."""
    token = getattr(request.state, "visit", None)
    if token is not None and token != read(request, VISIT):
        put(request, response, VISIT, token)


def form_token(cookie: str) -> str:
    """The token that forms carry in a browser with that cookie."""
    return hmac.new(cookie.encode(), b"vigie form", hashlib.sha256).hexdigest()


def bound_to(request: Request) -> str | None:
    """What the token of a form at that address is made of."""
    way, _, link = request.url.path.removeprefix("/").partition("/")
    if f"/{way}" == LINK:
        return link if is_token(link) else None
    return read(request, VISIT)


def is_form_token(cookie: str, token: str) -> bool:
    """Compared in constant time."""
    return hmac.compare_digest(form_token(cookie).encode(), token.encode("utf-8", "surrogatepass"))
