"""Evidence about who sent a message: status words of RFC 8601 section 2.7, identities, causes, provenance. Never a bool alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from vigie.message.types import Defect


class Status(StrEnum):
    """Result words (RFC 8601 section 2.7)."""

    NONE = "none"
    PASS = "pass"  # noqa: S105 - a result word
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    POLICY = "policy"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


class Provenance(StrEnum):
    """Where a result comes from. COMPUTED outranks BORDER."""

    COMPUTED = "computed"
    BORDER = "border"
    """Read from a field that our own border MTA wrote (RFC 8601 section 5)."""
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class SpfResult:
    """SPF (RFC 7208) of the envelope sender as our border saw it."""

    status: Status
    domain: str
    """The MAIL FROM domain, or the HELO name when MAIL FROM is null; "" when unavailable."""
    provenance: Provenance
    reason: str
    weak: bool = False
    """We do not go by it: nearly everybody passes (S-52), or it depends on the local part, which we do not disclose (S-51).

    The status is `policy`; it aligns nobody, and where it would align it accuses nobody either."""


@dataclass(frozen=True, slots=True)
class DkimResult:
    """One DKIM-Signature (RFC 6376)."""

    status: Status
    domain: str
    selector: str
    provenance: Provenance
    reason: str
    covers_message: bool = False
    """It covers the whole body and every reader-visible header that is present. Only meaningful with PASS."""
    key_missing: bool = False
    """The name server answered that there is no such key: "cannot tell" for an old mail, never "forged"."""
    footer: str = ""
    """Text that was added after the signed body, where the signature verifies once it is cut (decision table row 5)."""
    instant: int | None = None
    """The signature's t=, seconds since the epoch, UTC."""
    uncovered: tuple[str, ...] = ()
    """What the signature leaves open, one sentence each, whatever its status: unsigned headers, the end of the body."""
    key_bits: int = 0
    """The size of its key; 0 where no key was read. RSA below 2048 is weak (RFC 8301)."""
    signed: tuple[str, ...] = ()
    """The header fields of h=, lower-case, each once; empty where the field could not be read."""
    signature_id: str = ""
    """SHA-256, hexadecimal, of the decoded b=: the same signature seen elsewhere is the same message sent again (S-43)."""


@dataclass(frozen=True, slots=True)
class DmarcResult:
    """DMARC (RFC 9989) of the author domain."""

    status: Status
    domain: str
    provenance: Provenance
    reason: str
    policy: str = ""
    organizational_domain: str = ""
    found_by: str = ""
    """How the organizational domain was found: the record's name, psd tag, or the walk's end."""
    aligned: tuple[str, ...] = ()
    """The authenticated domains that align with the author domain. Without a record only the author domain itself can."""
    record_at: str = ""
    """The name whose record applies, e.g. "_dmarc.ameli.fr"; "" where there is none."""
    policy_from: str = ""
    """The tag that the policy was taken from: p, sp or np, and t=y where it lowered the policy."""
    modes: str = ""
    """The alignment that the record asks for, e.g. "DKIM relaxed, SPF strict"; "" without a record."""
    by_suffix_list: str = ""
    """What the Public Suffix List alone would call the organizational domain: a cross-check, used for nothing."""


@dataclass(frozen=True, slots=True)
class ArcResult:
    """ARC (RFC 8617): a hint, it never proves."""

    status: Status
    reason: str
    sealer: str = ""
    """The domain of the newest seal; only meaningful with PASS."""
    sealers: tuple[str, ...] = ()
    """The domains of all seals, the first one first; only meaningful with PASS."""
    listed: bool = False
    """The admin trusts every sealer of the chain (`[trust] arc_sealers`): only then is it a hint."""
    said: str = ""
    """With `listed`: what the first sealer saw, e.g. "dmarc=pass header.from=info.ameli.fr"; one line, bounded."""
    signed_by: str = ""
    """With `listed`: the domain whose signature the first sealer saw pass (dkim=pass header.d), "" where it names none."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the mailbox knows about a message beside its bytes and its INTERNALDATE."""

    recipients: tuple[str, ...] = ()
    """Addresses of the mailbox, as configured; empty: unknown."""
    elsewhere: int = 0
    """In how many other mailboxes of ours a signature of this message was seen."""
    cut: bool = False
    """Only the beginning of the message was read: no body hash can fit, and nobody is to blame for it."""


UNKNOWN_DELIVERY = Delivery()
"""Of a message that comes from a file, not from a mailbox."""


@dataclass(frozen=True, slots=True)
class ReplayHint:
    """A sign that a genuine signed message was sent again to others (RFC 6376 section 8.6). It decides nothing."""

    code: str
    """other-recipient, old, seen-elsewhere, unsigned-list-field."""
    detail: str
    """One English sentence."""


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """One question that a message cost and what came back: frozen, so that the verdict can be computed again."""

    name: str
    rtype: str
    """TXT, A, AAAA, MX or PTR."""
    records: tuple[bytes, ...] = ()
    absent: bool = False
    """NXDOMAIN: the name does not exist."""
    fault: str = ""
    """Why there was no usable answer; "" where there was one."""


@dataclass(frozen=True, slots=True)
class BorderHop:
    """What our own border MTA saw of the SMTP client, or why that is unknown."""

    found: bool
    reason: str
    client_ip: str = ""
    helo: str = ""
    mail_from: str | None = None
    """None: unknown; "": the null reverse-path."""
    above: tuple[str, ...] = ()
    """The by-hosts of our own Received fields above it, newest first: what was passed before the walk stopped."""


@dataclass(frozen=True, slots=True)
class AuthEvidence:
    """Everything that was found out about who sent one message."""

    border: BorderHop
    spf: SpfResult
    dkim: tuple[DkimResult, ...]
    dmarc: DmarcResult
    arc: ArcResult
    author_domain: str
    """The one author domain in A-labels; "" when it is absent, ambiguous, or no domain name."""
    authenticated_domain: str | None
    """The author domain when an aligned identity passed; None otherwise."""
    complete: bool
    """The whole proof (house: "Proof") for the author domain, whoever that is. The brand is compared by the rules."""
    complete_by_spf: bool = False
    """What proves where the brand file says `spf_alone_proves`, and nowhere else: an aligned SPF pass that few can get."""
    received_at: datetime | None = None
    """When our side got the message: the earlier of INTERNALDATE and our border's Received, else the newest hop's. Aware, UTC."""
    examined_at: datetime | None = None
    obstacles: tuple[str, ...] = ()
    """Why the proof is not complete, one sentence each, in English."""
    forged_results: bool = False
    """Results that carry our border's name stand where only a stranger can have put them."""
    earlier_results: bool = False
    """Results that carry our border's name stand where an earlier passage through it leaves them; a forger can build the same."""
    dns_failed: tuple[str, ...] = ()
    """Names whose look-up was in error (SERVFAIL, time-out, ...)."""
    author_dns_failed: tuple[str, ...] = ()
    """Those of them that were asked for the author's sake: a stranger's policy may name, and let fail, whatever it likes (S-57)."""
    replay: tuple[ReplayHint, ...] = ()
    answers: tuple[DnsAnswer, ...] = ()
    """Every DNS answer that the evidence rests on, in the order of the questions; a repeated question stands once."""
    unfrozen: str = ""
    """Why `answers` is empty although something was asked: too many, too big. Then it cannot be computed again."""
    readings: tuple[str, ...] = ()
    """Every address that some mail client could show as the author, as "address (field)"; bounded, one line each."""
    defects: tuple[Defect, ...] = ()
    """Structural defects that authentication itself found (a once-only header duplicated, unsigned, ...)."""
