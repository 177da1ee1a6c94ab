"""The author's address is the brand's own, and the authentication that should prove it failed.

Absent or unavailable results accuse nobody, and a name server's error neither (house: "Evidence is a value"). A key that does not
exist is reported too: whether it was rotated away is the decision's question (`excused_by_fault`), not this rule's.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.auth_checks.types import AuthEvidence, Provenance, Status
from vigie.rules.brand import Brand
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "author-unproven"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("RFC 9989", "RFC 8601 section 2.7", "threats S-57", "facts/ameli.md section 1.4: From alone is not proof")

_FAILED = frozenset({Status.FAIL, Status.PERMERROR, Status.SOFTFAIL, Status.POLICY})


def check(view: View) -> Iterator[Finding]:
    """One finding where an own author's DMARC failed, or, without a DMARC result, a mechanism that speaks for the author did."""
    if not view.brand_author or view.evidence.authenticated_domain is not None:
        return
    reason = _failure(view.evidence, view.brand)
    if not reason:
        return
    added = [result.footer for result in view.evidence.dkim if result.footer and view.brand.owns(result.domain)]
    if added:
        yield contradiction(ID, "text-added", "text", added[0])
    else:
        yield contradiction(ID, "", "authentication", reason)


def _failure(evidence: AuthEvidence, brand: Brand) -> str:
    dmarc, spf = evidence.dmarc, evidence.spf
    if dmarc.status is Status.FAIL:
        return f"DMARC fail: {dmarc.reason}"
    own = [result for result in evidence.dkim if brand.owns(result.domain)]
    statuses = {dmarc.status, *(result.status for result in own)}
    if statuses & {Status.PASS, Status.TEMPERROR}:
        return ""
    for result in own:
        if result.status in _FAILED:
            return f"DKIM {result.status} d={result.domain}: {result.reason}"
    if spf.weak and brand.owns(spf.domain):
        return ""  # it may well have passed; that we do not go by it is our own policy (S-51, S-52)
    if spf.status in _FAILED and brand.owns(spf.domain):
        return f"SPF {spf.status}: {spf.reason}"
    if dmarc.policy and spf.provenance is not Provenance.UNAVAILABLE and spf.status is not Status.TEMPERROR:
        # Our border saw the client, the author domain publishes a policy, and nothing in the message speaks for it.
        return f"DMARC p={dmarc.policy}: no signature and no envelope sender of {dmarc.domain}"
    return ""
