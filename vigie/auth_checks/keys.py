"""A DKIM public key as the DNS gives it (RFC 6376 section 3.6.1), with the restrictions that dkimpy does not enforce."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import dkim
import nacl.exceptions
import nacl.signing
from dkim.crypto import UnparsableKeyError, parse_public_key

from vigie.auth_checks.resolver import NoSuchName, Resolver
from vigie.auth_checks.tags import TagError, parse_tags

MIN_RSA_BITS = 1024
WEAK_RSA_BITS = 2048
"""RFC 8301 section 3.2: shorter than 1024 must not be used, 2048 should be."""
MAX_RSA_BITS = 8192
MAX_EXPONENT_BITS = 64
"""A key is the signer's own choice: an enormous one must not buy minutes of our processor (X-16)."""
MAX_RECORD = 8192
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""DigestInfo of SHA-256 (RFC 8017 section 9.2, note 1)."""

UNREADABLE = (
    *(UnparsableKeyError, dkim.DKIMException, ValueError, IndexError, KeyError, TypeError, RecursionError),
    *(AssertionError, AttributeError, ArithmeticError),
)
"""What dkimpy raises over a key that is none; its ASN.1 reader asserts. A stranger's key must not stop the examination."""

RsaNumbers = tuple[int, int]
"""Modulus and public exponent."""


class KeyRefusal(Exception):  # noqa: N818 - an outcome about the mail, turned into a status by the caller
    """The key cannot be used; `missing`: the name server answered that there is none (any more)."""

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A usable key."""

    kind: str
    """rsa or ed25519."""
    bits: int
    material: RsaNumbers | nacl.signing.VerifyKey
    testing: bool
    """t=y (RFC 6376 section 3.6.1)."""
    same_domain_only: bool
    """t=s: i= must not lie below d=."""

    def verifies(self, digest: bytes, signature: bytes) -> bool:
        """The signature is this key's, over that SHA-256 digest."""
        if isinstance(self.material, nacl.signing.VerifyKey):
            return _ed25519_verifies(self.material, digest, signature)
        modulus, exponent = self.material
        size = (modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= modulus:
            # RFC 8017 section 8.2.2 step 1 and 5.2.2: s + n would verify as well, and be another signature (S-43).
            return False
        padding = size - len(SHA256_INFO) - len(digest) - 3
        encoded = b"\x00\x01" + b"\xff" * padding + b"\x00" + SHA256_INFO + digest
        return pow(number, exponent, modulus).to_bytes(size, "big") == encoded


def fetch_key(selector: str, domain: str, algorithm: str, resolver: Resolver) -> PublicKey:
    """The key of that selector for that algorithm (`rsa`, `ed25519`). Raises KeyRefusal, DnsFault."""
    name = f"{selector}._domainkey.{domain}"
    try:
        texts = resolver.txt(name)
    except NoSuchName:
        raise KeyRefusal(f"no key: {name} does not exist", missing=True) from None
    records = [tags for text in texts if (tags := _tags(text)) is not None]
    if not records:
        raise KeyRefusal(f"no key at {name}", missing=True)
    if len(records) > 1:
        # RFC 6376 section 3.6.2.2 leaves several records undefined; choosing one would let the DNS's order decide.
        raise KeyRefusal(f"several keys at {name}")
    return _usable(records[0], algorithm)


def _tags(text: bytes) -> dict[str, bytes] | None:
    """The tags of a key record; None for text that is none (a stray TXT record hides no key)."""
    if len(text) > MAX_RECORD:
        return None
    try:
        tags = parse_tags(text)
    except TagError:
        return None
    return tags if "p" in tags else None


def _usable(tags: dict[str, bytes], algorithm: str) -> PublicKey:
    if tags.get("v", b"DKIM1") != b"DKIM1":
        raise KeyRefusal("the key record's v= is not DKIM1")
    if not tags["p"]:
        raise KeyRefusal("the key is revoked (empty p=)", missing=True)
    kind = tags.get("k", b"rsa").decode("ascii", "replace").lower()
    if kind != algorithm:
        raise KeyRefusal(f"the key is for k={_word(kind)}, the signature for {algorithm}")
    if "h" in tags and b"sha256" not in _words(tags["h"]):
        raise KeyRefusal("the key does not allow sha256 (h=)")
    if "s" in tags and not _words(tags["s"]) & {b"*", b"email"}:
        raise KeyRefusal("the key is not for e-mail (s=)")
    flags = _words(tags.get("t", b""))
    bits: int
    material: RsaNumbers | nacl.signing.VerifyKey
    bits, material = _rsa(tags["p"]) if kind == "rsa" else _ed25519(tags["p"])
    return PublicKey(kind, bits, material, testing=b"y" in flags, same_domain_only=b"s" in flags)


def _rsa(encoded: bytes) -> tuple[int, RsaNumbers]:
    try:
        key = parse_public_key(_decoded(encoded))
        modulus, exponent = int(key["modulus"]), int(key["publicExponent"])
    except UNREADABLE:
        raise KeyRefusal("the RSA key cannot be read") from None
    bits = modulus.bit_length()
    if bits < MIN_RSA_BITS:
        raise KeyRefusal(f"the RSA key has {bits} bits, fewer than 1024 (RFC 8301 section 3.2)")
    if bits > MAX_RSA_BITS or not 1 < exponent < 1 << MAX_EXPONENT_BITS:
        raise KeyRefusal("the RSA key is out of bounds")
    return bits, (modulus, exponent)


def _ed25519(encoded: bytes) -> tuple[int, nacl.signing.VerifyKey]:
    try:
        return 256, nacl.signing.VerifyKey(_decoded(encoded))
    except (ValueError, TypeError, nacl.exceptions.CryptoError):
        raise KeyRefusal("the Ed25519 key cannot be read") from None


def _ed25519_verifies(key: nacl.signing.VerifyKey, digest: bytes, signature: bytes) -> bool:
    try:
        key.verify(digest, signature)
    except (ValueError, TypeError, nacl.exceptions.CryptoError):
        return False
    return True


def _decoded(encoded: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(encoded.split()), validate=True)
    except binascii.Error:
        raise KeyRefusal("the key is not valid base64") from None


def _words(value: bytes) -> frozenset[bytes]:
    return frozenset(word.strip().lower() for word in value.split(b":"))


def _word(text: str) -> str:
    return "".join(char for char in text[:20] if char.isalnum() or char == "-")
