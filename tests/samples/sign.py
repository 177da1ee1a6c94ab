"""Signs the sample mails with the test keys of tests/keys, and signs them again after they were edited.

    python -m tests.samples.sign check FILE...     what dkimpy alone says, against the zone beside the file
    python -m tests.samples.sign again FILE...     replaces every signature that has a test key, with its own tags
    python -m tests.samples.sign add FILE --domain D --selector S [--time T]

Mails whose signature is broken on purpose (`dkim` in expected.json or mails.toml says so) are left alone.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dkim
import nacl.encoding
import nacl.signing
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from dkim.crypto import parse_pem_private_key

KEYS = Path(__file__).resolve().parent.parent / "keys"
DEMO = Path(__file__).resolve().parents[2] / "vigie" / "cli" / "demo_mails"
BRAND, OTHERS, ED25519, SHORT = (KEYS / f"TEST-ONLY-{name}.key" for name in ("brand", "others", "ed25519", "short"))

# What a careful mailer signs, where it is present (RFC 6376 section 5.4.1) ...
SIGNED = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding", "list-id", "list-unsubscribe",
    "list-unsubscribe-post", "list-post", "list-help",
)  # fmt: skip
# ... and once more than it is present, so that nobody can add one (RFC 6376 section 8.15).
SEALED = ("from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type")


@cache
def public_record(key: Path) -> str:
    """The DKIM key record (RFC 6376 section 3.6.1) of a test key."""
    if key == ED25519:
        signing = nacl.signing.SigningKey(key.read_bytes(), encoder=nacl.encoding.Base64Encoder)
        return "v=DKIM1; k=ed25519; p=" + signing.verify_key.encode(encoder=nacl.encoding.Base64Encoder).decode()
    parts = parse_pem_private_key(key.read_bytes())
    numbers = _integer(parts["modulus"]) + _integer(parts["publicExponent"])
    inner = b"\x30" + _length(len(numbers)) + numbers
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    outer = algorithm + b"\x03" + _length(len(inner) + 1) + b"\x00" + inner
    return "v=DKIM1; k=rsa; p=" + base64.b64encode(b"\x30" + _length(len(outer)) + outer).decode()


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def _integer(value: int) -> bytes:
    octets = value.to_bytes(value.bit_length() // 8 + 1, "big")
    return b"\x02" + _length(len(octets)) + octets


def key_for(domain: str, selector: str, txt: Mapping[str, Any]) -> Path:
    """The private half of what the zone publishes; where it publishes nothing, the one that the domain would use."""
    published = "".join(txt.get(f"{selector}._domainkey.{domain}", ()))
    for key in (BRAND, OTHERS, ED25519, SHORT):
        if published and public_record(key).rpartition("p=")[2] in published:
            return key
    return BRAND if domain.endswith("ameli.fr") else OTHERS


@cache
def _private(key: Path) -> rsa.RSAPrivateKey:
    """For OpenSSL, which signs in a tenth of the time that dkimpy's own arithmetic takes; the signature is the same."""
    read = load_pem_private_key(key.read_bytes(), None)
    assert isinstance(read, rsa.RSAPrivateKey)
    return read


def signature(
    raw: bytes,
    domain: str,
    selector: str,
    key: Path,
    time: int,
    *,
    fields: Iterable[str] = (),
    length: bool = False,
    canonical: bytes = b"relaxed",
) -> bytes:
    """One DKIM-Signature field with its line end; the same bytes each time (PKCS #1 v1.5 and Ed25519 draw no lots)."""
    signer = dkim.DKIM(raw, signature_algorithm=b"ed25519-sha256" if key == ED25519 else b"rsa-sha256")
    present = [name.decode("latin-1").lower() for name, _ in signer.headers]
    chosen = list(fields) or [*(name for name in present if name in SIGNED), *SEALED]
    clock, rsa_by_hand = dkim.time, dkim.RSASSA_PKCS1_v1_5_sign
    dkim.time = SimpleNamespace(time=lambda: time)
    if key != ED25519:
        dkim.RSASSA_PKCS1_v1_5_sign = lambda digest, _: _private(key).sign(
            digest.digest(), padding.PKCS1v15(), utils.Prehashed(SHA256())
        )
    try:
        field = signer.sign(
            selector.encode(),
            domain.encode(),
            key.read_bytes().strip(),
            canonicalize=(canonical, canonical),
            include_headers=[name.encode() for name in chosen],
            length=length,
        )
    finally:
        dkim.time, dkim.RSASSA_PKCS1_v1_5_sign = clock, rsa_by_hand
    return bytes(field)


