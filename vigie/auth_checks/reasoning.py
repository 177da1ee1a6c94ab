"""The whole chain of reasoning behind an AuthEvidence, step by step, each with the standard's section."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.auth_checks.types import AuthEvidence, Provenance


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what was looked at, what was found, and which clause says how."""

    subject: str
    found: str
    standard: str


def steps(evidence: AuthEvidence) -> tuple[Step, ...]:
    """The steps in the order in which they were taken; English, one line each."""
    border = evidence.border
    seen = (
        f"{border.reason}: client {border.client_ip}, HELO {border.helo or 'unknown'}"
        if border.found
        else border.reason
    )
    taken = [
        Step("author", evidence.author_domain or "no single author domain", "RFC 9989 section 5.3"),
        Step("border", seen, "RFC 8601 section 5"),
    ]
    if evidence.forged_results:
        forged = "results in our border's name stand below its Received field: somebody forged them"
        taken.append(Step("results", forged, "RFC 8601 section 5"))
    for signature in evidence.dkim:
        name = f"{signature.selector}._domainkey.{signature.domain}" if signature.domain else "unreadable"
        bits = f", key of {signature.key_bits} bits" if signature.key_bits else ""
        taken.append(
            Step(f"dkim {name}", f"{signature.status}: {signature.reason}{bits}", "RFC 6376 section 6.1, RFC 8301")
        )
        taken.extend(Step(f"dkim {name}", reason, "RFC 6376 section 8.2 and 8.15") for reason in signature.uncovered)
    source = "" if evidence.spf.provenance is Provenance.COMPUTED else f" ({evidence.spf.provenance})"
    taken.append(Step("spf", f"{evidence.spf.status}{source}: {evidence.spf.reason}", "RFC 7208 section 4"))
    dmarc = evidence.dmarc
    if dmarc.organizational_domain:
        found = f"{dmarc.organizational_domain}, by {dmarc.found_by}"
        taken.append(Step("organizational domain", found, "RFC 9989 section 4.10"))
    policy = f", policy {dmarc.policy}" if dmarc.policy else ""
    taken.append(Step("dmarc", f"{dmarc.status} ({dmarc.provenance}): {dmarc.reason}{policy}", "RFC 9989 section 5.3"))
    taken.append(Step("arc", f"{evidence.arc.status}: {evidence.arc.reason} (a hint only)", "RFC 8617 section 5.2"))
    taken.extend(Step("dns", f"{name} gave no usable answer", "RFC 9989 section 5.3") for name in evidence.dns_failed)
    taken.extend(Step("obstacle", sentence, "house, Proof") for sentence in evidence.obstacles)
    proof = f"complete for {evidence.author_domain}" if evidence.complete else "not complete"
    taken.append(Step("proof", proof, "house, Proof"))
    return tuple(taken)
