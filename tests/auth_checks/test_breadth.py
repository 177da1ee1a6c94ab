"""BreakSPF (S-52): what nearly everybody can get proves nobody, and SPF alone proves no brand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import AUTHOR, PLAIN, evidence, sign, zone
from tests.effort import often
from tests.rules.building import AMELI
from vigie.auth_checks.breadth import MAX_POLICIES, too_wide
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.spf import check_spf
from vigie.auth_checks.types import AuthEvidence, BorderHop, Provenance, Status
from vigie.message.parse import parse
from vigie.rules.brand import Brand
from vigie.rules.judgement import judge
from vigie.rules.types import Label
from vigie.rules.view import View

TRUST = TrustSettings(border_hosts=("mx.dest.example",), authserv_ids=("mx.dest.example",))
BORDER = (
    b"Received: from mail.caisse.example (mail.caisse.example [%s])\r\n"
    b"\tby mx.dest.example (Postfix) with ESMTPS id 1 (envelope-from <lettre@info.caisse.example>);\r\n"
    b"\tFri, 20 Nov 2026 10:00:05 +0000\r\n"
)
SILENT = BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b"")
SAYS = b"Authentication-Results: mx.dest.example; %s\r\n"

POLICIES = [
    ("ip4:192.0.0.0/14 -all", ""),
    ("ip4:192.0.0.0/13 -all", "lets 524288 addresses of IPv4 pass"),
    ("ip4:192.0.0.0/15 ip4:198.50.0.0/15 -all", ""),
    ("ip4:192.0.0.0/15 ip4:198.50.0.0/15 ip4:203.0.113.1 -all", "lets 262145 addresses"),
    ("ip4:192.0.0.0/14 ip4:192.0.2.0/24 ip4:192.0.0.0/15 -all", ""),  # the same addresses count once
    ("ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", "lets 4294967296 addresses"),
    ("ip4:192.0.2.1 +all", "lets everybody pass"),
    ("ip4:192.0.2.1 ALL", "lets everybody pass"),
    ("ip4:192.0.2.1 ?all", ""),
    ("ip4:192.0.2.1 -all ip4:0.0.0.0/0", ""),  # after `all` nothing is evaluated
    ("ip4:192.0.2.1 -ip4:0.0.0.0/0 ~ip4:10.0.0.0/8", ""),
    ("ip4:192.0.2.1 include:wide.example -all", "lets 16777217 addresses"),
    ("ip4:192.0.2.1 -include:wide.example -all", ""),
    ("ip4:192.0.2.1 include:everybody.example -all", "policy of everybody.example lets everybody pass"),
    ("ip4:192.0.2.1 include:half.example include:other.example -all", "lets 393217 addresses"),
    ("ip4:192.0.2.1 redirect=wide.example", "lets 16777217 addresses"),
    ("ip4:192.0.2.1 -all redirect=wide.example", ""),
    ("a/8 ip4:192.0.2.1 -all", "lets 16777217 addresses"),
    ("ip4:192.0.2.1 mx:there.example/13 -all", "lets 524289 addresses"),
    ("ip4:192.0.2.1 a mx a:there.example//16 -all", ""),  # the client came over IPv4
    ("ip4:192.0.2.1 include:loop.example -all", ""),
    ("ip4:192.0.2.1 include:%{d}.wide.example exists:%{i}.x.example ptr -all", ""),
    ("ip4:192.0.2.1 include:broken.example include:none.example include:bad.example -all", ""),
    ("ip6:::/0 ip4:192.0.2.1 -all", ""),
]
OTHERS = {
    "wide.example": ["v=spf1 ip4:10.0.0.0/8 -all"],
    "half.example": ["v=spf1 ip4:10.0.0.0/15 -all"],
    "other.example": ["v=spf1 ip4:10.4.0.0/14 -all"],
    "everybody.example": ["v=spf1 +all"],
    "loop.example": [f"v=spf1 include:{AUTHOR} include:loop.example ip4:192.0.2.7 -all"],
    "bad.example": ["v=spf1 foo ip4:0.0.0.0/0"],
}


def resolver_with(policy: str) -> ZoneResolver:
    return ZoneResolver(zone(txt={AUTHOR: [f"v=spf1 {policy}"], **OTHERS}, fail=["broken.example"]))


@pytest.mark.parametrize(("policy", "wanted"), POLICIES)
def test_how_wide_a_policy_is(policy: str, wanted: str):
    said = too_wide(AUTHOR, (4,), resolver_with(policy).session())
    assert (wanted in said) if wanted else not said


@pytest.mark.parametrize(
    ("policy", "wide"),
    [
        ("ip6:2001:db8::/32 -all", False),
        ("ip6:2001:db8::/32 ip6:2001:dba::/128 -all", True),
        ("ip6:2001:db8::/33 ip6:2001:db8:8000::/33 -all", False),
        ("ip6:2000::/3 -all", True),
        ("a//16 -all", True),
        ("ip4:0.0.0.0/0 ip6:2001:db8::9 -all", False),
    ],
)
def test_ipv6_counts_for_itself(policy: str, wide: bool):
    session = resolver_with(policy).session()
    assert bool(too_wide(AUTHOR, (6,), session)) is wide
    hop = BorderHop(True, "", client_ip="2001:db8::9", helo="mail.caisse.example", mail_from=f"x@{AUTHOR}")
    found = check_spf(hop, session)
    if found.status in {Status.PASS, Status.POLICY}:
        assert found.weak is wide


def test_no_more_policies_are_read_than_the_standard_allows():
    chain = {f"p{number}.example": [f"v=spf1 include:p{number + 1}.example -all"] for number in range(50)}
    asked: list[str] = []
    inner = ZoneResolver({"txt": chain}).session()

    class Counting:
        def txt(self, name: str) -> tuple[bytes, ...]:
            asked.append(name)
            return inner.txt(name)

        addresses, mx, ptr = inner.addresses, inner.mx, inner.ptr

    assert not too_wide("p0.example", (4, 6), Counting())
    assert len(asked) == MAX_POLICIES


def letter(
    raw: bytes, policy: str, *, key: str | None = "", above: bytes = b"", border: bytes = BORDER
) -> AuthEvidence:
    """The evidence about a letter from 192.0.2.1; `key` None: the author's DKIM key is gone."""
    txt: dict[str, object] = {AUTHOR: [f"v=spf1 {policy}"], **OTHERS}
    if key is None:
        txt[f"sel._domainkey.{AUTHOR}"] = None
    raw = above + (border % b"192.0.2.1" if b"%s" in border else border) + raw
    return evidence(raw, zone(txt=txt, fail=["broken.example"]), TRUST)


