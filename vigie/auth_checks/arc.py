"""ARC (RFC 8617): is the chain intact, who sealed it, and what the first of them saw.

A hint about forwarding, and only where the admin lists every sealer; it never proves an author (S-42).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

import dkim
import nacl.exceptions

from vigie.auth_checks.authres import MethodResult, parse
from vigie.auth_checks.keys import KeyRefusal, fetch_key
from vigie.auth_checks.letter import Letter, plain_name
from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver
from vigie.auth_checks.signature import DOMAIN, SELECTOR
from vigie.auth_checks.types import ArcResult, Status

FIELDS = frozenset({"arc-seal", "arc-message-signature", "arc-authentication-results"})
MAX_SETS = 10
"""RFC 8617 section 4.2.1 allows fifty; nobody forwards that often (S-42)."""
MAX_FIELD = 16_384
MAX_BODY = 10 * 1024 * 1024
"""Times the number of sets: dkimpy canonicalizes the body anew for each, and ten sets over 5 MB cost eight seconds (X-16)."""
MAX_STEPS = 2_000_000
"""dkimpy looks for each name in h= among all fields: 800 KB of header cost four seconds (X-04)."""
MAX_BLANKS = 2_000
"""dkimpy's relaxed body canonicalization is quadratic in the longest run of blanks (S-49)."""
MAX_SAID = 200
MAX_SAID_RESULTS = 6
INSTANCE = re.compile(rb"\s*i\s*=\s*1\s*;")
NAMED_BY = {"dkim": "header.d", "dmarc": "header.from", "spf": "smtp.mailfrom"}
"""The property that names whom a result is about (RFC 8601 section 2.7); a result without it says nothing."""

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


def check_arc(letter: Letter, resolver: Resolver, trusted: Sequence[str] = ()) -> ArcResult:
    """The state of the chain. Never raises; no chain is `none`. `trusted`: the d= of sealers that the admin lists."""
    fields = [(name, value) for name, value in letter.fields if plain_name(name) in FIELDS]
    if not fields:
        return ArcResult(Status.NONE, "no ARC set")
    refusal = _refusal(letter, fields)
    if refusal:
        return ArcResult(Status.PERMERROR, refusal)
    return _verified(letter, resolver, frozenset(name.strip().lower().removesuffix(".") for name in trusted))


def _refusal(letter: Letter, fields: list[tuple[bytes, bytes]]) -> str:
    """Why the chain is not even looked at; "" when it is."""
    if len(fields) > 3 * MAX_SETS:
        return f"more than {MAX_SETS} ARC sets"
    if any(len(value) > MAX_FIELD or re.search(rb"\s{200}", value) for _, value in fields):
        return "an ARC field is too long or mostly white space"
    if sum(value.count(b":") for _, value in fields) * len(letter.fields) > MAX_STEPS:
        return "too many header fields, and too many of them sealed"
    if len(letter.body) * max(1, len(fields) // 3) > MAX_BODY or re.search(rb"[ \t]{%d}" % MAX_BLANKS, letter.body):
        return "the body is too long, or has too long a run of blanks, to be canonicalized"
    return ""


def _verified(letter: Letter, resolver: Resolver, trusted: frozenset[str]) -> ArcResult:
    chain = dkim.ARC(None, logger=QUIET)
    chain.headers = [[name.rstrip(), value] for name, value in letter.fields]
    chain.body = letter.body

    def ask(name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG001 - dkimpy's signature
        return _key_record(name.removesuffix(b"."), resolver)

    try:
        status, sets, reason = chain.verify(dnsfunc=ask)
    except DnsFault as fault:
        return ArcResult(Status.TEMPERROR, f"{fault.name}: {fault.reason}")
    except LIBRARY_ERRORS as exc:
        return ArcResult(Status.PERMERROR, f"the chain cannot be evaluated ({type(exc).__name__})")
    if status != dkim.CV_Pass:
        return ArcResult(Status.FAIL, _why(str(reason)))
    # dkimpy gives the newest set first.
    sealers = tuple(_host(one["as-domain"]) for one in reversed(sets))
    listed = all(sealer in trusted for sealer in sealers)
    said, signed_by = _said(sets[-1]["aar-value"]) if listed else ("", "")
    return ArcResult(
        Status.PASS,
        f"{len(sets)} ARC sets, all intact" if len(sets) > 1 else "1 ARC set, intact",
        sealer=sealers[-1],
        sealers=sealers,
        listed=listed,
        said=said,
        signed_by=signed_by,
    )


def _key_record(name: bytes, resolver: Resolver) -> bytes | None:
    """The key record as dkimpy reads it; None where there is none that a DKIM signature could be verified with either."""
    selector, mark, domain = name.partition(b"._domainkey.")
    if not mark or DOMAIN.fullmatch(domain) is None or SELECTOR.fullmatch(selector) is None:
        return None
    try:
        # Its bounds first: a key is the sealer's own choice, and dkimpy computes with whatever it is given.
        fetch_key(selector.decode("ascii"), domain.decode("ascii"), "rsa", resolver)
        texts = resolver.txt(name.decode("ascii"))
    except (KeyRefusal, NoSuchName):
        return None
    return next((text for text in texts if b"p=" in text), None)


def _said(aar: bytes) -> tuple[str, str]:
    """What the first sealer saw (RFC 8617 section 4.1.1), in one bounded line, and the domain whose signature passed there."""
    found = INSTANCE.match(aar)
    try:
        results = parse(aar[found.end() :].decode("utf-8", "replace")).results if found else ()
    except ValueError:  # it breaks the grammar: nothing was said
        results = ()
    told = [(result, domain) for result in results if (domain := _about(result))][:MAX_SAID_RESULTS]
    lines = [f"{result.method}={result.result} {NAMED_BY[result.method]}={domain}" for result, domain in told]
    passed = [domain for result, domain in told if (result.method, result.result) == ("dkim", "pass")]
    authors = [domain for result, domain in told if (result.method, result.result) == ("dmarc", "pass")]
    ours = [name for name in passed if any(f".{author}".endswith(f".{name}") for author in authors)]
    while len(", ".join(lines)) > MAX_SAID:
        lines.pop()
    return ", ".join(lines), next(iter((*ours, *passed)), "")


def _about(result: MethodResult) -> str:
    """The domain that a result of dkim, dmarc or spf names; "" for others, and for words and names that are none."""
    if result.method not in NAMED_BY or result.result not in set(Status):
        return ""
    value = result.properties.get(NAMED_BY[result.method], "")
    if not value and result.method == "dkim":
        value = result.properties.get("header.i", "")
    return _host(value.strip("<>").rpartition("@")[2].encode("ascii", "replace"))


def _host(name: bytes) -> str:
    return name.decode("ascii").lower() if DOMAIN.fullmatch(name) else ""


def _why(reason: str) -> str:
    """The reason in words of ours: those of dkimpy hold bytes of the mail."""
    number = found[0] if (found := re.search(r"\d{1,2}", reason)) else "?"
    if re.match("Most recent", reason):
        return "the newest ARC-Message-Signature does not verify"
    if re.match(r"ARC-Seal\[\d+\] did not", reason):
        return f"the ARC-Seal of set {number} does not verify"
    if re.match(r"ARC-Seal\[\d+\] reported failure", reason):
        return f"the ARC-Seal of set {number} says that the chain had failed before"
    if re.match(r"ARC-Seal\[", reason):
        return f"the ARC-Seal of set {number} carries a cv= that cannot be"
    if re.match("Incomplete|Duplicate", reason):
        return f"the ARC set {number} is not one field of each kind"
    return "an ARC field is malformed"
