"""The decision: findings and evidence -> facts -> the first row of policy.toml that matches. Pure and total."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, field_validator

from vigie.message.types import Layer
from vigie.rules.types import Finding, Kind, Label, Strength, Verdict
from vigie.rules.view import View

Fact = Literal[
    "claim",
    "proven",
    "official",
    "outside",
    "decisive",
    "contradiction",
    "lure",
    "strong-lure",
    "footer",
    "cannot-tell",
    "likely",
]
FACTS: tuple[Fact, ...] = get_args(Fact)

SPOKEN = frozenset({Layer.OUTER, Layer.ATTACHMENT})
"""Layers in which the sender speaks to the reader: what is quoted, forwarded or an attached message is a mention."""
COUNTED = SPOKEN | {Layer.HIDDEN}
"""Layers whose contradictions and lures count: hidden ones are the sender's too."""

PASSED_ON = frozenset({Layer.FORWARDED, Layer.QUOTED, Layer.ATTACHED_MESSAGE})
"""Whoever bears the brand's name and passes on "our earlier mail" says himself what stands in it (C-50)."""

WAYS = frozenset({"link-outside", "reply-outside"})
"""The LUREs that any list's footer holds: its page, and its address."""
MARKUP = re.compile(r"<(?:[a-z][a-z0-9]*[\s>/]|[!/])", re.IGNORECASE)


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(_Data):
    """One line of the table: all of `when` must hold."""

    number: int
    when: tuple[str, ...]
    verdict: Label
    retry: bool = False

    @field_validator("when")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [name for name in value if name.removeprefix("!") not in FACTS]
        if unknown:
            raise ValueError(f"no such fact: {', '.join(unknown)}")
        return value

    def matches(self, facts: frozenset[Fact]) -> bool:
        """True where every wanted fact holds and no unwanted one does."""
        return all((name.removeprefix("!") in facts) != name.startswith("!") for name in self.when)


class Wording(_Data):
    """Log-odds: what the words of a mail are worth (checks/claim_text.py)."""

    sure: float
    nearly: float
    words: float
    plain: float
    curt: float
    likely: float
    backs: float
    unlike: float


class Doubt(_Data):
    """Log-odds: what else makes a mail that names the brand worth a warning (doubt.py)."""

    words: float
    part: float
    leads_off: float
    home: float
    asks: float
    resembles: float
    pretext: float
    subject: float
    brief: float
    careful: float
    questions: float
    plain: float
    confirms: float
    outweighs: float
    vouches: float
    vouched: float
    nothing: float


class Policy(_Data):
    """policy.toml."""

    key_gone_days: int
    outside: frozenset[str]
    excuse_void_by: frozenset[str]
    excused_by_fault: frozenset[str]
    answered_officially: frozenset[str]
    outweighed: dict[str, frozenset[str]]
    questioned: dict[str, frozenset[str]]
    wording: Wording
    doubt: Doubt
    row: tuple[Row, ...]
    speech: dict[str, int]
    """Read by weights.py."""

    @field_validator("row")
    @classmethod
    def _total(cls, value: tuple[Row, ...]) -> tuple[Row, ...]:
        if not value or value[-1].when:
            raise ValueError("the last row must match everything: the table is total")
        return value


@cache
def policy() -> Policy:
    """The shipped decision table. Raises pydantic.ValidationError when it is malformed."""
    text = (resources.files(__package__) / "policy.toml").read_text(encoding="utf-8")
    return Policy.model_validate(tomllib.loads(text))


def decide(view: View, findings: Iterable[Finding]) -> Verdict:
    """The verdict for one brand. Whatever the findings: proven is never moved, unproven is never `genuine`."""
    found = tuple(findings)
    facts = facts_of(view, found)
    row = next(row for row in policy().row if row.matches(facts))
    label = row.verdict
    return Verdict(
        label=label,
        brand=None if label is Label.UNRELATED else view.brand.name,
        decided_by=row.number,
        findings=found,
        retry=row.retry and bool(_official_dns_faults(view)),
        proven="proven" in facts,
    )


