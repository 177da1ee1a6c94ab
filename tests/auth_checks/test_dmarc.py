"""DMARC: the tree walk of RFC 9989, alignment, and who outranks whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.servers.knot import Knot
from vigie.auth_checks.dmarc import Evaluation, conclude, outranked, prepare
from vigie.auth_checks.orgdomain import names_to_ask, parse_record, registrable, walk
from vigie.auth_checks.resolver import DnsFault, DnsResolver, Resolver, ZoneResolver
from vigie.auth_checks.types import DkimResult, DmarcResult, Provenance, SpfResult, Status

NO_SPF = SpfResult(Status.NONE, "", Provenance.UNAVAILABLE, "no border")


def dns(records: dict[str, str | list[str]], names: tuple[str, ...] = (), fail: tuple[str, ...] = ()) -> Resolver:
    txt: dict[str, object] = {f"_dmarc.{name}": text for name, text in records.items()}
    return ZoneResolver({"txt": txt, "a": {name: ["192.0.2.1"] for name in names}, "fail": list(fail)}).session()


def dkim(domain: str, status: Status = Status.PASS, *, key_missing: bool = False) -> DkimResult:
    return DkimResult(status, domain, "sel", Provenance.COMPUTED, "", key_missing=key_missing)


def spf(domain: str, status: Status = Status.PASS, provenance: Provenance = Provenance.COMPUTED) -> SpfResult:
    return SpfResult(status, domain, provenance, "")


def evaluate(author: str, envelope: SpfResult, signatures: list[DkimResult], resolver: Resolver) -> Evaluation:
    return conclude(prepare(author, signatures, resolver), envelope, signatures, resolver)


ORGANIZATIONAL = [
    # peers.md section g: what a public suffix reading gets wrong
    ("info.ameli.fr", {"info.ameli.fr": "v=DMARC1; p=none"}, "info.ameli.fr", "only the sub-domain has a record"),
    ("info.ameli.fr", {"ameli.fr": "v=DMARC1; p=none"}, "ameli.fr", "only the top has one"),
    ("info.ameli.fr", {"ameli.fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1"}, "ameli.fr", "both: the shortest"),
    ("info.ameli.fr", {"ameli.fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1; psd=n"}, "info.ameli.fr", "psd=n is its own"),
    ("x.info.ameli.fr", {"ameli.fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1; psd=n"}, "info.ameli.fr", "psd=n above"),
    ("a.b.example.bank", {"bank": "v=DMARC1; psd=y"}, "example.bank", "one label below psd=y"),
    ("a.b.example.bank", {"bank": "v=DMARC1; psd=y", "b.example.bank": "v=DMARC1"}, "example.bank", "psd=y outranks"),
    ("example.bank", {"bank": "v=DMARC1; psd=y"}, "example.bank", "directly below psd=y"),
    ("bank", {"bank": "v=DMARC1; psd=y"}, "bank", "the suffix itself"),
    ("info.ameli.fr", {"fr": "v=DMARC1; p=none"}, "info.ameli.fr", "S-55: a registry without psd=y unites nobody"),
    ("info.ameli.fr", {"fr": "v=DMARC1; psd=y"}, "ameli.fr", "S-55: psd=y at a top level domain"),
    ("ameli.fr", {"fr": "v=DMARC1; psd=y"}, "ameli.fr", "S-55: directly below it"),
    ("info.ameli.fr", {"fr": "v=DMARC1; psd=y", "ameli.fr": "v=DMARC1; psd=n"}, "ameli.fr", "psd=n ends the walk"),
    ("a.gouv.fr", {"gouv.fr": "v=DMARC1; psd=y", "fr": "v=DMARC1; psd=y"}, "a.gouv.fr", "the longest psd=y ends it"),
    ("gouv.fr", {"gouv.fr": "v=DMARC1; psd=y", "fr": "v=DMARC1; psd=y"}, "gouv.fr", "a suffix that writes itself"),
    ("info.ameli.fr", {"fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1"}, "info.ameli.fr", "nor does it hide a record"),
    ("info.ameli.fr", {}, "info.ameli.fr", "no record at all: the start itself, whatever the public suffix list says"),
    ("info.ameli.fr", {"info.ameli.fr": "hello", "ameli.fr": "v=DMARC1"}, "ameli.fr", "stray text does not stop the walk"),
    ("info.ameli.fr", {"info.ameli.fr": ["v=DMARC1", "v=DMARC1; psd=n"], "ameli.fr": "v=DMARC1"}, "ameli.fr", "two are none"),
    ("info.ameli.fr", {"info.ameli.fr": ["stray", "v=DMARC1; psd=n"]}, "info.ameli.fr", "one beside stray text counts"),
    ("info.ameli.fr", {"info.ameli.fr": "v=dmarc1; psd=n", "ameli.fr": "v=DMARC1"}, "ameli.fr", "the version has a case"),
    ("x.info.ameli.fr", {"info.ameli.fr": "p=none; v=DMARC1; psd=n", "ameli.fr": "v=DMARC1"}, "ameli.fr", "v= comes first"),
    ("info.ameli.fr", {"info.ameli.fr": "v=DMARC1; x-new=1; psd=n; pct=7"}, "info.ameli.fr", "unknown tags are ignored"),
    ("info.ameli.fr", {"ameli.fr": "v=DMARC1; psd=maybe"}, "ameli.fr", "an unknown psd is u"),
    ("info.ameli.fr", {"info.ameli.fr": "v=DMARC10; psd=n", "ameli.fr": "v=DMARC1"}, "ameli.fr", "another version"),
    ("info.ameli.fr", {"info.ameli.fr": "v=DMARC1 ; psd = n ;"}, "info.ameli.fr", "white space around ; and ="),
    ("info.ameli.fr", {"info.ameli.fr": "v=DMARC1; rua=mailto:a@b.example" + " " * 600 + "; psd=n"}, "info.ameli.fr", "> 512 bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("domain", "records", "expected", "why"), ORGANIZATIONAL)
def test_organizational_domain(domain: str, records: dict[str, str | list[str]], expected: str, why: str):
    found = walk(domain, dns(records))
    assert found.organizational_domain == expected, why
    assert found.found_by


def test_at_most_eight_questions():
    """A name of twelve labels (RFC 9989 section 4.10, step 4)."""
    asked = names_to_ask("a.b.c.d.e.f.g.h.i.j.mail.example")
    assert asked == (
        "a.b.c.d.e.f.g.h.i.j.mail.example", "f.g.h.i.j.mail.example", "g.h.i.j.mail.example", "h.i.j.mail.example",
        "i.j.mail.example", "j.mail.example", "mail.example", "example",
    )  # fmt: skip
    assert names_to_ask("b.c.d.e.f.g.h.i")[:2] == ("b.c.d.e.f.g.h.i", "c.d.e.f.g.h.i")
    assert names_to_ask("info.ameli.fr") == ("info.ameli.fr", "ameli.fr", "fr")


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=120))
def test_the_walk_is_bounded_and_ends_at_the_top(labels: list[str]):
    asked = names_to_ask(".".join(labels))
    assert len(asked) <= 8
    assert asked[-1] == labels[-1]
    assert len(set(asked)) == len(asked)


ALIGNMENT = [
    ("info.ameli.fr", "info.ameli.fr", {"info.ameli.fr": "v=DMARC1"}, True, "identical"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1"}, True, "relaxed, the top's record"),
    ("info.ameli.fr", "ameli.fr", {"info.ameli.fr": "v=DMARC1"}, False, "the sub-domain stands alone"),
    ("ameli.fr", "info.ameli.fr", {"ameli.fr": "v=DMARC1"}, True, "relaxed, downwards"),
    ("info.ameli.fr", "news.ameli.fr", {"ameli.fr": "v=DMARC1"}, True, "relaxed, sideways"),
    ("info.ameli.fr", "news.ameli.fr", {"ameli.fr": "v=DMARC1", "news.ameli.fr": "v=DMARC1; psd=n"}, False, "psd=n aside"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1; adkim=s"}, False, "strict"),
    ("info.ameli.fr", "info.ameli.fr", {"ameli.fr": "v=DMARC1; adkim=s"}, True, "strict and identical"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1; aspf=s"}, True, "strict for SPF only"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1"}, True, "both have a record"),
    ("info.ameli.fr", "info.ameli.fr", {"info.ameli.fr": "v=DMARC1; psd=n"}, True, "psd=n and identical"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1; psd=n"}, False, "psd=n: alone"),
    ("info.ameli.fr", "ameli.fr", {"fr": "v=DMARC1; psd=y"}, True, "psd=y at the top: one label below unites"),
    ("ameli.fr", "autre.fr", {"fr": "v=DMARC1; psd=y"}, False, "psd=y at the top: its customers are strangers"),
    ("x.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1; t=y; np=reject"}, True, "S-33: alignment is not existence"),
    ("info.ameli.fr", "fr", {"fr": "v=DMARC1"}, False, "nor with a record"),
    ("ameli.fr", "autre.fr", {"fr": "v=DMARC1"}, False, "nor do its customers with each other"),
    ("ameli.fr", "ameli.fr.evil.example", {"ameli.fr": "v=DMARC1"}, False, "the other end"),
    ("ameli.fr", "xameli.fr", {"ameli.fr": "v=DMARC1"}, False, "a mere ending"),
    ("ameli.fr", "arneli.fr", {"ameli.fr": "v=DMARC1"}, False, "a lookalike"),
    ("a.gouv.fr", "b.gouv.fr", {"a.gouv.fr": "v=DMARC1"}, False, "gouv.fr is a public suffix"),
    ("a.gouv.fr", "b.gouv.fr", {"gouv.fr": "v=DMARC1"}, False, "gouv.fr forgot psd=y: stricter than the RFC (S-55)"),
]  # fmt: skip


@pytest.mark.parametrize(("author", "signer", "records", "aligned", "why"), ALIGNMENT)
def test_alignment(author: str, signer: str, records: dict[str, str | list[str]], aligned: bool, why: str):
    found = evaluate(author, NO_SPF, [dkim(signer)], dns(records)).result
    unaligned = Status.FAIL if found.record_at else Status.NONE
    assert found.status is (Status.PASS if aligned else unaligned), why
    assert found.aligned == ((signer,) if aligned else ())


@pytest.mark.parametrize("signer", ["info.ameli.fr", "ameli.fr", "fr", "news.ameli.fr", "evil.example"])
def test_without_a_record_dmarc_does_not_apply(signer: str):
    """RFC 9989 section 4.10.1: no pass and no fail; only the author domain's own key still proves."""
    found = evaluate("info.ameli.fr", NO_SPF, [dkim(signer)], dns({})).result
    assert (found.status, found.policy, found.record_at) == (Status.NONE, "", "")
    assert found.aligned == (("info.ameli.fr",) if signer == "info.ameli.fr" else ())
    assert (found.organizational_domain, found.by_suffix_list) == ("info.ameli.fr", "ameli.fr")


