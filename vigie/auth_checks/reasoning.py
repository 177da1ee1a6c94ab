"""The whole chain of reasoning behind an AuthEvidence, step by step, each with the standard's section.

English, like every reason; `reasons_fr.toml` has the French of each pattern.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from vigie.auth_checks.types import AuthEvidence, BorderHop, DkimResult, Provenance, Status

VIGIE = "docs/authentication.md"
"""The clause of what Vigie itself asks for beyond the standards."""
MAX_FIELDS = 40
"""Header fields of h= that are listed: a sender may name thousands."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was looked at, what was found, and which clause says how."""

    subject: str
    found: str
    standard: str


def steps(evidence: AuthEvidence, *, spf_proves: bool = False) -> tuple[Step, ...]:
    """The steps in the order in which they were taken, then the obstacles, then the conclusion; one line each.

    `spf_proves`: the brand accepts SPF alone, and the proof of its author rests on it.
    """
    return (
        *_author(evidence),
        *_border(evidence),
        *_spf(evidence),
        *(step for signature in evidence.dkim for step in _dkim(signature, evidence)),
        *([] if evidence.dkim else [Step("dkim", "the message carries no signature", "RFC 6376 section 6.1")]),
        *_dmarc(evidence),
        *_arc(evidence),
        *_dns(evidence),
        *(Step("replay", hint.detail, "RFC 6376 section 8.6") for hint in evidence.replay),
        *(Step("obstacle", sentence, VIGIE) for sentence in evidence.obstacles),
        Step("conclusion", conclusion(evidence, spf_proves=spf_proves), VIGIE),
    )


def conclusion(evidence: AuthEvidence, *, spf_proves: bool = False) -> str:
    """The one line to trust: who signed, or that nobody proves it."""
    author = evidence.author_domain
    if not evidence.complete:
        if spf_proves and evidence.complete_by_spf:
            return f"sent by {author} itself: its envelope sender passed, which its brand file accepts"
        return "nobody proves it"
    signers = [
        result.domain
        for result in evidence.dkim
        if result.status is Status.PASS and result.covers_message and result.domain in evidence.dmarc.aligned
    ]
    if author in signers:
        return f"signed by {author}"
    if signers and evidence.dmarc.provenance is Provenance.COMPUTED:
        return f"signed by {signers[0]}, which speaks for {author}"
    return f"proven for {author} by the word of our own border"


def _author(evidence: AuthEvidence) -> Iterator[Step]:
    standard = "RFC 9989 section 5.3.1"
    readings = evidence.readings
    if evidence.author_domain and len(readings) == 1:
        yield Step("author", f"{evidence.author_domain}; the only reading is {readings[0]}", standard)
        return
    yield Step("author", evidence.author_domain or "no single author domain", standard)
    for reading in readings:
        yield Step("author", f"may be shown: {reading}", standard)


def _border(evidence: AuthEvidence) -> Iterator[Step]:
    border, standard = evidence.border, "RFC 8601 section 5"
    yield Step("border", border.reason, standard)
    if border.above:
        yield Step("border", f"Received fields of ours above it: {', '.join(border.above)}", standard)
    if border.found:
        yield Step("client", f"{border.client_ip}, HELO {border.helo or 'unknown'}", "RFC 5321 section 4.4")
        yield Step("envelope sender", _envelope(border), "RFC 7208 section 2.4")
    if evidence.forged_results:
        yield Step("results", "somebody forged results in our border's name below its Received field", standard)
    if evidence.earlier_results:
        yield Step("results", "results in our name of an earlier passage, or forged to look so: not believed", standard)


def _envelope(border: BorderHop) -> str:
    if border.mail_from is None:
        return "unknown"
    return border.mail_from or "the null reverse-path"


def _spf(evidence: AuthEvidence) -> Iterator[Step]:
    spf = evidence.spf
    yield Step("spf", f"{spf.status} ({spf.provenance}): {spf.reason}", "RFC 7208 section 4")


