"""What an identity provider answers. Unknown keys are left out (RFC 6749 section 5.1)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

__all__ = ["Answer", "Discovered", "Keys", "Refusal", "Tokens", "ValidationError"]

Url = Annotated[str, Field(pattern=r"^https://[\x21-\x7e]+$", max_length=2048)]
Words = Annotated[str, Field(max_length=2048)]


class Answer(BaseModel):
    """Base of all of them; a value is never repeated in an error."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Discovered(Answer):
    """OpenID Connect Discovery 1.0 section 3."""

    issuer: Words
    authorization_endpoint: Url
    token_endpoint: Url
    jwks_uri: Url
    token_endpoint_auth_methods_supported: tuple[Words, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False
    """RFC 9207: it says in its answer who it is."""


class Keys(Answer):
    """RFC 7517 section 5."""

    keys: Annotated[tuple[dict[str, Any], ...], Field(max_length=100)]


class Tokens(Answer):
    """OpenID Connect Core 1.0 section 3.1.3.3. The access token is not used: nobody is asked anything with it."""

    id_token: Annotated[SecretStr, Field(min_length=1, max_length=32 * 1024)]
    token_type: Words = ""


class Refusal(Answer):
    """RFC 6749 section 5.2."""

    error: Annotated[str, Field(max_length=100)]
