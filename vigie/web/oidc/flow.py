"""One sign-in at the provider, from our page and back. Everything secret of it follows from one cookie of this browser.

state, nonce and code_verifier are keyed hashes of 256 random bits, so nothing has to be remembered here, and an answer that
comes back into another browser fits nothing (RFC 9700 section 4.7).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from vigie.web.oidc.schemas import Discovered
from vigie.web.settings import OidcSettings

LASTS: Final = timedelta(minutes=10)
CALLBACK: Final = "/sign-in/provider/done"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that is under way in the browser that holds `secret` in its cookie."""

    secret: str
    way: str
    """Where it leads in the end: a path of ours."""

    @property
    def state(self) -> str:
        """What comes back: the way, and the proof that we have sent it from this browser."""
        way = base64.urlsafe_b64encode(self.way.encode()).decode().rstrip("=")
        return f"{self._derived(f'state {way}')}.{way}"

    @property
    def nonce(self) -> str:
        """What the ID token has to repeat."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """RFC 7636 section 4.1."""
        return self._derived("verifier")

    def address(self, found: Discovered, settings: OidcSettings, origin: str) -> str:
        """Where the browser is sent."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).decode().rstrip("=")
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": f"{origin}{CALLBACK}",
            "scope": " ".join(settings.scopes),
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in found.authorization_endpoint else "?"
        return f"{found.authorization_endpoint}{joint}{urlencode(asked)}"

    def _derived(self, what: str) -> str:
        digest = hmac.new(self.secret.encode(), f"vigie oidc {what}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def returned(secret: str, state: str) -> Flow | None:
    """The flow that came back; None where the state is not one that this browser was sent away with."""
    _, _, way = state.partition(".")
    try:
        path = base64.urlsafe_b64decode(way + "=" * (-len(way) % 4)).decode()
    except ValueError:
        return None
    flow = Flow(secret, path)
    return flow if hmac.compare_digest(flow.state.encode(), state.encode("utf-8", "surrogatepass")) else None
