"""SPF: what is asked, what is not, and what a result may be used for."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import zone
from tests.effort import often
from tests.servers.authority import Authority
from vigie.auth_checks.resolver import DnsResolver, ZoneResolver
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


class Listening:
    """The zone's answers, with a note of every question."""

    def __init__(self, **zone_changes: object) -> None:
        self.inner = ZoneResolver(zone(**zone_changes)).session()
        self.asked: list[tuple[str, str]] = []

    def txt(self, name: str) -> tuple[bytes, ...]:
        self.asked.append(("TXT", name))
        return self.inner.txt(name)

    def addresses(self, name: str, version: int = 0) -> tuple[str, ...]:
        self.asked.append(("A", name))
        return self.inner.addresses(name, version)

    def mx(self, name: str) -> tuple[str, ...]:
        self.asked.append(("MX", name))
        return self.inner.mx(name)

    def ptr(self, ip: str) -> tuple[str, ...]:
        self.asked.append(("PTR", ip))
        return self.inner.ptr(ip)


def policy(text: str, **others: list[str]) -> dict[str, object]:
    return {
        "info.caisse.example": [f"v=spf1 {text}"],
        **{name.replace("_", "."): value for name, value in others.items()},
    }


def test_the_local_part_never_reaches_the_dns():
    """S-51. A record that needs it is not gone by, and says nothing against the sender."""
    resolver = Listening(txt=policy("exists:%{lr}._spf.%{d} include:%{s}.x.example -all"))
    found = check_spf(border("claire.secrete@info.caisse.example"), resolver)
    assert (found.status, found.weak) == (Status.POLICY, True)
    assert resolver.asked == [("TXT", "info.caisse.example")]


MACROS = st.builds(
    "%{{{}{}{}{}}}".format,
    st.sampled_from("lLsSdDoOiIvVhHpP"),
    st.sampled_from(("", "1", "2", "9")),
    st.sampled_from(("", "r", "R")),
    st.text(".-+,/_=", max_size=3),
)
SPECS = st.builds(
    "{}:{}".format,
    st.sampled_from(("exists", "a", "mx", "include", "ptr")),
    st.lists(st.one_of(MACROS, st.sampled_from(("x", ".", "%%", "%_", "%-"))), min_size=1, max_size=4).map("".join),
)


@given(
    st.lists(st.one_of(SPECS, SPECS.map("{}.info.caisse.example".format), st.just("exp=%{l}.x.example")), max_size=4),
    st.sampled_from(("claire.secrete", "secrete", "SECRETE-x", "a+secrete", "secrete=y")),
    st.sampled_from(("192.0.2.1", "2001:db8::1")),
)
@settings(max_examples=often(80, 200), deadline=None)
def test_no_macro_discloses_the_local_part(terms: list[str], local: str, ip: str):
    """S-51: whatever is cut out of it, turned round or escaped."""
    resolver = Listening(txt=policy(f"{' '.join(terms)} -all"), ptr={ip: ["mail.caisse.example"]})
    found = check_spf(border(f"{local}@info.caisse.example", ip=ip), resolver)
    assert not [name for _, name in resolver.asked if "secrete" in name.lower() or LOCAL_PART in name.lower()]
    assert found.status is not Status.PASS or not found.weak


def test_no_explanation_is_fetched():
    """RFC 7208 section 6.2: it is the domain's own text, for people who were refused; and it costs a question."""
    resolver = Listening(txt=policy("exp=exp.caisse.example -all", exp_caisse_example=["You are %{i}"]))
    assert check_spf(border("x@info.caisse.example"), resolver).status is Status.FAIL
    assert resolver.asked == [("TXT", "info.caisse.example")]


def test_ptr_and_exists_are_asked_as_the_standard_says():
    resolver = Listening(
        txt=policy("ptr:caisse.example exists:%{ir}.%{v}._spf.%{d} -all"),
        ptr={"192.0.2.1": ["mail.voleur.example", "mail.caisse.example"]},
        a={"mail.caisse.example": ["192.0.2.77"], "1.2.0.192.in-addr._spf.info.caisse.example": ["127.0.0.2"]},
    )
    assert check_spf(border("x@info.caisse.example"), resolver).status is Status.PASS
    assert [row for row in resolver.asked if row[0] != "TXT"] == [
        ("PTR", "192.0.2.1"),
        ("A", "mail.caisse.example"),
        ("A", "1.2.0.192.in-addr._spf.info.caisse.example"),
    ]


