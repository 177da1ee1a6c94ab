"""Puts the checks together: message and DNS in, evidence out. Total: whatever the bytes, there is an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from vigie.auth_checks import dmarc
from vigie.auth_checks.arc import check_arc
from vigie.auth_checks.author import Author, find_author
from vigie.auth_checks.authres import BorderResults, border_results
from vigie.auth_checks.border import border_index, find_border
from vigie.auth_checks.dkim import ask_for_own_keys, check_dkim
from vigie.auth_checks.exchange import nameless_results
from vigie.auth_checks.frozen import Recorder
from vigie.auth_checks.letter import Letter, read_letter
from vigie.auth_checks.orgdomain import registrable
from vigie.auth_checks.receivedspf import SpfFields, spf_fields
from vigie.auth_checks.replay import replay_hints
from vigie.auth_checks.resolver import Resolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.spf import ADDR_SPEC, check_spf, weighed
from vigie.auth_checks.trust import Trust, trust_of
from vigie.auth_checks.types import (
    UNKNOWN_DELIVERY,
    AuthEvidence,
    BorderHop,
    Delivery,
    DkimResult,
    DmarcResult,
    Provenance,
    SpfResult,
    Status,
)
from vigie.message.types import Message


def authenticate(
    message: Message,
    resolver: Resolver,
    trust: TrustSettings,
    *,
    received: datetime | None,
    now: datetime,
    delivery: Delivery = UNKNOWN_DELIVERY,
) -> AuthEvidence:
    """Everything that the message, its header and the DNS say about who sent it.

    `received`: INTERNALDATE; `now`: the clock, both aware. Signatures are judged as of the day when our side got the message.
    `delivery`: what the mailbox knows beside the bytes: for the hints of replay, and whether the body was read to its end.
    Never raises: DNS faults are temperror, and what libraries raise on hostile input is a permerror (dkim.LIBRARY_ERRORS,
    spf.evaluate).
    """
    asked = Recorder(resolver)
    letter = read_letter(message.raw, cut=delivery.cut)
    author = find_author(message, letter)
    heard = _heard(message, trust_of(trust), received)
    looked_up = _looked_up(letter, author.domain, heard, asked, now=now, subject_tags=trust.subject_tags)
    spf, dkim, evaluation = looked_up.spf, looked_up.dkim, looked_up.evaluation
    result = dmarc.outranked(evaluation, spf, _border_dmarc(heard.border, heard.said, author.domain))
    structural = _structural(message, letter, author)
    unreadable = tuple(signature for signature in dkim if not signature.domain)
    obstacles = (*structural, *_unproven(evaluation.dkim_aligned, unreadable, result))
    return AuthEvidence(
        border=heard.border,
        spf=spf,
        dkim=dkim,
        dmarc=result,
        arc=check_arc(letter, asked, trust.arc_sealers),
        author_domain=author.domain,
        authenticated_domain=author.domain if result.aligned else None,
        complete=not obstacles,
        complete_by_spf=not structural and _spf_speaks(spf, evaluation),
        received_at=heard.received_at,
        examined_at=now,
        obstacles=obstacles,
        forged_results=heard.said.forged or heard.spf_said.forged,
        earlier_results=heard.said.earlier or heard.spf_said.earlier,
        dns_failed=asked.failed,
        author_dns_failed=looked_up.author_failed,
        replay=replay_hints(message, letter, evaluation.dkim_aligned, heard.top, delivery, heard.received_at),
        answers=asked.answers,
        unfrozen=asked.unfrozen,
        readings=author.readings,
        defects=letter.defects,
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What our own side says about the message: how it came in, when, and what our border made of it."""

    border: BorderHop
    top: int | None
    """The header index of the border's hop."""
    said: BorderResults
    spf_said: SpfFields
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class _LookedUp:
    """What the DNS says about who sent it."""

    spf: SpfResult
    dkim: tuple[DkimResult, ...]
    evaluation: dmarc.Evaluation
    author_failed: tuple[str, ...]
    """Names of the author's own whose look-up was in error."""


def _heard(message: Message, ours: Trust, received: datetime | None) -> _Heard:
    top = border_index(message, ours)
    return _Heard(
        border=find_border(message, ours),
        top=top,
        said=_said(message, ours, top),
        spf_said=spf_fields(message, ours, top),
        received_at=_received_at(message, ours, received),
    )


def _looked_up(
    letter: Letter, author_domain: str, heard: _Heard, asked: Recorder, *, now: datetime, subject_tags: tuple[str, ...]
) -> _LookedUp:
    """The author's own record, keys and SPF policy are asked for before anybody else's names: strangers must not spend the budget first.

    A second question is answered from memory.
    """
    dmarc.prepare(author_domain, (), asked)
    ask_for_own_keys(letter, author_domain, asked)
    by_author = _sent_by_author(heard.border, author_domain)
    own = _spf(heard.border, heard.said, heard.spf_said, asked) if by_author else None
    failed = asked.failed
    dkim = check_dkim(
        letter, author_domain, asked, received=heard.received_at or now, now=now, subject_tags=subject_tags
    )
    failed_now = asked.failed
    prepared = dmarc.prepare(author_domain, dkim, asked)
    failed += tuple(name for name in asked.failed if name not in failed_now)
    spf = own or _spf(heard.border, heard.said, heard.spf_said, asked)
    return _LookedUp(spf, dkim, dmarc.conclude(prepared, spf, dkim, asked), failed)


