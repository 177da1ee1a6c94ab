"""What can go wrong with an identity provider."""

from __future__ import annotations


class ProviderError(Exception):
    """It cannot be reached, or does not answer as it has to. The text is for the log: no token, no secret, nothing that it said."""

    def __init__(self, text: str, *, temporary: bool) -> None:
        super().__init__(text)
        self.temporary = temporary


class TokenError(Exception):
    """An ID token that proves nothing. The text says why, and holds no value of it."""
