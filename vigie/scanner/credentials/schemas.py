"""What an identity provider answers, and what we keep of it. Every value that opens something is a SecretStr: its repr is a mask."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

__all__ = ["Device", "Discovered", "Kept", "Refusal", "SecretStr", "Tokens", "ValidationError"]

Url = Annotated[str, Field(pattern=r"^https://[\x21-\x7e]+$", max_length=2048)]
Words = Annotated[str, Field(max_length=2048)]
Token = Annotated[SecretStr, Field(min_length=1, max_length=32 * 1024)]


def _seconds(value: object) -> object:
    """Some providers send the number as text, some with a fraction."""
    try:
        return int(float(value)) if isinstance(value, str | float) else value
    except (ValueError, OverflowError):  # no number, not a number, infinity: refused by the type
        return str(value)


Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0, le=10 * 365 * 86400)]


class Answer(BaseModel):
    """Unknown keys are left out (RFC 6749 section 5.1), whatever they are."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Discovered(Answer):
    """OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2: where to ask."""

    issuer: Words
    token_endpoint: Url
    authorization_endpoint: Url | None = None
    device_authorization_endpoint: Url | None = None
    revocation_endpoint: Url | None = None
    token_endpoint_auth_methods_supported: tuple[Words, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class Device(Answer):
    """RFC 8628 section 3.2."""

    device_code: Token
    user_code: Words
    verification_uri: Url
    verification_uri_complete: Url | None = None
    expires_in: Seconds
    interval: Seconds = 5


class Tokens(Answer):
    """RFC 6749 section 5.1."""

    access_token: Token
    token_type: Words
    expires_in: Seconds = 3600
    """Recommended, not required; an hour is what most give, and a refused token is asked for anew."""
    refresh_token: Token | None = None
    scope: Words = ""


class Refusal(Answer):
    """RFC 6749 section 5.2. `error_description` is shown to a person, cleaned and cut."""

    error: Annotated[str, Field(max_length=100)]
    error_description: str = ""


class Kept(Answer):
    """The file that tokens are kept in. They are sent to `token_endpoint` alone, for `client_id` alone."""

    token_endpoint: Url
    client_id: Words
    access_token: Token
    refresh_token: Token | None = None
    issued_at: int
    """Seconds since 1970."""
    expires_at: int