def _dkim(signature: DkimResult, evidence: AuthEvidence) -> Iterator[Step]:
    name = f"{signature.selector}._domainkey.{signature.domain}" if signature.domain else "of an unreadable field"
    subject = f"dkim {name}"
    yield Step(subject, f"{signature.status}: {signature.reason}", "RFC 6376 section 6.1")
    if signature.key_bits:
        yield Step(subject, f"key of {signature.key_bits} bits", "RFC 8301 section 3.2")
    if signature.signed:
        fields = ", ".join(dict.fromkeys(signature.signed[:MAX_FIELDS]))
        covers = f"covers the body and {fields}"
        claims = f"claims to cover the body and {fields}"
        yield Step(subject, covers if signature.status is Status.PASS else claims, "RFC 6376 section 5.4")
    for sentence in signature.uncovered:
        yield Step(subject, f"left open: {sentence}", "RFC 6376 sections 8.2 and 8.15")
    if signature.footer:
        yield Step(subject, "it verifies once the text below the signed body is cut off", "RFC 6376 section 8.2")
    judged = evidence.received_at or evidence.examined_at
    if judged is not None and signature.domain:
        signed = "" if signature.instant is None else f"signed on {_day(signature.instant)}, "
        yield Step(subject, f"{signed}judged as of {judged:%Y-%m-%d %H:%M} UTC", "RFC 6376 section 3.5, x=")


def _day(instant: int) -> str:
    """The day of an instant that the sender chose."""
    try:
        return f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return str(instant)[:20]


def _dmarc(evidence: AuthEvidence) -> Iterator[Step]:
    dmarc = evidence.dmarc
    if dmarc.record_at:
        found = f"{dmarc.record_at}: policy {dmarc.policy} (from {dmarc.policy_from}), alignment {dmarc.modes}"
        yield Step("dmarc record", found, "RFC 9989 sections 4.7 and 4.10.1")
    elif dmarc.organizational_domain:
        yield Step("dmarc record", "none", "RFC 9989 section 4.10.1")
    if dmarc.organizational_domain:
        found = f"{dmarc.organizational_domain} ({dmarc.found_by})"
        yield Step("organizational domain", found, "RFC 9989 section 4.10.2")
        if dmarc.by_suffix_list != dmarc.organizational_domain:
            shown = f"a public suffix list would say {dmarc.by_suffix_list}; it is not asked"
            yield Step("organizational domain", shown, "RFC 9989 section 4.10.2")
    yield Step("dmarc", f"{dmarc.status} ({dmarc.provenance}): {dmarc.reason}", "RFC 9989 section 5.3")
    if dmarc.aligned:
        yield Step("dmarc", f"aligned and passed: {', '.join(dmarc.aligned)}", "RFC 9989 section 4.4")


def _arc(evidence: AuthEvidence) -> Iterator[Step]:
    arc, standard = evidence.arc, "RFC 8617 section 5.2"
    yield Step("arc", f"{arc.status}: {arc.reason}", standard)
    if arc.status is not Status.PASS:
        return
    yield Step("arc", f"sealed by {', '.join(arc.sealers)}; a hint, it never proves", standard)
    if not arc.listed:
        yield Step("arc", "not every sealer is listed in [trust] arc_sealers: it says nothing", VIGIE)
    elif arc.said:
        yield Step("arc", f"every sealer is listed; the first one saw {arc.said}", "RFC 8617 section 4.1.1")


def _dns(evidence: AuthEvidence) -> Iterator[Step]:
    for name in evidence.dns_failed:
        yield Step("dns", f"{name} gave no usable answer", "RFC 8601 section 2.7, temperror")
    if evidence.unfrozen:
        yield Step("dns", f"the answers are not kept: {evidence.unfrozen}", VIGIE)
    else:
        yield Step("dns", f"{len(evidence.answers)} answers that the evidence rests on", VIGIE)
