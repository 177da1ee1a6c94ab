"""Message + AuthEvidence + brands -> Verdict: runs the rules for each brand and keeps the answer that matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vigie.auth_checks.types import AuthEvidence
from vigie.message.types import Message
from vigie.rules.brand import Brand
from vigie.rules.catalog import claim_rules, rules
from vigie.rules.policy import decide, poses
from vigie.rules.types import Finding, Kind, Label, Verdict
from vigie.rules.view import View

SEVERITY = tuple(Label)
UNRELATED = Verdict(label=Label.UNRELATED, brand=None, decided_by=1, findings=())


@dataclass(frozen=True)
class Claimed:
    """What one brand's claim rules found. They need no authentication, and what they read is not read again."""

    view: View
    findings: tuple[Finding, ...]

    @property
    def any(self) -> bool:
        """True where a CLAIM was found."""
        return any(finding.kind is Kind.CLAIM for finding in self.findings)


def claims(message: Message, evidence: AuthEvidence, brands: Sequence[Brand]) -> tuple[Claimed, ...]:
    """The claims that the message makes, one entry a brand. `evidence` may be an empty one."""
    views = (View(message, evidence, brand) for brand in brands)
    return tuple(
        Claimed(view, tuple(finding for rule in claim_rules() for finding in rule.check(view))) for view in views
    )


def judge(message: Message, evidence: AuthEvidence, brands: Sequence[Brand]) -> Verdict:
    """The verdict over all brands, in one go."""
    return conclude(claims(message, evidence, brands), evidence)


def conclude(claimed: Sequence[Claimed], evidence: AuthEvidence) -> Verdict:
    """The verdict over all brands: a proven author's own brand first, else the worst.

    A proof names the one author there is, so another brand's words in his mail are mentions. On a tie it is the brand whose name
    the author bears, then the earlier one.
    """
    verdicts = [_for_brand(claim, evidence) for claim in claimed]
    proven = [verdict for verdict in verdicts if verdict.proven]
    return max(
        proven or verdicts,
        key=lambda verdict: (SEVERITY.index(verdict.label), poses(verdict.findings)),
        default=UNRELATED,
    )


def _for_brand(claim: Claimed, evidence: AuthEvidence) -> Verdict:
    if not claim.any:
        return UNRELATED
    view = claim.view.with_evidence(evidence)
    others = (rule for rule in rules() if Kind.CLAIM not in rule.KINDS)
    return decide(view, (*claim.findings, *(finding for rule in others for finding in rule.check(view))))
