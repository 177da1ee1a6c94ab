"""The author's address is the brand's own, and the authentication that should prove it failed.

Absent or unavailable results accuse nobody, and a name server's error neither (house: "Evidence is a value").
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.auth_checks.types import Status
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "author-unproven"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("RFC 9989", "RFC 8601 section 2.7", "facts/ameli.md section 1.4: From alone is not proof")

_FAILED = frozenset({Status.FAIL, Status.PERMERROR, Status.SOFTFAIL, Status.POLICY})


def check(view: View) -> Iterator[Finding]:
    """One finding where an own author's DMARC failed, or, without a DMARC result, each aligned mechanism that gave one failed."""
    if not view.brand_author or view.evidence.authenticated_domain is not None:
        return
    reason = _failure(view)
    if reason:
        yield contradiction(ID, "", "authentication", reason)


def _failure(view: View) -> str:
    evidence = view.evidence
    if evidence.dmarc.status is Status.FAIL:
        return f"DMARC fail: {evidence.dmarc.reason}"
    if evidence.dmarc.status in {Status.PASS, Status.TEMPERROR}:
        return ""
    own = [result for result in evidence.dkim if view.brand.owns(result.domain)]
    if any(result.status in {Status.PASS, Status.TEMPERROR} for result in own):
        return ""
    for result in own:
        if result.status in _FAILED and not result.key_missing:
            return f"DKIM {result.status} d={result.domain}: {result.reason}"
    if evidence.spf.status in _FAILED and view.brand.owns(evidence.spf.domain):
        return f"SPF {evidence.spf.status}: {evidence.spf.reason}"
    return ""