def test_a_wide_pass_is_not_used_and_accuses_nobody():
    narrow, wide = letter(PLAIN, "ip4:192.0.2.1 -all"), letter(PLAIN, "ip4:192.0.0.0/8 -all")
    assert (narrow.spf.status, narrow.spf.weak, narrow.dmarc.status) == (Status.PASS, False, Status.PASS)
    assert narrow.authenticated_domain == AUTHOR
    assert (wide.spf.status, wide.spf.weak, wide.dmarc.status) == (Status.POLICY, True, Status.POLICY)
    assert "pass (ip4:192.0.0.0/8), but the policy of info.caisse.example lets" in wide.spf.reason
    assert (wide.authenticated_domain, wide.complete, wide.dmarc.aligned) == (None, False, ())
    signed = letter(sign(), "+all")
    assert (signed.spf.status, signed.dmarc.status, signed.complete) == (Status.POLICY, Status.PASS, True)


@pytest.mark.parametrize("key", ["", None], ids=["key", "key gone"])
@pytest.mark.parametrize("policy", ["+all", "ip4:0.0.0.0/2 ip4:192.0.2.1", "include:everybody.example"])
def test_our_borders_pass_may_rest_on_the_wide_one(key: str | None, policy: str):
    """The border knows no S-52: its dmarc=pass may be the very pass that everybody gets, whatever the signature looks like."""
    forged = sign(key="others") if key is None else PLAIN
    found = letter(forged, policy, key=key, above=SAYS % b"dmarc=pass header.from=info.caisse.example")
    assert (found.spf.weak, found.complete, found.authenticated_domain) == (True, False, None)


def test_the_borders_own_spf_result_is_weighed_too():
    said = (
        SAYS
        % b"spf=pass smtp.mailfrom=lettre@info.caisse.example; dkim=none; dmarc=pass header.from=info.caisse.example"
    )
    for policy, status in (("ip4:192.0.2.1 -all", Status.PASS), ("ip4:192.0.2.1 +all", Status.POLICY)):
        found = letter(PLAIN, policy, above=said, border=SILENT)
        assert (found.spf.provenance, found.spf.status, found.complete) == (Provenance.BORDER, status, False)


@pytest.mark.parametrize(
    ("said", "proves"),
    [
        (b"dmarc=pass header.from=info.caisse.example", True),
        (b"dkim=pass header.d=info.caisse.example; dmarc=pass header.from=info.caisse.example", True),
        (b"dkim=pass header.i=@caisse.example; dmarc=pass header.from=info.caisse.example", True),
        (b"dkim=none; dmarc=pass header.from=info.caisse.example", False),
        (b"dkim=fail header.d=info.caisse.example; dmarc=pass header.from=info.caisse.example", False),
        (b"dkim=pass header.d=voleur.example; spf=pass; dmarc=pass header.from=info.caisse.example", False),
        (b"spf=pass smtp.helo=mail.caisse.example; dmarc=pass header.from=info.caisse.example", False),
    ],
)
def test_a_border_that_went_by_spf_alone_does_not_prove(said: bytes, proves: bool):
    assert letter(PLAIN, "-all", above=SAYS % said, border=SILENT).complete is proves


