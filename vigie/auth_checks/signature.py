"""One DKIM-Signature field read strictly (RFC 6376 section 3.5): what is malformed or ambiguous is refused, not guessed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from vigie.auth_checks.letter import Field
from vigie.auth_checks.tags import TagError, parse_tags, unfolded
from vigie.auth_checks.types import DkimResult, Provenance, Status

MAX_FIELD = 16_384

LABEL = rb"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(LABEL + rb"(?:\." + LABEL + rb")+", re.IGNORECASE)
# Underscores are in use in selectors; nothing else outside LDH reaches the DNS (S-03, S-04).
SELECTOR = re.compile(rb"[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*", re.IGNORECASE)
HEADER_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]+")
DIGITS = re.compile(rb"[0-9]{1,12}")
BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
CANONICALIZATIONS = frozenset({b"simple", b"relaxed"})
ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519", "rsa-sha1": "rsa"}
"""a= with the kind of key that it takes (RFC 8463 section 3)."""


class _Malformed(Exception):  # noqa: N818 - an outcome about the mail, turned into a status at once
    """The signature field breaks RFC 6376: permerror."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM-Signature field, read and found well-formed."""

    field: Field
    tags: dict[str, bytes]
    algorithm: str
    domain: str
    selector: str
    signed: tuple[str, ...]
    """h=, lower-case, in order."""
    relaxed_header: bool
    relaxed_body: bool
    instant: int | None
    expires: int | None
    length: int | None

    @property
    def identity_domain(self) -> str:
        """The domain of i=, d= where there is none."""
        identity = self.tags.get("i", b"").decode("ascii", "replace").lower()
        return identity.rpartition("@")[2] or self.domain

    @property
    def identifier(self) -> str:
        """SHA-256, hexadecimal, of the decoded b=: white space in it, or in the field, changes nothing (S-43)."""
        return hashlib.sha256(decoded(self.tags["b"])).hexdigest()


def read_signature(field: Field) -> Signature | DkimResult:
    """The signature, or the permerror that its field earns."""
    try:
        tags = _tags_of(field[1])
    except _Malformed as fault:
        return DkimResult(Status.PERMERROR, "", "", Provenance.COMPUTED, str(fault))
    domain = tags.get("d", b"")
    selector = tags.get("s", b"")
    named = DOMAIN.fullmatch(domain) is not None and SELECTOR.fullmatch(selector) is not None and len(domain) <= 253
    try:
        if not named:
            raise _Malformed("d= or s= is no host name (S-03)")
        return _signature(field, tags)
    except _Malformed as fault:
        return DkimResult(
            Status.PERMERROR,
            domain.decode("ascii").lower() if named else "",
            selector.decode("ascii") if named else "",
            Provenance.COMPUTED,
            str(fault),
        )


def _tags_of(value: bytes) -> dict[str, bytes]:
    if len(value) > MAX_FIELD:
        raise _Malformed("the signature field is too long")
    try:
        tags = parse_tags(value)
    except TagError as fault:
        raise _Malformed(str(fault)) from None
    missing = [name for name in ("v", "a", "b", "bh", "d", "h", "s") if name not in tags]
    if missing:
        raise _Malformed(f"the tag {missing[0]}= is missing")
    return tags


def _signature(field: Field, tags: dict[str, bytes]) -> Signature:
    """RFC 6376 section 6.1.1, with the strictness that the threats ask for."""
    if tags["v"] != b"1":
        raise _Malformed("v= is not 1")
    if tags["a"].decode("latin-1").lower() not in ALGORITHMS:
        raise _Malformed("the algorithm is unknown")
    for name in ("b", "bh"):
        if BASE64.fullmatch(unfolded(tags[name])) is None:
            raise _Malformed(f"{name}= is not base64")
    header, slash, body = unfolded(tags.get("c", b"simple/simple")).lower().partition(b"/")
    if header not in CANONICALIZATIONS or (body if slash else b"simple") not in CANONICALIZATIONS:
        raise _Malformed("the canonicalization is unknown")
    if b"dns/txt" not in unfolded(tags.get("q", b"dns/txt")).lower().split(b":"):
        raise _Malformed("the key is not asked from the DNS (q=)")
    names = unfolded(tags["h"]).split(b":")
    if any(HEADER_NAME.fullmatch(name) is None for name in names):
        raise _Malformed("h= is no list of header fields")
    signature = Signature(
        field=field,
        tags=tags,
        algorithm=tags["a"].decode("ascii").lower(),
        domain=tags["d"].decode("ascii").lower(),
        selector=tags["s"].decode("ascii"),
        signed=tuple(name.decode("ascii").lower() for name in names),
        relaxed_header=header == b"relaxed",
        relaxed_body=body == b"relaxed",
        instant=_number(tags, "t"),
        expires=_number(tags, "x"),
        length=_number(tags, "l"),
    )
    if "from" not in signature.signed:
        raise _Malformed("the From field is not signed (RFC 6376 section 5.4)")
    if signature.expires is not None and signature.instant is not None and signature.expires < signature.instant:
        raise _Malformed("x= lies before t=")
    if "i" in tags and not f".{signature.identity_domain}".endswith(f".{signature.domain}"):
        raise _Malformed("i= does not lie in d=")
    return signature


def _number(tags: dict[str, bytes], name: str) -> int | None:
    if name not in tags:
        return None
    if DIGITS.fullmatch(tags[name]) is None:
        raise _Malformed(f"{name}= is no number")
    return int(tags[name])


def decoded(value: bytes) -> bytes:
    """The bytes of a base64 tag; none where it is not base64."""
    try:
        return base64.b64decode(unfolded(value), validate=True)
    except binascii.Error:
        return b""
