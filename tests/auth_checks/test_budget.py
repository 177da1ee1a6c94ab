"""What a stranger does with his own DNS costs the author nothing, and earns the stranger nothing (S-50, S-57, X-17)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dns.message
import dns.rcode
import pytest

from tests.auth_checks.letters import AUTHOR, NOW, PLAIN, RECEIVED, key_record, sign, zone
from tests.servers.authority import Authority, Fault, reply_to
from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.resolver import DnsResolver
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.auth_checks.types import AuthEvidence, Status
from vigie.message.parse import parse

TRUST = TrustSettings(border_hosts=("mx.dest.example",))
FOREIGN = (
    b"Received: from mail.voleur.example (mail.voleur.example [198.51.100.7])\r\n"
    b"\tby mx.dest.example (Postfix) with ESMTPS id 1 (envelope-from <x@voleur.example>);\r\n"
    b"\tFri, 20 Nov 2026 10:00:05 +0000\r\n"
)
COSTLY = "v=spf1 " + " ".join(f"mx:m{number}.voleur.example" for number in range(10)) + " -all"
STRANGERS = [sign(domain="voleur.example", selector=f"s{number}", key="others")[: -len(PLAIN)] for number in range(12)]
CHAIN = (
    b"ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=voleur.example; s=arc; b=AAAA\r\n"
    b"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=voleur.example; s=arc; h=from; bh=AAAA; b=AAAA\r\n"
    b"ARC-Authentication-Results: i=1; voleur.example; dmarc=pass\r\n"
)


ONE_SECOND = {"timeout_s": 5, "budget_s": 1}
"""The first silent name takes all the time that there is for a message."""


def silent(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    return ()


def servfail(query: dns.message.Message, transport: str) -> Sequence[bytes]:
    reply = reply_to(query)
    reply.set_rcode(dns.rcode.SERVFAIL)
    return (reply.to_wire(),)


@pytest.fixture
def authority() -> Iterator[Authority]:
    hosts = {f"h{term}-{number}.voleur.example": ["192.0.2.9"] for term in range(10) for number in range(10)}
    data = zone(
        txt={"voleur.example": [COSTLY], **{f"s{number}._domainkey.voleur.example": [key_record("others")] for number in range(12)}},
        mx={f"m{term}.voleur.example": [f"h{term}-{number}.voleur.example" for number in range(10)] for term in range(10)},
        a=hosts,
    )  # fmt: skip
    with Authority(data) as server:
        yield server


def stranger_fails(server: Authority, fault: Fault) -> None:
    """Every name of the stranger's meets that fault."""
    for name in (*(f"s{number}._domainkey" for number in range(12)), "arc._domainkey", "_dmarc"):
        server.fail(f"{name}.voleur.example", fault)
    server.fail("voleur.example", fault)
    for number in range(10):
        server.fail(f"m{number}.voleur.example", fault, "MX")


def found_over(server: Authority, raw: bytes, **changes: object) -> AuthEvidence:
    settings = DnsSettings.model_validate({**server.settings.model_dump(), **changes})
    session = DnsResolver(settings).session()
    return authenticate(parse(raw), session, TRUST, received=RECEIVED, now=NOW)


def test_a_costly_policy_is_cut_off_and_the_proof_stands(authority: Authority):
    found = found_over(authority, FOREIGN + sign())
    assert found.complete, found.obstacles
    assert (found.spf.status, found.dmarc.status) == (Status.TEMPERROR, Status.PASS)
    assert len(authority.asked) == authority.settings.max_queries
    assert all(name.endswith("voleur.example") for name in found.dns_failed)


@pytest.mark.parametrize("fault", [silent, servfail], ids=["silence", "SERVFAIL"])
@pytest.mark.parametrize("raw", [sign(), b"".join(STRANGERS) + sign(), b"".join(STRANGERS) + sign(domain="caisse.example"),
                                 CHAIN + STRANGERS[0] + sign()],
                         ids=["policy", "twelve signatures", "and one of the organization", "chain and signature"])  # fmt: skip
def test_a_stranger_whose_dns_is_ill_takes_nothing_from_the_author(authority: Authority, fault: Fault, raw: bytes):
    """All that the author's proof needs is asked before anything of the stranger's."""
    stranger_fails(authority, fault)
    found = found_over(authority, FOREIGN + raw, **ONE_SECOND)
    assert found.complete, found.obstacles
    assert found.dmarc.status is Status.PASS
    assert found.dns_failed
    assert all(name.endswith("voleur.example") for name in found.dns_failed)


