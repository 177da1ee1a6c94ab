"""Who may ask the API: `token: Checks`, `token: Reports`, `token: AsksRecords` (RFC 6750, W-08).

A token stands in the Authorization header alone: in an address it would end up in logs.
"""

from __future__ import annotations

import logging
import math
from typing import Annotated, Final

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBearer

from vigie.ledger.token_types import Token, Use
from vigie.ledger.tokens import is_token
from vigie.web import site
from vigie.web.oidc import entra
from vigie.web.oidc.entra import Entra
from vigie.web.oidc.faults import ProviderError, TokenError

LOG = logging.getLogger(__name__)
RETRY_AFTER: Final = "10"
_SCHEME: Final = HTTPBearer(auto_error=False, scheme_name="token", description="vigie web token create")


class Needs:
    """A dependency: a token that is good for that use, within its pace. Raises HTTPException (401, 403, 429)."""

    def __init__(self, use: Use) -> None:
        self.use = use

    def __call__(self, request: Request) -> Token:
        """The token."""
        here = site.of(request)
        given = request.headers.getlist("authorization")
        scheme, _, secret = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        found = _found(request, secret.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise _denied(401, "" if not given else 'error="invalid_token"')
        if self.use not in found.uses:
            raise _denied(403, f'error="insufficient_scope", scope="{self.use.value}"')
        wait_s = here.pace.take(found.id, at=here.now())
        if wait_s > 0:
            raise HTTPException(429, headers={"Retry-After": str(math.ceil(wait_s)), "Connection": "close"})
        return found


def _found(request: Request, secret: str) -> Token | None:
    """The token, of ours or of Microsoft Entra; None: it opens nothing, and whoever sent it is not told why. Raises HTTPException (503)."""
    here = site.of(request)
    if is_token(secret):
        return here.ledger.tokens.good(secret, at=here.now())
    known = request.app.state.entra
    if not isinstance(known, Entra) or not entra.is_one(secret):
        return None
    try:
        return known.token(secret, here.now())
    except TokenError as error:
        LOG.info("a token of Microsoft Entra was refused: %s", error)
        return None
    except ProviderError as error:
        LOG.error("Microsoft Entra: %s", error)
        raise HTTPException(503, headers={"Retry-After": RETRY_AFTER, "Connection": "close"}) from None


def _denied(status: int, why: str) -> HTTPException:
    """RFC 6750 section 3. The rest of a body is not waited for."""
    told = 'Bearer realm="Vigie"' + (f", {why}" if why else "")
    return HTTPException(status, headers={"WWW-Authenticate": told, "Connection": "close"})


Checks = Annotated[Token, Depends(Needs(Use.CHECK))]
Reports = Annotated[Token, Depends(Needs(Use.REPORT))]
AsksRecords = Annotated[Token, Depends(Needs(Use.RECORDS))]
SCHEME: Final = Depends(_SCHEME)
"""For the description of the API: how a token is given."""
