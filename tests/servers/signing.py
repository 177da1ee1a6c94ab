"""ID tokens, and tokens of Microsoft Entra, signed with a key that was made for the test."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm


class Signing:
    """An RSA key and its public half as a JWK."""

    def __init__(self, kid: str = "one", bits: int = 2048) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(65537, bits)
        public: Any = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        self.public: dict[str, object] = public | {"kid": kid, "use": "sig", "alg": "RS256"}

    @property
    def pem(self) -> bytes:
        """The public half, as an HMAC's secret in the oldest trick there is."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def token(self, claims: Mapping[str, object], algorithm: str = "RS256", **header: object) -> str:
        """Signed; `header`: beside kid."""
        told = {"kid": self.kid} | header
        return jwt.encode(
            dict(claims), self.private, algorithm=algorithm, headers={k: v for k, v in told.items() if v is not None}
        )


def claims(issuer: str, tenant: str, client: str, **changes: object) -> dict[str, object]:
    """Of an access token as the Microsoft identity platform writes them, version 2.0; None leaves one out."""
    now = int(time.time())
    told: dict[str, object] = {
        "ver": "2.0", "iss": f"{issuer}/{tenant}/v2.0", "tid": tenant, "aud": client, "azp": client, "azpacr": "0",
        "scp": "openid access_as_user", "oid": "99999999-9999-9999-9999-999999999999", "sub": "x-y_z", "name": "Camille",
        "iat": now, "nbf": now, "exp": now + 3600, "uti": "u", "rh": "r",
    }  # fmt: skip
    return {key: value for key, value in (told | changes).items() if value is not None}


def part(value: object) -> str:
    """A part of a token (RFC 7515 section 3)."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def hmac_signed(key: bytes, claims: dict[str, object], **header: object) -> str:
    """By hand: pyjwt refuses to use a public key as a secret, an attacker does not."""
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': 'one'} | header)}.{part(claims)}"
    mac = base64.urlsafe_b64encode(hmac.new(key, signed.encode(), sha256).digest()).decode().rstrip("=")
    return f"{signed}.{mac}"


def swapped(key: Signing, claims: dict[str, object]) -> str:
    """Its claims exchanged after it was signed."""
    head, _, signature = key.token(claims).split(".")
    return f"{head}.{part(claims | {'sub': 'sub-boss'})}.{signature}"


Forge = Callable[[Signing, dict[str, object]], str]
