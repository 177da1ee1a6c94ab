"""DKIM (RFC 6376, 8301, 8463): every signature up to a cap, with what it covers and whether its time had come.

dkimpy reads the keys and is the oracle of the tests. The rest is ours: dkimpy accepts rsa-sha1, testing keys, control
characters in d=, appended bodies, duplicated fields and signatures of any length, judges x= by the clock of the scan, and
needs quadratic time (threats S-03, S-19..S-23, S-44..S-49).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from vigie.auth_checks.canonical import body_hash, canonical_body, header_hash
from vigie.auth_checks.coverage import uncovered
from vigie.auth_checks.footers import MAX_FOOTER, added_footer
from vigie.auth_checks.keys import WEAK_RSA_BITS, KeyRefusal, PublicKey, fetch_key
from vigie.auth_checks.letter import Letter, plain_name
from vigie.auth_checks.orgdomain import registrable
from vigie.auth_checks.resolver import DnsFault, Resolver
from vigie.auth_checks.signature import ALGORITHMS, Signature, decoded, read_signature
from vigie.auth_checks.subject_tag import untagged
from vigie.auth_checks.types import DkimResult, Provenance, Status

MAX_READ = 2_000
"""Signature fields whose tags are read, to find the aligned ones among them; a header with more fields is a structural defect."""
MAX_REPORTED = 10
MAX_VERIFIED = 5
"""Each one costs a DNS question and an RSA operation that the sender chooses (S-48)."""
UNVERIFIED = "not verified: more than five signatures"
OPEN_END = "the end of the body is not signed (l=)"
MAX_FOOTERS = 2
"""Signatures for which the body is tried without a list's footer."""
OWN = (0, 1)
"""Ranks of signatures that may align."""
LEEWAY_S = 36_000
"""dkimpy's own tolerance for clocks: ten hours."""


@dataclass(slots=True)
class _Scan:
    """One message while its signatures are looked at, with what several of them share."""

    letter: Letter
    tags: tuple[str, ...]
    """What our own gateway may have put before Subject."""
    resolver: Resolver
    received: datetime
    now: datetime
    footers_left: int = MAX_FOOTERS
    bodies: dict[bool, bytes] = field(default_factory=dict)
    """Canonical bodies, by relaxed."""

    def body(self, signature: Signature) -> bytes:
        relaxed = signature.relaxed_body
        if relaxed not in self.bodies:
            self.bodies[relaxed] = canonical_body(self.letter.body, relaxed=relaxed)
        return self.bodies[relaxed]


def check_dkim(
    letter: Letter,
    author_domain: str,
    resolver: Resolver,
    *,
    received: datetime,
    now: datetime,
    subject_tags: tuple[str, ...] = (),
) -> tuple[DkimResult, ...]:
    """One result a signature, topmost first; ten at most, the author's own domain preferred. Never raises.

    `received`: when our side got the message; `subject_tags`: what a gateway of ours puts before Subject.
    """
    readings = _readings(letter)
    ranked = sorted(range(len(readings)), key=lambda number: _rank(readings[number], author_domain))
    scan = _Scan(letter, subject_tags, resolver, received, now)
    results: dict[int, DkimResult] = {}
    verified = 0
    for number in ranked[:MAX_REPORTED]:
        reading = readings[number]
        if isinstance(reading, DkimResult):
            results[number] = reading
        elif verified < MAX_VERIFIED:
            verified += 1
            results[number] = _verify(reading, scan)
        else:
            # Our border may have gone by this very one: its word then proves no more than what is looked at here (S-19, S-48).
            results[number] = replace(_result(reading, Status.POLICY, UNVERIFIED), uncovered=(UNVERIFIED,))
    return tuple(results[number] for number in sorted(results))


def ask_for_own_keys(letter: Letter, author_domain: str, resolver: Resolver) -> None:
    """Asks for the keys of the author's own signatures, which check_dkim then finds answered. Never raises.

    So other questions of his sake can come before the keys of strangers, who may let all time run out (S-57).
    """
    ranked = sorted(_readings(letter), key=lambda reading: _rank(reading, author_domain))
    signatures = [reading for reading in ranked[:MAX_REPORTED] if isinstance(reading, Signature)]
    for signature in signatures[:MAX_VERIFIED]:
        if _rank(signature, author_domain) in OWN and signature.algorithm != "rsa-sha1":
            with suppress(DnsFault, KeyRefusal):
                fetch_key(signature.selector, signature.domain, ALGORITHMS[signature.algorithm], resolver)


def _readings(letter: Letter) -> list[Signature | DkimResult]:
    fields = [item for item in letter.fields if plain_name(item[0]) == "dkim-signature"]
    return [read_signature(item) for item in fields[:MAX_READ]]


def _rank(reading: Signature | DkimResult, author_domain: str) -> int:
    """Aligned signatures first, then those that may be: an attacker's fifty must not hide the one that counts (S-48)."""
    if not reading.domain:
        return 2
    if reading.domain == author_domain:
        return 0
    return 1 if registrable(reading.domain) == registrable(author_domain) else 3


