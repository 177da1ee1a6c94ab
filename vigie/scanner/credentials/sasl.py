"""How a token is shown to an IMAP server: OAUTHBEARER (RFC 7628), or XOAUTH2 as Google and Microsoft document it."""

from __future__ import annotations

import json
from typing import Final

MECHANISMS: Final = ("OAUTHBEARER", "XOAUTH2")
"""By preference: the standard first."""


def mechanism(announced: set[str]) -> str | None:
    """The one to take of those that CAPABILITY names (AUTH=...), None: the server takes no token."""
    return next((name for name in MECHANISMS if f"AUTH={name}" in announced), None)


class BearerAuth:
    """One exchange: called with each challenge it gives the response; `status` is the server's reason afterwards, "" if it gave none."""

    def __init__(self, mechanism: str, username: str, host: str, port: int, token: str) -> None:
        self._standard = mechanism == "OAUTHBEARER"
        if self._standard:
            # RFC 5801 section 4: "," and "=" mean something in this place
            name = username.replace("=", "=3D").replace(",", "=2C")
            text = f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"
        else:
            text = f"user={username}\x01auth=Bearer {token}\x01\x01"
        self.sent = text.encode()
        self._asked = 0
        self.status = ""

    def __call__(self, challenge: bytes) -> bytes | None:
        """The first challenge asks for the token; a second one says why it was refused, and wants to be acknowledged first."""
        self._asked += 1
        if self._asked == 1:
            return self.sent
        if self._asked > 2:
            return None  # imaplib sends "*": nothing more to say
        self.status = _status(challenge)
        return b"\x01" if self._standard else b""  # RFC 7628 section 3.2.3


def _status(challenge: bytes) -> str:
    """RFC 7628 section 3.2.2: "invalid_token", "insufficient_scope", or a number."""
    try:
        told = json.loads(challenge)
    except (ValueError, RecursionError):
        return ""
    status = told.get("status") if isinstance(told, dict) else None
    return status[:50] if isinstance(status, str) and status.isascii() and status.isprintable() else ""