def test_a_stray_text_at_an_apex_is_never_asked_for():
    """checkdmarc 5.16: a v=DMARC1 beside the SPF record of a parent's apex must not stop the walk."""
    zone = {"txt": {"ameli.fr": ["v=spf1 -all", "v=DMARC1; p=none; psd=n"], "_dmarc.fr": ["v=DMARC1; psd=y"]}}
    found = walk("info.ameli.fr", ZoneResolver(zone).session())
    assert (found.organizational_domain, found.found_by) == ("ameli.fr", "psd=y at _dmarc.fr")


def test_the_result_says_where_and_how():
    resolver = dns({"ameli.fr": "v=DMARC1; p=quarantine; sp=reject; t=y; adkim=s"}, names=("info.ameli.fr",))
    found = evaluate("info.ameli.fr", NO_SPF, [dkim("info.ameli.fr")], resolver).result
    assert (found.record_at, found.policy, found.policy_from) == ("_dmarc.ameli.fr", "quarantine", "sp, t=y")
    assert (found.modes, found.organizational_domain) == ("DKIM strict, SPF relaxed", "ameli.fr")


def test_on_a_real_name_server(knot: Knot):
    """S-55: a record beyond 512 bytes, and one beyond a datagram, which comes over TCP; twelve labels cost eight questions."""
    strings = " ".join(f'"rua=mailto:{number}@rapports.example;{" " * 200}"' for number in range(7))
    knot.publish(
        "example",
        f'_dmarc.long IN TXT "v=DMARC1; p=reject; " {strings} "psd=n"\n'
        f'_dmarc.wide IN TXT "v=DMARC1; {" " * 240}" "{" " * 250}" " {" " * 100} p=quarantine"\n'
        '_dmarc.double IN TXT "v=DMARC1; psd=n"\n_dmarc.double IN TXT "v=DMARC1; p=none"\nx.double IN TXT "here"\n',
    )
    resolver = DnsResolver(knot.settings)
    long = evaluate("a.long.example", NO_SPF, [dkim("a.long.example")], resolver.session()).result
    assert (long.status, long.found_by, long.policy) == (Status.PASS, "psd=n at _dmarc.long.example", "reject")
    assert evaluate("wide.example", NO_SPF, [], resolver.session()).result.policy == "quarantine"
    assert walk("x.double.example", resolver.session()).organizational_domain == "x.double.example"
    deep = "a.b.c.d.e.f.g.h.i.j.long.example"
    thrifty = DnsResolver(knot.settings.model_copy(update={"max_queries": 7, "cache_entries": 0}))
    assert walk(deep, DnsResolver(knot.settings.model_copy(update={"max_queries": 8})).session()).records
    assert walk(deep, thrifty.session()).organizational_domain == "long.example"  # psd=n at the seventh ends it


