"""Message + AuthEvidence + brands -> Verdict: runs the rules for each brand and keeps the answer that matters."""

from __future__ import annotations

from collections.abc import Sequence

from vigie.auth_checks.types import AuthEvidence
from vigie.message.types import Message
from vigie.rules.brand import Brand
from vigie.rules.catalog import claim_rules, rules
from vigie.rules.policy import decide
from vigie.rules.types import Finding, Kind, Label, Verdict
from vigie.rules.view import View

SEVERITY = tuple(Label)
UNRELATED = Verdict(label=Label.UNRELATED, brand=None, decided_by=1, findings=())


def claimed(message: Message, evidence: AuthEvidence, brands: Sequence[Brand]) -> bool:
    """True where a CLAIM of some brand is found. Needs no authentication: `evidence` may be an empty one."""
    return any(
        finding.kind is Kind.CLAIM
        for view in (View(message, evidence, brand) for brand in brands)
        for rule in claim_rules()
        for finding in rule.check(view)
    )


def judge(message: Message, evidence: AuthEvidence, brands: Sequence[Brand]) -> Verdict:
    """The verdict over all brands: a proven author's own brand first, else the worst; the earlier brand on a tie.

    A proof names the one author there is, so another brand's words in his mail are mentions.
    """
    verdicts = [_for_brand(View(message, evidence, brand)) for brand in brands]
    proven = [verdict for verdict in verdicts if verdict.proven]
    return max(proven or verdicts, key=lambda verdict: SEVERITY.index(verdict.label), default=UNRELATED)


def _for_brand(view: View) -> Verdict:
    findings: list[Finding] = []
    for rule in rules():  # claims come first
        if Kind.CLAIM not in rule.KINDS and not any(finding.kind is Kind.CLAIM for finding in findings):
            return UNRELATED
        findings.extend(rule.check(view))
    return decide(view, findings)
