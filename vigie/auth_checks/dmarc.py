"""DMARC (RFC 9989) of the author domain, from SPF and DKIM results that others computed.

What is computed here outranks what our border's header says (house: "Proof").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vigie.auth_checks.orgdomain import DmarcRecord, Walk, registrable, walk
from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver
from vigie.auth_checks.types import DkimResult, DmarcResult, Provenance, SpfResult, Status

LOWER = {"reject": "quarantine", "quarantine": "none", "none": "none"}
"""RFC 9989 section 4.7: t=y asks for the policy one step lower."""
NO_RECORD = "no DMARC record: DMARC does not apply"

EVALUATED = frozenset({Status.PASS, Status.FAIL, Status.SOFTFAIL, Status.NEUTRAL, Status.PERMERROR, Status.TEMPERROR})
"""Results that say something about an identifier. `policy` (rsa-sha1, a testing key, expired) counts as unsigned.

A temporary error of an identifier that does not align excuses nobody: whatever it gave could not have helped (S-57)."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A DMARC result, and which results belong to identifiers that align, whatever their status."""

    result: DmarcResult
    dkim_aligned: tuple[DkimResult, ...]
    spf_aligned: bool


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the DNS says about the author domain and the signatures' domains, before anybody looks at the envelope."""

    domain: str
    author: Walk | None
    record: DmarcRecord | None = None
    policy: str = ""
    policy_from: str = ""
    dkim_aligned: tuple[DkimResult, ...] = ()
    fault: DnsFault | None = None
    """The look-up that failed: the author's own where `author` is None, else that of a signature's domain."""


def prepare(author_domain: str, dkim: Sequence[DkimResult], resolver: Resolver) -> Prepared:
    """The author's own questions. Asked before SPF, so that a stranger's record cannot spend the message's budget first."""
    if not author_domain:
        return Prepared("", None)
    try:
        author = walk(author_domain, resolver)
        record = author.record()
        policy, tag = _policy(author, record, resolver)
    except DnsFault as fault:
        return Prepared(author_domain, None, fault=fault)
    aligned: list[DkimResult] = []
    late: DnsFault | None = None
    for result in dkim:
        try:
            strict = record is None or record.strict_dkim
            if _aligned(result.domain, author, strict, resolver, passed=result.status is Status.PASS):
                aligned.append(result)
        except DnsFault as fault:
            late = fault
    return Prepared(author_domain, author, record, policy, tag, tuple(aligned), late)


def conclude(prepared: Prepared, spf: SpfResult, dkim: Sequence[DkimResult], resolver: Resolver) -> Evaluation:
    """The computed result. Never raises: a DNS fault is temperror, unless an aligned identifier passed all the same."""
    author, record, fault = prepared.author, prepared.record, prepared.fault
    if not prepared.domain:
        reason = "there is no single author domain (RFC 9989 section 5.3.1)"
        return Evaluation(DmarcResult(Status.PERMERROR, "", Provenance.COMPUTED, reason), (), False)
    if author is None or record is None:
        return _described(_without_record(prepared, spf, dkim), prepared)
    spf_aligned = False
    try:
        counts = spf.status is Status.PASS or spf.weak
        spf_aligned = _spf_usable(spf) and _aligned(spf.domain, author, record.strict_spf, resolver, passed=counts)
    except DnsFault as late:
        fault = late
    status, reason = _judge(spf, dkim, prepared.dkim_aligned, spf_aligned)
    if fault is not None and status is not Status.PASS:
        status, reason = Status.TEMPERROR, f"{fault.name}: {fault.reason}"
    passed = _passed(spf, prepared.dkim_aligned, spf_aligned)
    found = DmarcResult(status, prepared.domain, Provenance.COMPUTED, reason, aligned=passed)
    return _described(Evaluation(found, prepared.dkim_aligned, spf_aligned), prepared)


def _described(evaluation: Evaluation, prepared: Prepared) -> Evaluation:
    """The evaluation with where the record and the organizational domain were found."""
    author, record = prepared.author, prepared.record
    if author is None:
        return evaluation
    described = replace(
        evaluation.result,
        organizational_domain=author.organizational_domain,
        found_by=author.found_by,
        by_suffix_list=registrable(prepared.domain),
    )
    if record is not None:
        described = replace(
            described,
            policy=prepared.policy,
            policy_from=prepared.policy_from,
            record_at=f"_dmarc.{record.domain}",
            modes=f"DKIM {_mode(record.strict_dkim)}, SPF {_mode(record.strict_spf)}",
        )
    return replace(evaluation, result=described)


def _mode(strict: bool) -> str:
    return "strict" if strict else "relaxed"


def outranked(computed: Evaluation, spf: SpfResult, border: DmarcResult | None) -> DmarcResult:
    """Our border's dmarc=pass where nothing that we computed contradicts it, else the computed result."""
    result = computed.result
    if border is None or border.domain != result.domain or (result.aligned and not _by_spf_for_now(computed)):
        return result
    if border.status is not Status.PASS:
        return border if result.status is Status.NONE else result
    if _contradicted(computed, spf):
        return replace(result, reason=f"{result.reason}; outranks our border's dmarc=pass")
    return replace(
        result, status=Status.PASS, provenance=border.provenance, reason=border.reason, aligned=(result.domain,)
    )


def _by_spf_for_now(computed: Evaluation) -> bool:
    """No aligned signature passed, and one cannot be checked any more: the border may have seen it pass (S-44)."""
    signatures = computed.dkim_aligned
    return not any(signature.status is Status.PASS for signature in signatures) and any(
        signature.key_missing or signature.status is Status.TEMPERROR for signature in signatures
    )


