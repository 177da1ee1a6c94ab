"""Letters for these tests: a genuine mail of an invented health fund, signed at test time with a test key."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import dkim
import nacl.signing

from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import AuthEvidence
from vigie.message.parse import parse

KEYS = Path(__file__).parents[1] / "keys"
AUTHOR = "info.caisse.example"
SIGNED = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Reply-To",
    "Sender",
    "Cc",
)
SIGNED_AT = datetime(2026, 11, 20, 9, 59, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

PLAIN = b"""\
From: Votre caisse <lettre@info.caisse.example>\r
To: claire@dest.example\r
Subject: Information de paiement\r
Date: Fri, 20 Nov 2026 09:59:00 +0000\r
Message-ID: <1@info.caisse.example>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
Bonjour,\r
\r
Vous avez un nouveau message.\r
"""


@cache
def private_key(name: str = "brand") -> bytes:
    return (KEYS / f"TEST-ONLY-{name}.key").read_bytes()


@cache
def public_key(name: str = "brand") -> str:
    """The value of p= for that key."""
    if name == "ed25519":
        seed = nacl.signing.SigningKey(base64.b64decode(private_key(name)))
        return base64.b64encode(bytes(seed.verify_key)).decode()
    der = subprocess.run(
        ("openssl", "rsa", "-pubout", "-outform", "DER"), input=private_key(name), capture_output=True, check=True
    ).stdout
    return base64.b64encode(der).decode()


@cache
def rsa_key(bits: int) -> bytes:
    """A fresh RSA key of that size, PEM."""
    done = subprocess.run(("openssl", "genrsa", "-traditional", str(bits)), capture_output=True, check=True)
    return done.stdout


def public_of(pem: bytes) -> str:
    der = subprocess.run(
        ("openssl", "rsa", "-pubout", "-outform", "DER"), input=pem, capture_output=True, check=True
    ).stdout
    return base64.b64encode(der).decode()


def key_record(name: str = "brand", extra: str = "") -> str:
    kind = "ed25519" if name == "ed25519" else "rsa"
    return f"v=DKIM1; k={kind}; {extra}p={public_key(name)}"


def zone(**changes: object) -> dict[str, object]:
    """DNS of the invented fund: its key, its DMARC record; `txt` adds or replaces names (None removes one)."""
    txt: dict[str, object] = {
        f"sel._domainkey.{AUTHOR}": [key_record()],
        "sel._domainkey.caisse.example": [key_record()],
        f"ed._domainkey.{AUTHOR}": [key_record("ed25519")],
        "sel._domainkey.voleur.example": [key_record("others")],
        "_dmarc.caisse.example": ["v=DMARC1; p=reject"],
        AUTHOR: ["v=spf1 ip4:192.0.2.1 -all"],
        "voleur.example": ["v=spf1 ip4:198.51.100.7 -all"],
    }
    added = changes.pop("txt", {})
    assert isinstance(added, dict)
    txt.update(added)
    return {"txt": {name: value for name, value in txt.items() if value is not None}, **changes}


def sign(
    raw: bytes = PLAIN,
    *,
    domain: str = AUTHOR,
    selector: str = "sel",
    key: str | bytes = "brand",
    headers: Sequence[str] | None = None,
    length: bool = False,
    algorithm: str = "rsa-sha256",
    identity: str | None = None,
    canonicalize: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
) -> bytes:
    """The message with a DKIM-Signature on top, over those of the headers that are present."""
    letter = dkim.DKIM(raw)
    clock = dkim.time
    if headers is None:
        present = {name.decode().lower() for name, _ in letter.headers}
        headers = [name for name in SIGNED if name.lower() in present]
    dkim.time = SimpleNamespace(time=SIGNED_AT.timestamp)  # t= is dkimpy's own clock
    try:
        field = letter.sign(
            selector.encode(),
            domain.encode(),
            key if isinstance(key, bytes) else private_key(key),
            signature_algorithm=algorithm.encode(),
            identity=identity.encode() if identity else None,
            canonicalize=canonicalize,
            include_headers=[name.encode() for name in headers],
            length=length,
        )
    finally:
        dkim.time = clock
    return bytes(field) + raw


def evidence(
    raw: bytes,
    zone_data: dict[str, object] | None = None,
    trust: TrustSettings | None = None,
    received: datetime | None = RECEIVED,
    now: datetime = NOW,
) -> AuthEvidence:
    resolver = ZoneResolver(zone() if zone_data is None else zone_data).session()
    return authenticate(parse(raw), resolver, trust or TrustSettings(), received=received, now=now)
