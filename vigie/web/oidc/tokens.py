"""An ID token -> who that is, or why it proves nothing (OpenID Connect Core 1.0 section 3.1.3.7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import jwt

from vigie.web.oidc.faults import TokenError

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair. Never "none", and no HMAC: with it a public key would be the secret (RFC 8725 section 3.1)."""
KINDS: Final[Mapping[str, str]] = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
LEEWAY: Final = timedelta(seconds=60)
OLDEST: Final = timedelta(minutes=10)
"""A token of our own sign-in was made a moment ago."""
LEAST_RSA_BITS: Final = 2048
LONGEST_SUBJECT: Final = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token has to say."""

    issuer: str
    client_id: str
    nonce: str
    now: datetime


def claims(token: str, keys: Sequence[Mapping[str, Any]], expected: Expected) -> Mapping[str, Any]:
    """What a token says that is proven in every point. Raises TokenError; UnknownKeyError where the key is not among them."""
    told = signed(token, keys)
    _check(told, expected)
    return told


def signed(token: str, keys: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What a token says that one of these keys has signed; whom it is for and until when is looked at nowhere here. Raises as `claims`."""
    header = _header(token)
    key = _key(header, keys)
    try:
        told: Mapping[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=[header["alg"]],
            # What needs a clock or is about us is looked at below, with the site's clock and in words of our own.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise TokenError(f"its signature does not hold ({type(error).__name__})") from None
    return told


def in_time(told: Mapping[str, Any], now: datetime) -> None:
    """It has begun and is not over. Raises TokenError."""
    at, slack = now.timestamp(), LEEWAY.total_seconds()
    made, begins = _instant(told, "iat"), told.get("nbf")
    if at >= _instant(told, "exp") + slack:
        raise TokenError("it is over")
    if made > at + slack or (begins is not None and _instant(told, "nbf") > at + slack):
        raise TokenError("it is of the future")


class UnknownKeyError(TokenError):
    """It is signed with a key that the provider had not published when we looked."""


def _header(token: str) -> Mapping[str, Any]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise TokenError("it is no signed token") from None
    if header.get("alg") not in ALGORITHMS:
        raise TokenError("its algorithm is not one of ours")
    if "crit" in header or header.get("b64") is False:
        raise TokenError("it asks for something that is not known here")  # RFC 7515 section 4.1.11
    if header.get("typ", "JWT") not in ("JWT", "jwt"):
        raise TokenError("it is another kind of token")  # RFC 8725 section 3.11
    return header


def _key(header: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> jwt.PyJWK:
    """The published one: keys and addresses that the token itself brings along (jwk, jku, x5u) count for nothing."""
    kind = KINDS[header["alg"][:2]]
    usable = [
        key
        for key in keys
        if key.get("kty") == kind and key.get("use", "sig") == "sig" and key.get("alg", header["alg"]) == header["alg"]
    ]
    wanted = header.get("kid")
    fitting = [key for key in usable if key.get("kid") == wanted] if wanted is not None else usable
    if len(fitting) != 1:
        raise UnknownKeyError("its key is not one that the provider publishes")
    try:
        found = jwt.PyJWK(dict(fitting[0]), algorithm=header["alg"])
    except (jwt.PyJWTError, ValueError, TypeError):
        raise TokenError("the provider's key is not usable") from None
    if kind == "RSA" and getattr(found.key, "key_size", 0) < LEAST_RSA_BITS:
        raise TokenError("the provider's key is too short")
    return found


def _check(told: Mapping[str, Any], expected: Expected) -> None:
    if told.get("iss") != expected.issuer:
        raise TokenError("it is of another issuer")
    audience = told.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or expected.client_id not in audiences:
        raise TokenError("it is for another application")
    party = told.get("azp")
    if party != expected.client_id and (party is not None or len(audiences) > 1):
        raise TokenError("it was made for another application")  # azp: Core section 2
    if told.get("nonce") != expected.nonce:
        raise TokenError("it belongs to another sign-in")
    subject = told.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise TokenError("it does not say about whom it is")
    in_time(told, expected.now)
    if _instant(told, "iat") < (expected.now - OLDEST - LEEWAY).timestamp():
        raise TokenError("it is old")


def _instant(told: Mapping[str, Any], name: str) -> float:
    value = told.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e12:
        raise TokenError(f"its {name} is not an instant")
    return float(value)
