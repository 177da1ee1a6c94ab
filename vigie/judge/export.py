"""A Case as the JSON object that people, scripts and mail clients rely on (docs/contract: `vigie check --json`)."""

from __future__ import annotations

from typing import Any

from vigie.auth_checks.types import AuthEvidence
from vigie.rules.types import Case, Finding


def case_object(case: Case, path: str | None = None) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers; keys in the order of the contract. "path" and "error" only where there is one."""
    head: dict[str, Any] = {} if path is None else {"path": path}
    tail: dict[str, Any] = {}
    if case.error is not None:
        tail["error"] = {"kind": case.error.kind, "detail": case.error.detail}
    return {
        **head,
        "sha256": case.sha256,
        "message_id": case.message_id,
        "subject": case.subject,
        "author": case.author,
        "verdict": case.verdict.label.value,
        "brand": case.verdict.brand,
        "authentication": _authentication(case.evidence),
        "findings": [_finding(finding) for finding in case.verdict.findings],
        "decided_by": case.verdict.decided_by,
        "links": [
            {
                "shown": link.shown,
                "target": link.target,
                "host": link.host,
                "official": link.official,
                "unwrapped_from": link.unwrapped_from,
            }
            for link in case.links
        ],
        "explanation": dict(case.explanation),
        "advice": {lang: list(lines) for lang, lines in case.advice.items()},
        "elapsed_ms": case.elapsed_ms,
        **tail,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "topic": finding.topic,
        "kind": finding.kind.value,
        "strength": finding.strength.value,
        "layer": finding.layer.value,
        "quotes": [{"where": quote.where, "text": quote.text} for quote in finding.quotes],
    }


def _authentication(evidence: AuthEvidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    spf, dmarc, arc = evidence.spf, evidence.dmarc, evidence.arc
    return {
        "spf": {
            "status": spf.status.value,
            "domain": spf.domain,
            "provenance": spf.provenance.value,
            "reason": spf.reason,
        },
        "dkim": [
            {
                "status": result.status.value,
                "domain": result.domain,
                "selector": result.selector,
                "provenance": result.provenance.value,
                "reason": result.reason,
            }
            for result in evidence.dkim
        ],
        "dmarc": {
            "status": dmarc.status.value,
            "domain": dmarc.domain,
            "policy": dmarc.policy,
            "organizational_domain": dmarc.organizational_domain,
            "found_by": dmarc.found_by,
            "provenance": dmarc.provenance.value,
            "reason": dmarc.reason,
        },
        "arc": {
            "status": arc.status.value,
            "sealer": arc.sealer,
            "reason": arc.reason,
            "listed": arc.listed,
            "said": arc.said,
        },
        "client_ip": evidence.border.client_ip or None,
        "authenticated_domain": evidence.authenticated_domain,
        "complete": evidence.complete,
        "obstacles": list(evidence.obstacles),
    }
