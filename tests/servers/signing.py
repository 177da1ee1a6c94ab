"""ID tokens, signed with a key that was made for the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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


Forge = Callable[[Signing, dict[str, object]], str]