def test_spf_has_its_own_strictness():
    records: dict[str, str | list[str]] = {"ameli.fr": "v=DMARC1; aspf=s"}
    assert evaluate("info.ameli.fr", spf("ameli.fr"), [], dns(records)).result.status is Status.FAIL
    assert evaluate("info.ameli.fr", spf("info.ameli.fr"), [], dns(records)).result.status is Status.PASS
    assert evaluate("info.ameli.fr", spf("ameli.fr"), [], dns({"ameli.fr": "v=DMARC1"})).result.status is Status.PASS


POLICIES = [
    ("ameli.fr", "v=DMARC1; p=reject", "reject"),
    ("ameli.fr", "v=DMARC1; p=reject; t=y", "quarantine"),
    ("ameli.fr", "v=DMARC1; p=quarantine; t=y", "none"),
    ("ameli.fr", "v=DMARC1; p=reject; pct=0; rf=x; unknown=1", "reject"),
    ("ameli.fr", "v=DMARC1", "none"),
    ("ameli.fr", "v=DMARC1; p=monitor", "none"),
    ("ameli.fr", "v=DMARC1; p=reject; t=maybe", "reject"),
    ("ameli.fr", "v=DMARC1; p=reject; P=none", "reject"),
    ("x.nonexistent.ameli.fr", "v=DMARC1; p=none; np=reject; t=y", "quarantine"),
    ("x.nonexistent.ameli.fr", "v=DMARC1; p=reject", "reject"),
    ("x.nonexistent.ameli.fr", "v=DMARC1; p=none; np=nonsense; sp=reject", "reject"),
    ("info.ameli.fr", "v=DMARC1; p=reject; sp=quarantine; np=none", "quarantine"),
    ("info.ameli.fr", "v=DMARC1; p=reject", "reject"),
    ("x.nonexistent.ameli.fr", "v=DMARC1; p=none; sp=none; np=reject", "reject"),
    ("x.nonexistent.ameli.fr", "v=DMARC1; p=none; sp=quarantine", "quarantine"),
]


