"""ARC (RFC 8617): is the chain intact, and who sealed it last. A hint about forwarding; it never proves an author (S-42)."""

from __future__ import annotations

import logging
import re

import dkim
import nacl.exceptions

from vigie.auth_checks.letter import Letter, plain_name
from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver
from vigie.auth_checks.signature import DOMAIN
from vigie.auth_checks.types import ArcResult, Status

FIELDS = frozenset({"arc-seal", "arc-message-signature", "arc-authentication-results"})
MAX_SETS = 10
"""RFC 8617 section 4.2.1 allows fifty; nobody forwards that often (S-42)."""
MAX_FIELD = 16_384
MAX_BODY = 10 * 1024 * 1024
MAX_BLANKS = 2_000
"""dkimpy's relaxed body canonicalization is quadratic in the longest run of blanks (S-49)."""
MAX_KEY_RECORD = 4_096

# What dkimpy and PyNaCl were seen to raise, or could by their source, on hostile signatures and keys.
LIBRARY_ERRORS = (
    dkim.DKIMException,
    nacl.exceptions.CryptoError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)


QUIET = logging.getLogger("vigie.auth_checks.dkimpy")
"""dkimpy logs header fields and keys; logs carry no mail content (house: "Style")."""
QUIET.setLevel(logging.CRITICAL + 1)


def check_arc(letter: Letter, resolver: Resolver) -> ArcResult:
    """The state of the chain. Never raises; no chain is `none`."""
    fields = [(name, value) for name, value in letter.fields if plain_name(name) in FIELDS]
    if not fields:
        return ArcResult(Status.NONE, "no ARC set")
    refusal = _refusal(letter, fields)
    if refusal:
        return ArcResult(Status.PERMERROR, refusal)
    return _verified(letter, resolver)


def _refusal(letter: Letter, fields: list[tuple[bytes, bytes]]) -> str:
    """Why the chain is not even looked at; "" when it is."""
    if len(fields) > 3 * MAX_SETS:
        return f"more than {MAX_SETS} ARC sets"
    if any(len(value) > MAX_FIELD or re.search(rb"\s{200}", value) for _, value in fields):
        return "an ARC field is too long or mostly white space"
    if len(letter.body) > MAX_BODY or re.search(rb"[ \t]{%d}" % MAX_BLANKS, letter.body):
        return "the body is too long, or has too long a run of blanks, to be canonicalized"
    return ""


def _verified(letter: Letter, resolver: Resolver) -> ArcResult:
    chain = dkim.ARC(None, logger=QUIET)
    chain.headers = [[name.rstrip(), value] for name, value in letter.fields]
    chain.body = letter.body

    def ask(name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
        host = name.removesuffix(b".")
        if DOMAIN.fullmatch(host.replace(b"_", b"x")) is None:
            return None
        try:
            texts = resolver.txt(host.decode("ascii"))
        except NoSuchName:
            return None
        return texts[0] if len(texts) == 1 and len(texts[0]) <= MAX_KEY_RECORD else None

    try:
        status, sets, reason = chain.verify(dnsfunc=ask)
    except DnsFault as fault:
        return ArcResult(Status.TEMPERROR, f"{fault.name}: {fault.reason}")
    except LIBRARY_ERRORS as exc:
        return ArcResult(Status.PERMERROR, f"the chain cannot be evaluated ({type(exc).__name__})")
    if status != dkim.CV_Pass:
        return ArcResult(Status.FAIL, _plain(str(reason)))
    sealer = sets[0].get("as-domain", b"") if sets else b""
    named = sealer.decode("ascii").lower() if DOMAIN.fullmatch(sealer) else ""
    return ArcResult(Status.PASS, f"{len(sets)} ARC sets, all intact", named)


def _plain(text: str) -> str:
    return "".join(char for char in text[:160] if char.isprintable())