def _received_at(message: Message, trust: Trust, received: datetime | None) -> datetime | None:
    """The earlier of INTERNALDATE and our border's Received, which a moved mailbox does not change; else the newest hop's. UTC."""
    index = border_index(message, trust)
    dates = [hop.date for hop in message.hops if hop.date is not None and (index is None or hop.index == index)]
    if received is None:
        return dates[0] if dates else None
    internal = received.astimezone(UTC) if received.tzinfo else received.replace(tzinfo=UTC)
    return min(internal, dates[0]) if dates and index is not None else internal


def _said(message: Message, trust: Trust, top: int | None) -> BorderResults:
    """What our border says in Authentication-Results, with a name or in the one form that needs none."""
    said = border_results(message, trust, top)
    return said if top is None else replace(said, results=(*said.results, *nameless_results(message, trust, top)))


def _spf(border: BorderHop, said: BorderResults, spf_said: SpfFields, resolver: Resolver) -> SpfResult:
    """Computed where it can be, else what our border says, in Authentication-Results or in Received-SPF.

    Never a pass that nearly everybody can get, whoever says it (S-52).
    """
    computed = check_spf(border, resolver)
    if computed.provenance is Provenance.COMPUTED and computed.status is not Status.TEMPERROR:
        return computed
    told = None if _fools(border) else said.spf() or spf_said.result(border)
    return weighed(told, border.client_ip, resolver) if told else computed


def _sent_by_author(border: BorderHop, author_domain: str) -> bool:
    """The envelope sender is of the author's organization, so that SPF may speak for him."""
    sender = (border.mail_from or border.helo).rpartition("@")[2].lower().removesuffix(".")
    return bool(author_domain) and registrable(sender) == registrable(author_domain)


def _border_dmarc(border: BorderHop, said: BorderResults, author_domain: str) -> DmarcResult | None:
    """The border's DMARC result, unless it may have been fooled, or passed the author by SPF alone."""
    found = None if _fools(border) else said.dmarc(author_domain)
    return None if found and found.status is Status.PASS and _by_spf_alone(said, author_domain) else found


def _by_spf_alone(said: BorderResults, author_domain: str) -> bool:
    """The border names what it looked at, and no signature of the author's organization passed there (S-52)."""
    named = [result for result in said.results if result.method in {"spf", "dkim"}]
    signers = [
        result.properties.get("header.d") or result.properties.get("header.i", author_domain).rpartition("@")[2]
        for result in named
        if result.method == "dkim" and result.result.lower() == Status.PASS
    ]
    return bool(named) and registrable(author_domain) not in {registrable(signer.lower()) for signer in signers}


def _fools(border: BorderHop) -> bool:
    """The envelope sender is one that fools the software of borders (S-02, S-05)."""
    return bool(border.mail_from) and ADDR_SPEC.fullmatch(border.mail_from or "") is None


def _structural(message: Message, letter: Letter, author: Author) -> tuple[str, ...]:
    """What keeps every proof from being complete, whoever vouches for the author (house: "Proof"), one sentence each."""
    found = [author.obstacle] if author.obstacle else []
    if letter.cut:
        found.append("Only the beginning of the message was read: it is longer than [limits] message_bytes.")
    defects = dict.fromkeys(defect.detail for defect in (*message.structural_defects, *letter.defects))
    found.extend(f"Mail clients may read the message differently: {detail}." for detail in defects)
    return tuple(found)


def _spf_speaks(spf: SpfResult, evaluation: dmarc.Evaluation) -> bool:
    """The author's domain, DMARC record and all, lets in this client and few others, and no signature of it is broken."""
    broken = any(signature.status is Status.FAIL for signature in evaluation.dkim_aligned)
    passed = evaluation.spf_aligned and spf.status is Status.PASS
    return passed and not broken and evaluation.result.status is Status.PASS


def _unproven(aligned: tuple[DkimResult, ...], unreadable: tuple[DkimResult, ...], result: DmarcResult) -> list[str]:
    """What keeps the signatures, or our border's word, from proving the author.

    The border may have gone by a signature that we cannot read, since b= itself is anybody's to garble; what that one covers is unknown.
    """
    proves = any(signature.status is Status.PASS and signature.covers_message for signature in aligned)
    if result.aligned and proves:
        return []
    open_ends = tuple(dict.fromkeys(reason for signature in aligned for reason in signature.uncovered))
    looked_at = not unreadable and all(signature.signed for signature in aligned)
    if result.status is Status.PASS and result.provenance is Provenance.BORDER and not open_ends and looked_at:
        return []
    if not aligned and not unreadable:
        return [f"No DKIM signature aligns with the author domain ({result.reason})."]
    unproven = (*aligned, *unreadable)
    reasons = [f"DKIM d={signature.domain}: {signature.status} ({signature.reason})." for signature in unproven]
    return [*reasons, *(f"Not covered by the signature: {reason}." for reason in open_ends)]