@pytest.mark.parametrize("fault", [silent, servfail], ids=["silence", "SERVFAIL"])
def test_a_stranger_whose_dns_is_ill_earns_nothing(authority: Authority, fault: Fault):
    """S-57: his own faults are no excuse; DMARC fails as it would without them."""
    stranger_fails(authority, fault)
    for raw in (PLAIN, STRANGERS[0] + PLAIN, b"".join(STRANGERS) + PLAIN):
        found = found_over(authority, FOREIGN + raw, **ONE_SECOND)
        assert (found.dmarc.status, found.authenticated_domain, found.complete) == (Status.FAIL, None, False)
        assert not [name for name in found.dns_failed if name.endswith("caisse.example")]


@pytest.mark.parametrize("spent", [False, True], ids=["ill names", "spent budget"])
def test_a_strangers_policy_that_names_the_author_is_no_illness_of_his(authority: Authority, spent: bool):
    """S-57: an include of an ill name of the author's, or one that comes when the budget is spent, would excuse the stranger."""
    authority.fail(f"lame.{AUTHOR}", servfail)
    authority.publish({"txt": {"autre.example": [f"v=spf1 a:www.{AUTHOR} include:lame.{AUTHOR} -all"]}})
    raw = FOREIGN.replace(b"voleur.example", b"autre.example") + PLAIN
    found = found_over(authority, raw)
    name = f"lame.{AUTHOR}"
    if spent:
        name = f"www.{AUTHOR}"
        found = found_over(authority, raw, max_queries=[one.name for one in authority.asked].index(name))
    assert (found.dmarc.status, found.author_dns_failed) == (Status.FAIL, ())
    assert found.dns_failed == (name,)


def test_the_authors_own_policy_is_his(authority: Authority):
    authority.fail(AUTHOR, servfail)
    found = found_over(authority, FOREIGN.replace(b"x@voleur.example", f"x@{AUTHOR}".encode()) + PLAIN)
    assert (found.spf.status, found.dmarc.status, found.author_dns_failed) == (
        Status.TEMPERROR,
        Status.TEMPERROR,
        (AUTHOR,),
    )


@pytest.mark.parametrize("sender", [f"x@{AUTHOR}", f"x@neu.{AUTHOR}", ""], ids=["author's", "of a sub-domain", "null"])
def test_a_stranger_who_takes_the_authors_name_in_the_envelope_spends_nothing_first(authority: Authority, sender: str):
    """S-57: his keys do not answer; the author's policy, asked once all time was gone, would look ill in their stead."""
    stranger_fails(authority, silent)
    authority.publish({"txt": {f"neu.{AUTHOR}": ["v=spf1 -all"]}})
    border = FOREIGN.replace(b"x@voleur.example", sender.encode())
    if not sender:
        border = border.replace(b"mail.voleur.example (", AUTHOR.encode() + b" (")
    for raw in (PLAIN, b"".join(STRANGERS) + PLAIN):
        found = found_over(authority, border + raw, **ONE_SECOND)
        assert (found.spf.status, found.dmarc.status, found.author_dns_failed) == (Status.FAIL, Status.FAIL, ())


def test_the_authors_own_illness_is_no_failure(authority: Authority):
    for name in (f"sel._domainkey.{AUTHOR}", f"_dmarc.{AUTHOR}"):
        authority.fail(name, servfail)
        found = found_over(authority, FOREIGN + sign())
        assert (found.dmarc.status, found.complete) == (Status.TEMPERROR, False), name
        assert name in found.author_dns_failed


def test_forged_signatures_below_the_authors_domain_spend_nothing_of_his(authority: Authority):
    """Ten d= of many labels would be ten walks of eight questions, all in the author's own zone: his DNS would look ill (S-57)."""
    forged = [
        sign(domain=f"a{n}.b{n}.c{n}.d{n}.{AUTHOR}", key="others").removesuffix(PLAIN).replace(b"s=sel", b"s=x%d" % n)
        for n in range(10)
    ]
    found = found_over(authority, FOREIGN.replace(b"voleur.example", b"none.example") + b"".join(forged) + PLAIN)
    assert not found.dns_failed
    assert found.dmarc.status is not Status.TEMPERROR
    assert found_over(authority, b"".join(forged) + sign()).complete
