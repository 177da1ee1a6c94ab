"""The decision table: each row, and the two invariants over every combination of evidence and findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.auth_checks.types import (
    ArcResult,
    AuthEvidence,
    BorderHop,
    DkimResult,
    DmarcResult,
    Provenance,
    SpfResult,
    Status,
)
from vigie.message.types import Address, Layer, Link, Message
from vigie.rules.brand import Brand, Claim, Host, Phone, Sender
from vigie.rules.policy import FACTS, Policy, Row, decide, policy
from vigie.rules.types import Finding, Kind, Label, Quote, Strength
from vigie.rules.view import View

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SOURCED: Any = {"source": "test", "seen": "2026-11"}
BRAND = Brand(
    name="ameli",
    title={"fr": "l'Assurance Maladie", "en": "Assurance Maladie"},
    senders=(Sender(address="assurance-maladie@info.ameli.fr", **SOURCED),),
    owned_domains=("ameli.fr",),
    hosts=(Host(host="ameli.fr", subdomains=True, **SOURCED),),
    phones=(Phone(number="3646", **SOURCED),),
    claim=Claim(names=("ameli",)),
)
OFFICIAL = Address("L'Assurance Maladie", "assurance-maladie@info.ameli.fr", "info.ameli.fr", "from")
FOREIGN = Address("Ameli", "x@stranger.example", "stranger.example", "from")


def message(author: Address, readings: int = 1, links: tuple[Link, ...] = ()) -> Message:
    return Message(b"", "0" * 64, (), "m@x", "s", NOW, (author,), readings, (), (), (), (), (), links, (), ())


def evidence(
    *, complete: bool = False, dkim: tuple[DkimResult, ...] = (), failed: tuple[str, ...] = ()
) -> AuthEvidence:
    return AuthEvidence(
        border=BorderHop(found=False, reason=""),
        spf=SpfResult(Status.NONE, "", Provenance.UNAVAILABLE, ""),
        dkim=dkim,
        dmarc=DmarcResult(Status.NONE, "", Provenance.UNAVAILABLE, ""),
        arc=ArcResult(Status.NONE, ""),
        author_domain="",
        authenticated_domain=None,
        complete=complete,
        received_at=NOW - timedelta(hours=1),
        examined_at=NOW,
        author_dns_failed=failed,
    )


def finding(
    kind: Kind, strength: Strength = Strength.STRONG, rule: str = "some", layer: Layer = Layer.OUTER
) -> Finding:
    return Finding(rule, kind, strength, layer, ())


CLAIM = finding(Kind.CLAIM)
CONTRADICTION = finding(Kind.CONTRADICTION)
DECISIVE = finding(Kind.CONTRADICTION, Strength.DECISIVE)
LURE = finding(Kind.LURE, Strength.WEAK)
OUTSIDE = finding(Kind.LURE, rule="link-outside")
EXCUSE = finding(Kind.EXCUSE)
NAME_CLAIM = finding(Kind.CLAIM, rule="claim-display-name")
REQUEST = finding(Kind.LURE, rule="data-request")
UNPROVEN = finding(Kind.CONTRADICTION, rule="author-unproven")
FOOTER_LINK = Link(
    "se désabonner", "https://listes.example.org/u", "listes.example.org", "https", Layer.OUTER, "text/plain", "text"
)
LIST_LINK = replace(FOOTER_LINK, where="header:list-unsubscribe", target="https://listes.example.org/x")
FOOTED = DkimResult(
    Status.FAIL, "info.ameli.fr", "s", Provenance.COMPUTED, "", footer="--\nhttps://listes.example.org/u"
)
GONE = DkimResult(Status.PERMERROR, "info.ameli.fr", "s", Provenance.COMPUTED, "no key", key_missing=True)


@pytest.mark.parametrize(
    ("row", "label", "author", "proof", "findings"),
    [
        (1, Label.UNRELATED, FOREIGN, evidence(), (CONTRADICTION, LURE)),
        (1, Label.UNRELATED, FOREIGN, evidence(), (finding(Kind.CLAIM, layer=Layer.QUOTED), DECISIVE)),
        (1, Label.UNRELATED, FOREIGN, evidence(complete=True), (CLAIM, CONTRADICTION, OUTSIDE, EXCUSE)),
        (2, Label.GENUINE, OFFICIAL, evidence(complete=True), (CLAIM,)),
        (2, Label.GENUINE, OFFICIAL, evidence(complete=True), (CLAIM, LURE, CONTRADICTION)),
        (3, Label.SUSPICIOUS, OFFICIAL, evidence(complete=True), (CLAIM, OUTSIDE, DECISIVE)),
        (4, Label.IMPERSONATION, FOREIGN, evidence(), (CLAIM, DECISIVE)),
        (4, Label.IMPERSONATION, FOREIGN, evidence(complete=True), (CLAIM, DECISIVE, EXCUSE)),
        (5, Label.SUSPICIOUS, OFFICIAL, evidence(dkim=(FOOTED,)), (CLAIM, UNPROVEN, OUTSIDE)),
        (6, Label.IMPERSONATION, FOREIGN, evidence(), (CLAIM, CONTRADICTION, LURE)),
        (6, Label.IMPERSONATION, FOREIGN, evidence(complete=True), (NAME_CLAIM, CONTRADICTION, LURE, EXCUSE)),
        (7, Label.UNDECIDED, OFFICIAL, evidence(failed=("s._domainkey.info.ameli.fr",)), (CLAIM, UNPROVEN, LURE)),
        (7, Label.UNDECIDED, OFFICIAL, replace(evidence(dkim=(GONE,)), received_at=NOW - timedelta(days=8)), (CLAIM, UNPROVEN)),
        (8, Label.SUSPICIOUS, OFFICIAL, evidence(dkim=(GONE,)), (CLAIM, UNPROVEN)),
        (8, Label.SUSPICIOUS, OFFICIAL, evidence(failed=("stranger.example",)), (CLAIM, UNPROVEN)),
        (8, Label.SUSPICIOUS, OFFICIAL, replace(evidence(), dns_failed=("info.ameli.fr",)), (CLAIM, UNPROVEN)),  # a stranger asked
        (8, Label.SUSPICIOUS, FOREIGN, evidence(failed=("info.ameli.fr",)), (CLAIM, CONTRADICTION)),
        (8, Label.SUSPICIOUS, FOREIGN, evidence(), (CLAIM, OUTSIDE)),
        (8, Label.SUSPICIOUS, OFFICIAL, evidence(), (CLAIM, UNPROVEN, REQUEST)),
        (6, Label.IMPERSONATION, OFFICIAL, evidence(), (CLAIM, UNPROVEN, REQUEST, OUTSIDE)),
        (6, Label.IMPERSONATION, FOREIGN, evidence(), (CLAIM, CONTRADICTION, REQUEST)),
        (7, Label.UNDECIDED, OFFICIAL, replace(evidence(dkim=(GONE,)), received_at=NOW - timedelta(days=8)), (CLAIM, UNPROVEN, REQUEST)),
        (9, Label.UNDECIDED, FOREIGN, evidence(), (CLAIM, LURE)),
        (9, Label.UNDECIDED, OFFICIAL, evidence(), (CLAIM,)),
    ],
)  # fmt: skip
def test_each_row(row: int, label: Label, author: Address, proof: AuthEvidence, findings: tuple[Finding, ...]) -> None:
    view = View(message(author, links=(FOOTER_LINK, LIST_LINK)), proof, BRAND)
    verdict = decide(view, findings)
    assert (verdict.decided_by, verdict.label) == (row, label)


def test_only_a_fault_of_dns_is_worth_another_try() -> None:
    failed = decide(View(message(OFFICIAL), evidence(failed=("info.ameli.fr",)), BRAND), (CLAIM,))
    gone = replace(evidence(dkim=(GONE,)), received_at=NOW - timedelta(days=8))
    named = replace(evidence(), dns_failed=("info.ameli.fr",))
    assert failed.retry
    assert not decide(View(message(OFFICIAL), named, BRAND), (CLAIM,)).retry, "named by a stranger's policy only"
    assert not decide(View(message(OFFICIAL), gone, BRAND), (CLAIM,)).retry


def test_a_footer_with_a_link_elsewhere_is_no_list_footer() -> None:
    elsewhere = replace(FOOTER_LINK, target="https://evil.example/u", host="evil.example")
    footed = replace(FOOTED, footer="--\nhttps://evil.example/u")
    view = View(message(OFFICIAL, links=(elsewhere, LIST_LINK)), evidence(dkim=(footed,)), BRAND)
    assert decide(view, (CLAIM, CONTRADICTION, LURE)).decided_by == 6


@pytest.mark.parametrize(
    ("footer", "row"),
    [
        ("--\nhttps://listes.example.org/u <mailto:a@listes.example.org> <https://listes.example.org/u>", 5),
        ("-----\n<div style='position:absolute'>https://listes.example.org/u</div>", 6),
        ("-----\nPayez 2,99 EUR\nici : https://listes.example.org/u", 6),
    ],
    ids=["a list's", "HTML over the letter", "it asks for money"],
)
def test_a_text_that_does_more_than_lead_to_the_list_is_no_list_footer(footer: str, row: int) -> None:
    """Whoever sends a genuine letter again writes the List-* fields as he likes."""
    money = replace(finding(Kind.LURE, rule="payment-request"), quotes=(Quote("text/plain", "Payez 2,99 EUR ici"),))
    signed_one = replace(REQUEST, quotes=(Quote("text/plain", "Envoyez votre attestation"),))
    view = View(
        message(OFFICIAL, links=(FOOTER_LINK, LIST_LINK)), evidence(dkim=(replace(FOOTED, footer=footer),)), BRAND
    )
    assert decide(view, (CLAIM, CONTRADICTION, LURE, money, signed_one)).decided_by == row


FINDINGS = st.builds(
    Finding,
    rule=st.sampled_from(
        [
            "some",
            "link-outside",
            "reply-outside",
            "phone-unofficial",
            "author-unproven",
            "claim-author",
            "claim-display-name",
        ]
    ),
    kind=st.sampled_from(Kind),
    strength=st.sampled_from(Strength),
    layer=st.sampled_from(Layer),
    quotes=st.just(()),
)
EVIDENCE = st.builds(
    evidence,
    complete=st.booleans(),
    dkim=st.lists(st.sampled_from([FOOTED, GONE]), max_size=2).map(tuple),
    failed=st.lists(st.sampled_from(["info.ameli.fr", "stranger.example"]), max_size=2).map(tuple),
)


@given(st.sampled_from([OFFICIAL, FOREIGN]), st.integers(0, 3), EVIDENCE, st.lists(FINDINGS, max_size=6))
def test_the_two_invariants(author: Address, readings: int, proof: AuthEvidence, findings: list[Finding]) -> None:
    view = View(message(author, readings), proof, BRAND)
    verdict = decide(view, findings)
    proven = proof.complete and author is OFFICIAL and readings == 1
    assert verdict.proven == proven
    if proven:
        assert verdict.label is not Label.IMPERSONATION
    else:
        assert verdict.label is not Label.GENUINE
    assert (verdict.brand is None) == (verdict.label is Label.UNRELATED)


@given(st.lists(FINDINGS, max_size=5), st.lists(FINDINGS, max_size=3), EVIDENCE)
def test_more_text_never_lowers_a_decisive_contradiction(
    some: list[Finding], more: list[Finding], proof: AuthEvidence
) -> None:
    view = View(message(FOREIGN), proof, BRAND)
    assert decide(view, [*some, *more, CLAIM, DECISIVE]).label is Label.IMPERSONATION


NOTES = FINDINGS.map(lambda found: replace(found, kind=Kind.NOTE))


@given(
    st.sampled_from([OFFICIAL, FOREIGN]),
    st.integers(0, 2),
    EVIDENCE,
    st.lists(FINDINGS, max_size=5),
    st.lists(NOTES, min_size=1, max_size=3),
    st.booleans(),
)
def test_notes_decide_nothing(
    author: Address, readings: int, proof: AuthEvidence, some: list[Finding], notes: list[Finding], first: bool
) -> None:
    """Whatever rule, strength and layer a note has (issue: replay hints decide nothing alone)."""
    view = View(message(author, readings), proof, BRAND)
    without = decide(view, some)
    noted = decide(view, [*notes, *some] if first else [*some, *notes])
    assert replace(noted, findings=without.findings) == without
    assert set(notes) <= set(noted.findings)


def test_the_table_refuses_unknown_facts_and_holes() -> None:
    with pytest.raises(ValueError, match="no such fact"):
        Row(number=1, when=("clam",), verdict=Label.UNRELATED)
    rows = tuple(row for row in policy().row if row.when)
    with pytest.raises(ValueError, match="total"):
        Policy(**{**policy().model_dump(), "row": [row.model_dump() for row in rows]})


def test_every_fact_is_used() -> None:
    used = {name.removeprefix("!") for row in policy().row for name in row.when}
    assert used == set(FACTS)
