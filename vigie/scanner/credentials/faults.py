"""Why a secret could not be had."""

from __future__ import annotations


class SecretError(Exception):
    """No password or token for an account. One line for a person, never the secret itself.

    `temporary`: asking again later may help, and nobody was refused. `retry_after_s`: how long the provider asked us to wait.
    """

    def __init__(self, text: str, *, temporary: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.temporary = temporary
        self.retry_after_s = retry_after_s


class ProviderError(SecretError):
    """The identity provider refused or could not be asked. `code`: its error code (RFC 6749 section 5.2), "" where it sent none."""

    def __init__(self, text: str, *, code: str = "", temporary: bool, retry_after_s: float | None = None) -> None:
        super().__init__(text, temporary=temporary, retry_after_s=retry_after_s)
        self.code = code