@pytest.mark.parametrize(("author", "record", "policy"), POLICIES)
def test_policy(author: str, record: str, policy: str):
    resolver = dns({"ameli.fr": record}, names=("ameli.fr", "info.ameli.fr"))
    assert evaluate(author, NO_SPF, [], resolver).result.policy == policy


def test_np_needs_nxdomain_and_a_fault_is_none():
    resolver = dns({"ameli.fr": "v=DMARC1; p=none; np=reject"}, fail=("x.ameli.fr",))
    found = evaluate("x.ameli.fr", NO_SPF, [], resolver).result
    assert found.status is Status.TEMPERROR


JUDGED = [
    (NO_SPF, [], Status.NONE, "nothing to evaluate"),
    (NO_SPF, [dkim("ameli.fr", Status.POLICY)], Status.NONE, "rsa-sha1 is as good as unsigned"),
    (NO_SPF, [dkim("ameli.fr", Status.FAIL)], Status.FAIL, "an aligned failure"),
    (NO_SPF, [dkim("evil.example")], Status.FAIL, "a stranger's signature"),
    (NO_SPF, [dkim("ameli.fr", Status.PERMERROR)], Status.FAIL, "a malformed signature excuses nobody"),
    (NO_SPF, [dkim("ameli.fr", Status.PERMERROR, key_missing=True)], Status.PERMERROR, "a key that is gone: cannot tell"),
    (NO_SPF, [dkim("ameli.fr", Status.FAIL), dkim("ameli.fr", Status.PERMERROR, key_missing=True)], Status.FAIL, "worse"),
    (NO_SPF, [dkim("ameli.fr", Status.TEMPERROR)], Status.TEMPERROR, "our knowledge is missing"),
    (NO_SPF, [dkim("ameli.fr", Status.TEMPERROR), dkim("ameli.fr")], Status.PASS, "something passes"),
    (NO_SPF, [dkim("evil.example", Status.TEMPERROR)], Status.FAIL, "S-57: a stranger's dead server excuses nobody"),
    (spf("evil.example", Status.TEMPERROR), [], Status.FAIL, "S-57, by SPF"),
    (spf("ameli.fr", Status.TEMPERROR), [], Status.TEMPERROR, "aligned SPF unknown"),
    (spf("ameli.fr", Status.FAIL), [], Status.FAIL, "SPF failed"),
    (spf("ameli.fr", Status.FAIL), [dkim("ameli.fr")], Status.PASS, "forwarded"),
    (spf("ameli.fr"), [dkim("ameli.fr", Status.FAIL)], Status.PASS, "by SPF"),
    (spf("ameli.fr", Status.PASS, Provenance.UNAVAILABLE), [], Status.NONE, "unavailable is unavailable"),
    (spf("evil.example"), [], Status.FAIL, "S-30: a stranger's envelope"),
]  # fmt: skip