def verdicts(raw: bytes, zone: Mapping[str, Any]) -> list[str]:
    """What dkimpy alone says of every signature, top down: pass, fail, or temperror where the zone has a fault."""
    txt, faulty = zone.get("txt", {}), set(zone.get("fail", ()))
    asked: list[str] = []

    def ask(name: bytes, timeout: float = 5) -> bytes | None:
        plain = name.decode("ascii", "replace").rstrip(".")
        asked.append(plain)
        return "".join(txt[plain]).encode() if plain in txt else None

    try:
        verifier = dkim.DKIM(raw)
    except dkim.DKIMException:
        return []
    found = []
    for index in range(sum(name.lower() == b"dkim-signature" for name, _ in verifier.headers)):
        asked.clear()
        try:
            passed = bool(dkim.DKIM(raw).verify(idx=index, dnsfunc=ask))
        except dkim.DKIMException:
            passed = False
        found.append("pass" if passed else "temperror" if faulty & set(asked) else "fail")
    return found


def again(raw: bytes, txt: Mapping[str, Any]) -> bytes:
    """The message with every signature renewed in its place, lowest first: its d=, s=, t= and h= stay. One with l= is left alone."""
    positions = [item.span() for item in re.finditer(rb"(?im)^DKIM-Signature:[^\n]*\n(?:[ \t][^\n]*\n)*", head(raw))]
    for start, end in reversed(positions):
        tags = dict(
            part.strip().split("=", 1) for part in raw[start + 15 : end].decode("latin-1").split(";") if "=" in part
        )
        if "l" in tags:
            continue  # what stands behind the signed part was put there on purpose (S-21)
        domain, selector = tags["d"].strip(), tags["s"].strip()
        below = raw[:start] + raw[end:]
        fields = re.split(r"\s*:\s*", tags["h"].strip())
        key = ED25519 if tags["a"].strip().startswith("ed25519") else key_for(domain, selector, txt)
        new = signature(below, domain, selector, key, int(tags["t"]), fields=fields)
        raw = raw[:start] + new + raw[end:]
    return raw


def head(raw: bytes) -> bytes:
    """The header block, with the line end of its last field."""
    end = raw.find(b"\r\n\r\n")
    return raw if end < 0 else raw[: end + 2]


def zone_of(path: Path) -> dict[str, Any]:
    """The zone that a sample is judged with: dns.toml beside it, or the demo's."""
    beside = path.parent / "dns.toml"
    return tomllib.loads((beside if beside.exists() else DEMO / "zone.toml").read_text(encoding="utf-8"))


def expected_dkim(path: Path) -> list[str] | None:
    """What expected.json or mails.toml says about the signatures of this file; None where neither knows it."""
    beside = path.parent / "expected.json"
    if beside.exists():
        return list(json.loads(beside.read_text(encoding="utf-8"))["dkim"])
    index = path.parent / "mails.toml"
    listed = tomllib.loads(index.read_text(encoding="utf-8"))["mail"] if index.exists() else []
    return next((list(item["dkim"]) for item in listed if item["file"] == path.name), None)


def digest(raw: bytes) -> str:
    """The first hex digits of the SHA-256, to see at a glance whether a file changed."""
    return hashlib.sha256(raw).hexdigest()[:12]


def main(arguments: list[str]) -> int:
    """0 when every file is as its index says; 1 otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("check", "again", "add"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--domain", default="info.ameli.fr")
    parser.add_argument("--selector", default="demo2026")
    parser.add_argument("--time", type=int, default=1795000000)
    options = parser.parse_args(arguments)
    wrong = 0
    for path in options.files:
        raw, zone = path.read_bytes(), zone_of(path)
        txt = zone.get("txt", {})
        expected = expected_dkim(path)
        if options.what == "again" and set(expected or ()) <= {"pass", "temperror"}:
            path.write_bytes(again(raw, txt))
        elif options.what == "add":
            key = key_for(options.domain, options.selector, txt)
            path.write_bytes(signature(raw, options.domain, options.selector, key, options.time) + raw)
        found = verdicts(path.read_bytes(), zone)
        fine = expected is None or found == expected
        wrong += not fine
        print(f"{path}: {digest(raw)} -> {digest(path.read_bytes())}, {found or 'no signature'}", end="")
        print("" if fine else f", expected {expected}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