TEN = [f"n{number}.n.example" for number in range(10)]
ELEVEN = [*TEN, "n10.n.example"]
OTHERS = {name: ["192.0.2.9"] for name in TEN}
"""Ten hosts that are not the client, and of eleven the last one is."""
LAST = {**OTHERS, ELEVEN[-1]: ["192.0.2.1"]}


@pytest.mark.parametrize(
    ("text", "changes", "wanted"),
    [
        (" ".join(f"a:{name}" for name in TEN), {"a": OTHERS}, Status.FAIL),
        (" ".join(f"a:{name}" for name in ELEVEN), {"a": LAST}, Status.PERMERROR),
        ("a:none1.example a:none2.example", {}, Status.FAIL),
        ("a:none1.example a:none2.example a:none3.example", {}, Status.PERMERROR),
        ("mx", {"mx": {"info.caisse.example": TEN}, "a": OTHERS}, Status.FAIL),
        ("mx", {"mx": {"info.caisse.example": ELEVEN}, "a": LAST}, Status.PERMERROR),
        ("ptr:n.example", {"ptr": {"192.0.2.1": ELEVEN[1:]}, "a": LAST}, Status.PASS),
        ("ptr:n.example", {"ptr": {"192.0.2.1": ELEVEN}, "a": LAST}, Status.FAIL),
        ("include:info.caisse.example", {}, Status.PERMERROR),
        ("redirect=info.caisse.example", {}, Status.PERMERROR),
    ],
    ids=["10 terms", "11 terms", "2 voids", "3 voids", "10 MX", "11 MX", "10th PTR", "11th PTR", "include loop", "redirect loop"],
)  # fmt: skip
def test_limits(text: str, changes: dict[str, object], wanted: Status):
    """S-50: RFC 7208 section 4.6.4."""
    end = "" if "redirect" in text else " -all"
    resolver = Listening(txt=policy(text + end), **changes)
    assert check_spf(border("x@info.caisse.example"), resolver).status is wanted
    assert len(resolver.asked) <= 1 + 10 + 10


def test_the_costliest_policy_ends_with_the_messages_budget():
    """S-50: ten terms of ten exchanges each would be 111 questions; a message has 30."""
    hosts = {f"h{term}-{number}.example": ["192.0.2.9"] for term in range(10) for number in range(10)}
    exchanges = {f"m{term}.example": [f"h{term}-{number}.example" for number in range(10)] for term in range(10)}
    text = " ".join(f"mx:{name}" for name in exchanges)
    with Authority({"txt": policy(f"{text} -all"), "mx": exchanges, "a": hosts}) as server:
        found = check_spf(border("x@info.caisse.example"), DnsResolver(server.settings).session())
        assert found.status is Status.TEMPERROR
        assert len(server.asked) == server.settings.max_queries == 30
        patient = server.settings.model_copy(update={"max_queries": 200})
        assert check_spf(border("x@info.caisse.example"), DnsResolver(patient).session()).status is Status.FAIL
        assert len(server.asked) == 30 + 111


def test_a_fault_is_temporary():
    found = check_spf(border("a@info.caisse.example"), ZoneResolver({"fail": ["info.caisse.example"]}).session())
    assert found.status is Status.TEMPERROR


def test_works_inside_a_running_event_loop():
    async def inside() -> Status:
        return check_spf(border("a@info.caisse.example"), ZoneResolver(zone()).session()).status

    assert asyncio.run(inside()) is Status.PASS


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=40))
@settings(max_examples=often(80, 200), deadline=None)
def test_total(mail_from: str, helo: str, record_text: str):
    resolver = ZoneResolver({"txt": {"a.example": [f"v=spf1 {record_text}"]}}).session()
    check_spf(border(mail_from, helo=helo), resolver)
    check_spf(border("x@a.example", helo=helo), resolver)
