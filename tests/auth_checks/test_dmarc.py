"""DMARC: the tree walk of RFC 9989, alignment, and who outranks whom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vigie.auth_checks.dmarc import evaluate, outranked
from vigie.auth_checks.orgdomain import names_to_ask, parse_record, registrable, walk
from vigie.auth_checks.resolver import DnsFault, Resolver, ZoneResolver
from vigie.auth_checks.types import DkimResult, DmarcResult, Provenance, SpfResult, Status

NO_SPF = SpfResult(Status.NONE, "", Provenance.UNAVAILABLE, "no border")


def dns(records: dict[str, str | list[str]], names: tuple[str, ...] = (), fail: tuple[str, ...] = ()) -> Resolver:
    txt: dict[str, object] = {f"_dmarc.{name}": text for name, text in records.items()}
    return ZoneResolver({"txt": txt, "a": {name: ["192.0.2.1"] for name in names}, "fail": list(fail)}).session()


def dkim(domain: str, status: Status = Status.PASS, *, key_missing: bool = False) -> DkimResult:
    return DkimResult(status, domain, "sel", Provenance.COMPUTED, "", key_missing=key_missing)


def spf(domain: str, status: Status = Status.PASS, provenance: Provenance = Provenance.COMPUTED) -> SpfResult:
    return SpfResult(status, domain, provenance, "")


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
    ("info.ameli.fr", {"fr": "v=DMARC1; p=none"}, "ameli.fr", "S-55: a registry without psd=y unites nobody"),
    ("info.ameli.fr", {"fr": "v=DMARC1", "info.ameli.fr": "v=DMARC1"}, "info.ameli.fr", "nor does it hide a record"),
    ("info.ameli.fr", {}, "ameli.fr", "no record at all: the public suffix list"),
    ("info.ameli.fr", {"info.ameli.fr": "hello", "ameli.fr": "v=DMARC1"}, "ameli.fr", "stray text does not stop the walk"),
    ("info.ameli.fr", {"info.ameli.fr": ["v=DMARC1", "v=DMARC1; psd=n"], "ameli.fr": "v=DMARC1"}, "ameli.fr", "two are none"),
    ("info.ameli.fr", {"info.ameli.fr": ["stray", "v=DMARC1; psd=n"]}, "info.ameli.fr", "one beside stray text counts"),
    ("info.ameli.fr", {"info.ameli.fr": "v=dmarc1; psd=n", "ameli.fr": "v=DMARC1"}, "ameli.fr", "the version has a case"),
    ("info.ameli.fr", {"info.ameli.fr": "p=none; v=DMARC1; psd=n"}, "ameli.fr", "the version comes first"),
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
    ("info.ameli.fr", "info.ameli.fr", {}, True, "identical"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1"}, True, "relaxed, the top's record"),
    ("info.ameli.fr", "ameli.fr", {"info.ameli.fr": "v=DMARC1"}, False, "the sub-domain stands alone"),
    ("ameli.fr", "info.ameli.fr", {"ameli.fr": "v=DMARC1"}, True, "relaxed, downwards"),
    ("info.ameli.fr", "news.ameli.fr", {"ameli.fr": "v=DMARC1"}, True, "relaxed, sideways"),
    ("info.ameli.fr", "news.ameli.fr", {"ameli.fr": "v=DMARC1", "news.ameli.fr": "v=DMARC1; psd=n"}, False, "psd=n aside"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1; adkim=s"}, False, "strict"),
    ("info.ameli.fr", "info.ameli.fr", {"ameli.fr": "v=DMARC1; adkim=s"}, True, "strict and identical"),
    ("info.ameli.fr", "ameli.fr", {"ameli.fr": "v=DMARC1; aspf=s"}, True, "strict for SPF only"),
    ("info.ameli.fr", "ameli.fr", {}, True, "no record: the public suffix list"),
    ("info.ameli.fr", "fr", {}, False, "a registry aligns with nobody"),
    ("info.ameli.fr", "fr", {"fr": "v=DMARC1"}, False, "nor with a record"),
    ("ameli.fr", "autre.fr", {"fr": "v=DMARC1"}, False, "nor do its customers with each other"),
    ("ameli.fr", "ameli.fr.evil.example", {"ameli.fr": "v=DMARC1"}, False, "the other end"),
    ("ameli.fr", "xameli.fr", {"ameli.fr": "v=DMARC1"}, False, "a mere ending"),
    ("ameli.fr", "arneli.fr", {"ameli.fr": "v=DMARC1"}, False, "a lookalike"),
    ("a.gouv.fr", "b.gouv.fr", {}, False, "gouv.fr is a public suffix"),
]  # fmt: skip


@pytest.mark.parametrize(("author", "signer", "records", "aligned", "why"), ALIGNMENT)
def test_alignment(author: str, signer: str, records: dict[str, str | list[str]], aligned: bool, why: str):
    found = evaluate(author, NO_SPF, [dkim(signer)], dns(records)).result
    assert found.status is (Status.PASS if aligned else Status.FAIL), why
    assert found.aligned == ((signer,) if aligned else ())


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
    assert found.status is Status.PASS  # identical domains align whatever the record says


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