def _verify(signature: Signature, scan: _Scan) -> DkimResult:
    """RFC 6376 section 6.1: key, header hash, body hash, then what it covers and whether its time has come."""
    if signature.algorithm == "rsa-sha1":
        found = _result(signature, Status.POLICY, "rsa-sha1 counts as unsigned (RFC 8301 section 3.1)", scan.letter)
        return _with_open_end(found, signature, scan)
    try:
        key = fetch_key(signature.selector, signature.domain, ALGORITHMS[signature.algorithm], scan.resolver)
    except DnsFault as fault:
        found = _result(signature, Status.TEMPERROR, f"{fault.name}: {fault.reason}", scan.letter)
        return _with_open_end(found, signature, scan)
    except KeyRefusal as refusal:
        found = _result(signature, Status.PERMERROR, refusal.reason, scan.letter)
        return _with_open_end(replace(found, key_missing=refusal.missing), signature, scan)
    found = replace(_compared(signature, scan, key), key_bits=key.bits)
    if key.testing:
        # RFC 6376 section 3.6.1: not to be treated differently from unsigned mail, pass or fail (S-47).
        return _unaccepted(found, "the key is in test mode (t=y): counts as unsigned")
    if found.status is not Status.PASS:
        return found
    return _timely(signature, found, scan)


def _compared(signature: Signature, scan: _Scan, key: PublicKey) -> DkimResult:
    if key.same_domain_only and signature.identity_domain != signature.domain:
        return _result(signature, Status.PERMERROR, "the key forbids an i= below d= (t=s)", scan.letter)
    if _fits(signature, scan.letter, key):
        return _body_compared(signature, scan, key, "")
    if any(_fits(signature, letter, key) for letter in untagged(scan.letter, scan.tags)):
        return _body_compared(signature, scan, key, ", before our gateway put its tag into Subject")
    reason = "the signature does not fit the header: forged or changed"
    return _result(signature, Status.FAIL, reason, scan.letter)


def _fits(signature: Signature, letter: Letter, key: PublicKey) -> bool:
    digest = header_hash(signature.field, signature.signed, letter.fields, relaxed=signature.relaxed_header)
    return key.verifies(digest, decoded(signature.tags["b"]))


def _body_compared(signature: Signature, scan: _Scan, key: PublicKey, remark: str) -> DkimResult:
    weak = f", a weak key of {key.bits} bits" if key.kind == "rsa" and key.bits < WEAK_RSA_BITS else ""
    whole = f"d={signature.domain} signed it{weak}{remark}"
    expected = decoded(signature.tags["bh"])
    if scan.letter.cut:
        # A large genuine mail must not look forged because we did not read it to its end.
        reason = "only the beginning of the message was read: its body cannot be compared"
        return _result(signature, Status.TEMPERROR, reason, scan.letter)
    canonical = scan.body(signature)
    if signature.length is not None:
        return _partly(signature, scan.letter, canonical, whole)
    if body_hash(canonical) == expected:
        return _result(signature, Status.PASS, whole, scan.letter)
    footer = _footer(signature, scan, expected)
    reason = "text was added under the signed body" if footer else "the body was changed"
    return replace(_result(signature, Status.FAIL, reason, scan.letter), footer=footer)


def _footer(signature: Signature, scan: _Scan, expected: bytes) -> str:
    """Looked for a few times only: each costs several hashes of the whole body (X-16)."""
    if not scan.footers_left:
        return ""
    scan.footers_left -= 1
    relaxed = signature.relaxed_body
    return added_footer(scan.letter.body, lambda body: body_hash(canonical_body(body, relaxed=relaxed)) == expected)


def _partly(signature: Signature, letter: Letter, canonical: bytes, whole: str) -> DkimResult:
    """l= (RFC 6376 section 8.2): what comes after it is anybody's, so it is as if the body had been changed (S-21)."""
    length = signature.length or 0
    if length > len(canonical):
        return _result(signature, Status.PERMERROR, "l= is longer than the body", letter)
    if body_hash(canonical[:length]) != decoded(signature.tags["bh"]):
        return _result(signature, Status.FAIL, "the body was changed", letter)
    rest = canonical[length:]
    if not rest.strip():
        return _result(signature, Status.PASS, whole, letter)
    found = _result(signature, Status.FAIL, f"l= leaves {len(rest)} bytes at the end of the body unsigned", letter)
    footer = rest.decode("utf-8", "replace").strip() if length and len(rest) <= MAX_FOOTER else ""
    return replace(found, footer=footer, uncovered=(*found.uncovered, OPEN_END))


def _with_open_end(found: DkimResult, signature: Signature, scan: _Scan) -> DkimResult:
    """What l= leaves open can be seen without the key: our border may have verified the signature, and gone by it (S-21)."""
    if signature.length is None or not scan.body(signature)[signature.length :].strip():
        return found
    return replace(found, uncovered=(*found.uncovered, OPEN_END))


def _timely(signature: Signature, found: DkimResult, scan: _Scan) -> DkimResult:
    """x= is judged when the mail came, not when it is scanned (S-44); t= must not lie in the future."""
    if signature.expires is not None and signature.expires < scan.received.timestamp() - LEEWAY_S:
        return _unaccepted(found, "the signature had expired when the mail came (x=)")
    if signature.instant is not None and signature.instant > scan.now.timestamp() + LEEWAY_S:
        return _unaccepted(found, "the signature's t= lies in the future")
    return found


def _unaccepted(found: DkimResult, reason: str) -> DkimResult:
    """The signature may verify, but it speaks for nobody."""
    return replace(found, status=Status.POLICY, reason=reason, covers_message=False)


def _result(signature: Signature, status: Status, reason: str, letter: Letter | None = None) -> DkimResult:
    open_ends = uncovered(signature.signed, letter) if letter is not None else ()
    return DkimResult(
        status,
        signature.domain,
        signature.selector,
        Provenance.COMPUTED,
        reason if status is not Status.PASS or not open_ends else f"{reason}, but {open_ends[0]}",
        covers_message=status is Status.PASS and not open_ends,
        instant=signature.instant,
        uncovered=open_ends,
        signed=tuple(dict.fromkeys(signature.signed)),
        signature_id=signature.identifier,
    )