@pytest.mark.parametrize(("envelope", "signatures", "status", "why"), JUDGED)
def test_judged(envelope: SpfResult, signatures: list[DkimResult], status: Status, why: str):
    found = evaluate("ameli.fr", envelope, signatures, dns({"ameli.fr": "v=DMARC1; p=reject"})).result
    assert found.status is status, (why, found.reason)
    assert found.provenance is Provenance.COMPUTED


@pytest.mark.parametrize("where", ["_dmarc.info.ameli.fr", "_dmarc.ameli.fr", "_dmarc.fr"])
def test_a_fault_midway_is_temperror(where: str):
    records: dict[str, str | list[str]] = {"ameli.fr": "v=DMARC1"} if where != "_dmarc.ameli.fr" else {}
    resolver = dns(records, fail=(where,))
    with pytest.raises(DnsFault):
        walk("info.ameli.fr", resolver)
    for signatures in ([], [dkim("ameli.fr")], [dkim("evil.example")], [dkim("info.ameli.fr", Status.FAIL)]):
        assert evaluate("info.ameli.fr", NO_SPF, signatures, resolver).result.status is Status.TEMPERROR
    found = evaluate("info.ameli.fr", NO_SPF, [dkim("info.ameli.fr")], resolver).result
    # Never a DMARC pass; the identical domain aligns whatever the record says, which is all that the proof needs.
    assert (found.status, found.aligned) == (Status.TEMPERROR, ("info.ameli.fr",))