def _contradicted(computed: Evaluation, spf: SpfResult) -> bool:
    """We saw an aligned signature fail, or evaluated every identifier that the border can have passed, and none did."""
    if computed.spf_aligned and spf.weak:
        return True  # the border may have gone by the very pass that nearly everybody can get (S-52)
    if any(signature.status is Status.FAIL for signature in computed.dkim_aligned):
        return True
    if any(signature.status is Status.TEMPERROR or signature.key_missing for signature in computed.dkim_aligned):
        return False
    return _spf_usable(spf) and not (computed.spf_aligned and spf.status is Status.TEMPERROR)


def _judge(
    spf: SpfResult, dkim: Sequence[DkimResult], dkim_aligned: tuple[DkimResult, ...], spf_aligned: bool
) -> tuple[Status, str]:
    """RFC 9989 section 5.3.3: one aligned pass is enough; a temporary error keeps a failure from being pronounced."""
    for result in dkim_aligned:
        if result.status is Status.PASS:
            return Status.PASS, f"DKIM d={result.domain} aligns"
    if spf_aligned and spf.status is Status.PASS:
        return Status.PASS, f"SPF {spf.domain} aligns"
    if any(result.status is Status.TEMPERROR for result in dkim_aligned) or (
        spf_aligned and spf.status is Status.TEMPERROR
    ):
        return Status.TEMPERROR, "an aligned identifier could not be evaluated for now"
    failed = any(result.status is Status.FAIL for result in dkim_aligned)
    if not failed and any(result.key_missing for result in dkim_aligned):
        return Status.PERMERROR, "the key of the aligned signature is gone: cannot tell"
    if spf_aligned and spf.weak:
        # DMARC as published may pass here; we do not go by it, and accuse nobody over our own policy either (S-51, S-52).
        return Status.POLICY, f"SPF {spf.domain} aligns, but we do not go by it ({spf.reason})"
    evaluated = [result for result in dkim if result.status in EVALUATED]
    if evaluated or (_spf_usable(spf) and (spf.status in EVALUATED or spf.weak)):
        return Status.FAIL, "no passing identifier aligns with the author domain"
    return Status.NONE, "no identifier to evaluate (no usable signature, SPF unavailable)"


def _aligned(domain: str, author: Walk, strict: bool, resolver: Resolver, *, passed: bool = True) -> bool:
    """RFC 9989 section 4.4: identical, or relaxed: of the same organizational domain. Raises DnsFault.

    What did not pass proves nothing: it counts as aligned below the author's organizational domain, without a question. Else
    forged d= of many labels would spend the message's budget in the author's own zone, whose DNS would look ill (S-57).
    """
    if not domain or domain == author.start:
        return bool(domain)
    # A stranger's domain costs no questions: it cannot share an organizational domain with the author.
    if strict or not _related(domain, author):
        return False
    return not passed or walk(domain, resolver).organizational_domain == author.organizational_domain


def _related(domain: str, author: Walk) -> bool:
    """The domain lies at or below the author's organizational domain, which is the only place where it can align."""
    top = author.organizational_domain
    return domain == top or domain.endswith(f".{top}")


def _policy(author: Walk, record: DmarcRecord | None, resolver: Resolver) -> tuple[str, str]:
    """The policy that the owner asks for, one step lower with t=y, and the tag that it comes from; "" without a record."""
    if record is None:
        return "", ""
    if record.domain == author.start:
        policy, tag = record.policy, "p"
    elif _exists(author.start, resolver):
        policy, tag = record.subdomain_policy, "sp" if record.says_sp else "p"
    else:
        policy, tag = record.nonexistent_policy, "np" if record.says_np else "sp" if record.says_sp else "p"
    return (LOWER[policy], f"{tag}, t=y") if record.testing else (policy, tag)


def _exists(domain: str, resolver: Resolver) -> bool:
    """RFC 9989 section 3.2.13: only NXDOMAIN makes a domain non-existent."""
    try:
        resolver.txt(domain)
    except NoSuchName:
        return False
    return True


def _without_record(prepared: Prepared, spf: SpfResult, dkim: Sequence[DkimResult]) -> Evaluation:
    """No record, or none within reach: DMARC itself gives no pass and no fail (RFC 9989 sections 4.10.1 and 5.3.2).

    An identical domain aligns in every mode that a record could ask for, so its passing signature proves all the same.
    """
    domain, fault = prepared.domain, prepared.fault
    same = tuple(result for result in dkim if result.domain == domain)
    spf_same = _spf_usable(spf) and spf.domain == domain
    passed = _passed(spf, same, spf_same)
    reason = NO_RECORD if fault is None else f"{fault.name}: {fault.reason}"
    if passed:
        by = "DKIM" if any(result.status is Status.PASS for result in same) else "SPF"
        reason = f"{reason}; {by} passed for the author domain itself"
    status = Status.NONE if fault is None else Status.TEMPERROR
    result = DmarcResult(status, domain, Provenance.COMPUTED, reason, aligned=passed)
    # Failing signatures of relatives count as aligned here: they must still outrank a border's pass.
    relatives = tuple(found for found in dkim if registrable(found.domain) == registrable(domain))
    return Evaluation(result, same if passed else relatives, spf_same)


def _passed(spf: SpfResult, dkim_aligned: tuple[DkimResult, ...], spf_aligned: bool) -> tuple[str, ...]:
    names = [result.domain for result in dkim_aligned if result.status is Status.PASS]
    if spf_aligned and spf.status is Status.PASS:
        names.append(spf.domain)
    return tuple(dict.fromkeys(names))


def _spf_usable(spf: SpfResult) -> bool:
    return spf.provenance is not Provenance.UNAVAILABLE and bool(spf.domain)