def facts_of(view: View, findings: tuple[Finding, ...]) -> frozenset[Fact]:
    """What the table's rows ask about."""
    fault = view.official_author and _cannot_tell(view)
    layers = COUNTED | PASSED_ON if not view.brand_author and poses(findings) else COUNTED
    counted = [finding for finding in findings if finding.layer in layers]
    contradictions = [
        finding
        for finding in counted
        if finding.kind is Kind.CONTRADICTION and not (fault and finding.rule in policy().excused_by_fault)
    ]
    lures = [finding for finding in counted if finding.kind is Kind.LURE]
    outside = any(finding.rule in policy().outside and finding.strength is not Strength.WEAK for finding in lures)
    if view.official_author and not outside:
        harmless = policy().answered_officially
        lures = [finding for finding in lures if harmless.isdisjoint((finding.rule, f"{finding.rule}.{finding.topic}"))]
    truth: dict[Fact, bool] = {
        "claim": _claims(findings, contradictions),
        "proven": view.proven,
        "official": view.official_author,
        "outside": outside,
        "decisive": any(finding.strength is Strength.DECISIVE for finding in contradictions),
        "contradiction": bool(contradictions),
        "lure": bool(lures),
        "strong-lure": any(finding.strength is not Strength.WEAK for finding in lures),
        "footer": _list_footer(view, findings),
        "cannot-tell": fault,
        "likely": _likely(findings, contradictions),
    }
    return frozenset(name for name, holds in truth.items() if holds)


def poses(findings: tuple[Finding, ...]) -> bool:
    """The author's own name or address is the brand's, or imitates it."""
    return any(finding.rule in policy().excuse_void_by for finding in findings if finding.kind is Kind.CLAIM)


def _claims(findings: tuple[Finding, ...], contradictions: list[Finding]) -> bool:
    """A CLAIM in the sender's own words, unless an EXCUSE that is not void cancels it."""
    claims = _spoken_claims(findings)
    void = _void(claims, contradictions)
    return bool(claims) and (void or not _excused(findings, policy().outweighed, policy().questioned))


def _likely(findings: tuple[Finding, ...], contradictions: list[Finding]) -> bool:
    """Every CLAIM in the sender's own words is weak, or an EXCUSE would cancel them if it were not questioned by a weak one."""
    claims = _spoken_claims(findings)
    if all(finding.strength is Strength.WEAK for finding in claims):
        return True
    return not _void(claims, contradictions) and _excused(findings, policy().outweighed)


def _spoken_claims(findings: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in findings if finding.kind is Kind.CLAIM and finding.layer in SPOKEN]


def _void(claims: list[Finding], contradictions: list[Finding]) -> bool:
    """No EXCUSE counts: the author's own name is the brand's, or something is decisive."""
    return any(finding.rule in policy().excuse_void_by for finding in claims) or any(
        finding.strength is Strength.DECISIVE for finding in contradictions
    )


def _excused(findings: tuple[Finding, ...], *against: dict[str, frozenset[str]]) -> bool:
    """An EXCUSE was found that none of the CLAIMs in `against` (EXCUSE -> rule.topic) stands against."""
    said = {f"{finding.rule}.{finding.topic}" for finding in _spoken_claims(findings)}
    return any(
        finding.kind is Kind.EXCUSE and all(said.isdisjoint(table.get(finding.rule, frozenset())) for table in against)
        for finding in findings
    )


def _official_dns_faults(view: View) -> tuple[str, ...]:
    """Failed look-ups in the brand's own zones: a stranger's failing DNS earns nothing."""
    return tuple(name for name in view.evidence.author_dns_failed if view.brand.owns(name.rstrip(".").lower()))


def _cannot_tell(view: View) -> bool:
    """The official domain's DNS is in error, or a key of it is gone and the mail is old enough for keys to have been rotated."""
    if _official_dns_faults(view):
        return True
    received, now = view.evidence.received_at, view.evidence.examined_at
    old = received is not None and now is not None and now - received > timedelta(days=policy().key_gone_days)
    return old and any(result.key_missing and view.brand.owns(result.domain) for result in view.evidence.dkim)


def _list_footer(view: View, findings: Iterable[Finding]) -> bool:
    """A brand signature covers all but a trailing text whose links all lie on the domains of the List-* fields (RFC 2369, 2919).

    Whoever sends a genuine letter again chooses these fields, too: what covers the letter (HTML), or asks the reader for more
    than to follow a link or write to the list, is no list's footer.
    """
    footers = [result.footer for result in view.evidence.dkim if result.footer and view.brand.owns(result.domain)]
    domains = {link.host for link in view.message.links if link.where.startswith("header:list-") and link.host}
    if not footers or not view.official_author or not domains:
        return False
    asks = {
        quote.text for found in findings if found.kind is Kind.LURE and found.rule not in WAYS for quote in found.quotes
    }
    texts = [" ".join(footer.split()) for footer in footers]
    if any(MARKUP.search(text) or any(" ".join(words.split()) in text for words in asks) for text in texts):
        return False
    return all(
        any(link.host == domain or link.host.endswith("." + domain) for domain in domains)
        for footer in footers
        for link in view.message.links
        if link.target in footer and not link.where.startswith("header:")
    )