def test_a_relative_out_of_reach_spoils_no_pass():
    resolver = dns({"ameli.fr": "v=DMARC1; p=reject"}, fail=("_dmarc.news.ameli.fr",))
    signatures = [dkim("news.ameli.fr"), dkim("ameli.fr")]
    assert evaluate("info.ameli.fr", NO_SPF, signatures, resolver).result.aligned == ("ameli.fr",)
    assert evaluate("info.ameli.fr", NO_SPF, signatures[:1], resolver).result.status is Status.TEMPERROR
    assert evaluate("info.ameli.fr", spf("news.ameli.fr"), [], resolver).result.status is Status.TEMPERROR


def test_no_author_domain():
    found = evaluate("", spf("ameli.fr"), [dkim("ameli.fr")], dns({})).result
    assert (found.status, found.aligned) == (Status.PERMERROR, ())


BORDER = DmarcResult(Status.PASS, "ameli.fr", Provenance.BORDER, "our border says dmarc=pass")
RANKED = [
    (NO_SPF, [], Provenance.BORDER, Status.PASS, "we know nothing else"),
    (NO_SPF, [dkim("ameli.fr", Status.FAIL)], Provenance.COMPUTED, Status.FAIL, "our own aligned failure outranks"),
    (NO_SPF, [dkim("ameli.fr", Status.PERMERROR, key_missing=True)], Provenance.BORDER, Status.PASS, "the key went since"),
    (NO_SPF, [dkim("ameli.fr", Status.TEMPERROR)], Provenance.BORDER, Status.PASS, "our DNS is down"),
    (NO_SPF, [dkim("ameli.fr")], Provenance.COMPUTED, Status.PASS, "ours is better"),
    (NO_SPF, [dkim("evil.example")], Provenance.BORDER, Status.PASS, "it can have passed by SPF, which we cannot see"),
    (spf("evil.example"), [], Provenance.COMPUTED, Status.FAIL, "the envelope that we see cannot have passed"),
    (spf("ameli.fr", Status.FAIL), [], Provenance.COMPUTED, Status.FAIL, "SPF fails where we look"),
    (spf("x.ameli.fr", Status.NONE), [], Provenance.COMPUTED, Status.NONE, "S-01: HELO passed for a name that is none"),
    (spf("ameli.fr", Status.TEMPERROR), [], Provenance.BORDER, Status.PASS, "our DNS is down, by SPF"),
]  # fmt: skip


@pytest.mark.parametrize(("envelope", "signatures", "provenance", "status", "why"), RANKED)
def test_computed_outranks_the_border(
    envelope: SpfResult, signatures: list[DkimResult], provenance: Provenance, status: Status, why: str
):
    computed = evaluate("ameli.fr", envelope, signatures, dns({"ameli.fr": "v=DMARC1; p=reject"}))
    found = outranked(computed, envelope, BORDER)
    assert (found.provenance, found.status) == (provenance, status), why


def test_a_border_result_for_another_domain_says_nothing():
    computed = evaluate("info.ameli.fr", NO_SPF, [], dns({}))
    assert outranked(computed, NO_SPF, BORDER) == computed.result


@given(st.binary(max_size=200))
def test_records_total(text: bytes):
    parse_record(b"v=DMARC1;" + text, "a.example")
    parse_record(text, "a.example")


@pytest.mark.parametrize(
    ("domain", "expected"),
    [("info.ameli.fr", "ameli.fr"), ("fr", "fr"), ("a.gouv.fr", "a.gouv.fr"), ("x.github.io", "github.io")],
)
def test_registrable(domain: str, expected: str):
    assert registrable(domain) == expected