SPF_WORDS = ("pass", "fail", "softfail", "neutral", "none", "temperror", "permerror", "policy")
PARTS = st.builds(
    "{}={} {}".format,
    st.just("spf"),
    st.sampled_from(SPF_WORDS),
    st.sampled_from(
        ("smtp.mailfrom=x@info.caisse.example", "smtp.mailfrom=info.caisse.example", "smtp.helo=caisse.example", "")
    ),
)
TERMS = ("ip4:192.0.2.1", "ip4:192.0.2.0/24", "+all", "-all", "a", "include:everybody.example", "include:half.example",
         "include:broken.example", "redirect=wide.example", "ip4:192.0.0.0/9", "exists:info.caisse.example", "foo")  # fmt: skip


@settings(max_examples=often(100, 250), deadline=None)
@given(
    policy=st.lists(st.sampled_from(TERMS), max_size=4),
    words=st.lists(PARTS, max_size=3),
    dmarc=st.sampled_from((b"", b"; dmarc=pass header.from=info.caisse.example")),
    border=st.sampled_from((BORDER, SILENT, b"")),
    raw=st.sampled_from((PLAIN, sign(key="others"), sign(domain="voleur.example", key="others"))),
    key=st.sampled_from(("", None)),
)
def test_no_combination_of_spf_results_proves(
    policy: list[str], words: list[str], dmarc: bytes, border: bytes, raw: bytes, key: str | None
):
    """Whatever SPF says, to us or to our border, and whatever a border makes of it."""
    said = SAYS % ("; ".join(words).encode() + dmarc) if words else b""
    found = letter(raw, " ".join(policy), key=key, above=said, border=border)
    assert not found.complete
    assert "complete" not in "".join(found.obstacles)
    for brand in (BRAND, BRAND.model_copy(update={"spf_alone_proves": True})):
        verdict = judge(parse(raw), found, (brand,))
        strong = found.spf.status is Status.PASS and not found.spf.weak and found.dmarc.status is Status.PASS
        assert verdict.label is not Label.GENUINE or (brand.spf_alone_proves and strong)


BRAND: Brand = AMELI.model_copy(
    update={
        "owned_domains": ("caisse.example",),
        "senders": (AMELI.senders[0].model_copy(update={"address": f"@{AUTHOR}"}),),
    }
)
"""The invented fund as a brand."""


def test_spf_alone_proves_where_the_brand_file_says_so():
    trusting = BRAND.model_copy(update={"spf_alone_proves": True})
    mail = parse(PLAIN)
    cases = {
        "a narrow pass": (letter(PLAIN, "ip4:192.0.2.1 -all"), True),
        "a wide pass": (letter(PLAIN, "ip4:192.0.2.1 +all"), False),
        "softfail": (letter(PLAIN, "~all"), False),
        "a broken signature": (letter(sign() + b"more\r\n", "ip4:192.0.2.1 -all"), False),
        "two authors": (letter(b"From: x@voleur.example\r\n" + PLAIN, "ip4:192.0.2.1 -all"), False),
        "a duplicated header": (letter(b"Subject: x\r\n" + PLAIN, "ip4:192.0.2.1 -all"), False),
    }
    for name, (found, proven) in cases.items():
        assert not found.complete, name
        assert found.complete_by_spf is proven, name
        assert View(mail, found, trusting).proven is proven, name
        assert not View(mail, found, BRAND).proven, name
    assert not any(brand.spf_alone_proves for brand in (AMELI,))


def test_a_wide_pass_is_no_contradiction():
    """A finding needs a failure; that we do not go by a pass is our own policy."""
    trusted = replace(letter(PLAIN, "+all"), author_domain=AUTHOR)
    rules = {finding.rule for finding in judge(parse(PLAIN), trusted, (BRAND,)).findings}
    assert "author-unproven" not in rules
    failed = letter(PLAIN, "-all")
    assert "author-unproven" in {finding.rule for finding in judge(parse(PLAIN), failed, (BRAND,)).findings}


@pytest.mark.parametrize("policy", ["+all", "exists:%{l}.x.example -all", "ip4:198.51.100.7 -all"])
def test_a_strangers_policy_changes_nothing_for_the_author(policy: str):
    """What does not align cannot be a way out of dmarc=fail, whatever its owner publishes (S-57)."""
    foreign = (BORDER % b"198.51.100.7").replace(b"lettre@info.caisse", b"x@voleur")
    found = evidence(foreign + PLAIN, zone(txt={"voleur.example": [f"v=spf1 {policy}"]}), TRUST)
    assert (found.spf.domain, found.dmarc.status) == ("voleur.example", Status.FAIL)


def test_a_policy_that_needs_the_local_part_accuses_nobody():
    """S-51: the author's own policy asks for what we do not disclose: neither proof nor failure."""
    found = letter(PLAIN, "exists:%{l}._spf.%{d} -all")
    assert (found.spf.status, found.dmarc.status, found.authenticated_domain) == (Status.POLICY, Status.POLICY, None)
    assert "author-unproven" not in {finding.rule for finding in judge(parse(PLAIN), found, (BRAND,)).findings}
