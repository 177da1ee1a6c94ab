"""SPF: what is asked, what is not, and what a result may be used for."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import zone
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.spf import LOCAL_PART, check_spf
from vigie.auth_checks.types import BorderHop, Provenance, Status


def border(mail_from: str | None, ip: str = "192.0.2.1", helo: str = "mail.info.caisse.example") -> BorderHop:
    return BorderHop(True, "", client_ip=ip, helo=helo, mail_from=mail_from)


def test_pass_and_fail_name_the_identity():
    resolver = ZoneResolver(zone()).session()
    good = check_spf(border("lettre@info.caisse.example"), resolver)
    assert (good.status, good.domain, good.provenance) == (Status.PASS, "info.caisse.example", Provenance.COMPUTED)
    assert check_spf(border("lettre@info.caisse.example", ip="203.0.113.9"), resolver).status is Status.FAIL


@pytest.mark.parametrize(
    ("mail_from", "why"),
    [
        ("(any@info.caisse.example", "S-02: empty MAIL FROM with a comment"),
        ("a@b@info.caisse.example", "S-05: two @"),
        ("any@info.caisse.example'@voleur.example", "S-06: quote and @"),
        ("@a.example,@b.example:'x@info.caisse.example", "S-07: source route"),
        ("a\0b@info.caisse.example", "NUL"),
        ('"a b"@info.caisse.example', "quoted local part"),
        ("lettre", "no domain"),
        ("a@info.caisse.example\r\n x", "folding"),
    ],
)
def test_a_crafted_envelope_sender_is_not_evaluated(mail_from: str, why: str):
    found = check_spf(border(mail_from), ZoneResolver(zone()).session())
    assert (found.status, found.provenance) == (Status.NONE, Provenance.UNAVAILABLE), why


def test_helo_speaks_only_for_a_null_sender():
    """S-01: a sub-domain that does not exist gets no help from HELO."""
    data = zone(txt={"mail.info.caisse.example": ["v=spf1 ip4:192.0.2.1 -all"]})
    resolver = ZoneResolver(data).session()
    assert check_spf(border(""), resolver).domain == "mail.info.caisse.example"
    assert check_spf(border(""), resolver).status is Status.PASS
    assert check_spf(border("x@no.info.caisse.example"), resolver).status is Status.NONE


def test_unavailable_without_border_or_sender():
    resolver = ZoneResolver(zone()).session()
    for hop in (BorderHop(False, "no border"), border(None)):
        found = check_spf(hop, resolver)
        assert (found.status, found.provenance, found.domain) == (Status.NONE, Provenance.UNAVAILABLE, "")


def test_the_local_part_never_reaches_the_dns():
    """S-51."""
    asked: list[str] = []

    class Listening:
        def __init__(self) -> None:
            self.inner = ZoneResolver(
                zone(txt={"info.caisse.example": ["v=spf1 exists:%{lr}._spf.%{d} include:%{s}.x.example -all"]})
            ).session()

        def txt(self, name: str) -> tuple[bytes, ...]:
            asked.append(name)
            return self.inner.txt(name)

        def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
            asked.append(name)
            return self.inner.addresses(name, version)

        def mx(self, name: str) -> tuple[str, ...]:
            raise AssertionError(name)

        def ptr(self, ip: str) -> tuple[str, ...]:
            raise AssertionError(ip)

    found = check_spf(border("claire.secrete@info.caisse.example"), Listening())
    assert found.status is Status.NEUTRAL
    assert asked == ["info.caisse.example"]
    assert not any("claire" in name or LOCAL_PART in name for name in asked)


def test_a_fault_is_temporary():
    found = check_spf(border("a@info.caisse.example"), ZoneResolver({"fail": ["info.caisse.example"]}).session())
    assert found.status is Status.TEMPERROR


def test_works_inside_a_running_event_loop():
    async def inside() -> Status:
        return check_spf(border("a@info.caisse.example"), ZoneResolver(zone()).session()).status

    assert asyncio.run(inside()) is Status.PASS


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_total(mail_from: str, helo: str, record_text: str):
    resolver = ZoneResolver({"txt": {"a.example": [f"v=spf1 {record_text}"]}}).session()
    check_spf(border(mail_from, helo=helo), resolver)
    check_spf(border("x@a.example", helo=helo), resolver)
