"""The evidence as a whole: what is complete, what never is, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import (
    AUTHOR,
    NOW,
    PLAIN,
    RECEIVED,
    SIGNED,
    evidence,
    key_record,
    sign,
    zone,
)
from tests.effort import often
from tests.servers.knot import Knot
from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.canonical import canonical_body
from vigie.auth_checks.letter import READER_VISIBLE, plain_name, read_letter
from vigie.auth_checks.resolver import DnsResolver, ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import AuthEvidence, Provenance, Status
from vigie.message.parse import parse

TRUST = TrustSettings(border_hosts=("mx.dest.example",), authserv_ids=("mx.dest.example",))
BORDER = (
    b"Received: from mail.caisse.example (mail.caisse.example [192.0.2.1])\r\n"
    b"\tby mx.dest.example (Postfix) with ESMTPS id 1 (envelope-from <lettre@info.caisse.example>);\r\n"
    b"\tFri, 20 Nov 2026 10:00:05 +0000\r\n"
)
SAYS_PASS = b"Authentication-Results: mx.dest.example; dmarc=pass header.from=info.caisse.example\r\n"
FOREIGN_BORDER = BORDER.replace(b"192.0.2.1", b"198.51.100.7").replace(b"lettre@info.caisse", b"x@voleur")


def test_a_signed_letter_is_proven():
    found = evidence(sign())
    assert found.complete, found.obstacles
    assert (found.author_domain, found.authenticated_domain, found.obstacles) == (AUTHOR, AUTHOR, ())
    assert (found.dmarc.status, found.dmarc.policy, found.dmarc.organizational_domain) == (
        Status.PASS,
        "reject",
        "caisse.example",
    )
    assert (found.spf.status, found.spf.provenance) == (Status.NONE, Provenance.UNAVAILABLE)
    assert (found.received_at, found.examined_at) == (RECEIVED, NOW)
    assert found.dns_failed == ()


def test_a_signature_of_the_organizational_domain_proves_too():
    assert evidence(sign(domain="caisse.example")).complete
    lonely = zone(txt={"_dmarc.caisse.example": None, f"_dmarc.{AUTHOR}": ["v=DMARC1"]})
    assert not evidence(sign(domain="caisse.example"), lonely).complete
    nowhere = zone(txt={"_dmarc.caisse.example": None})
    assert not evidence(sign(domain="caisse.example"), nowhere).complete
    assert evidence(sign(), nowhere).complete, "the author domain's own key needs no published policy"


NEVER = [
    (PLAIN, {}, "unsigned"),
    (sign(key="others"), {}, "forged signature"),
    (sign(domain="voleur.example", key="others"), {}, "S-22, S-35: a stranger's signature"),
    (sign(algorithm="rsa-sha1"), {}, "S-45"),
    (sign(length=True) + b"http://voleur.example/\r\n", {}, "S-21"),
    (sign(), {"txt": {f"sel._domainkey.{AUTHOR}": [key_record(extra="t=y; ")]}}, "S-47"),
    (sign(), {"txt": {f"sel._domainkey.{AUTHOR}": None}}, "S-44: the key is gone"),
    (sign(), {"txt": {f"sel._domainkey.{AUTHOR}": None}, "fail": [f"sel._domainkey.{AUTHOR}"]}, "S-57"),
    (sign(domain="caisse.example"), {"txt": {"_dmarc.caisse.example": None}, "fail": ["_dmarc.caisse.example"]}, "S-57, DMARC"),
    (sign().replace(b"From: ", b"From : "), {}, "S-10"),
    (b" From: x@voleur.example\r\n" + sign(), {}, "S-09"),
    (b"From: x@voleur.example\r\n" + sign(), {}, "S-08, S-23"),
    (b"From \x0b: x@voleur.example\r\n" + sign(), {}, "S-10: no mbox separator"),
    (sign() + FOREIGN_BORDER, {}, "a header block in the body changes the body"),
    (b"Subject: x\rFrom: x@voleur.example\r\n" + sign(), {}, "S-61: bare CR"),
    (b"X: a\0b\r\n" + sign(), {}, "NUL in the header"),
    (b"Content-Type: text/html\r\n" + sign(), {}, "S-20"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "changes", "why"), NEVER, ids=[row[2] for row in NEVER])
@pytest.mark.parametrize("says_pass", [False, True], ids=["plain", "border forged"])
def test_never_complete(raw: bytes, changes: dict[str, object], why: str, says_pass: bool):
    if says_pass and not raw.startswith(b" "):  # as an attacker would send it: our own field, below our border
        raw = FOREIGN_BORDER + SAYS_PASS + raw
    found = evidence(raw, zone(**changes), TRUST)
    assert not found.complete, why
    assert found.obstacles
    assert all(sentence.endswith(".") for sentence in found.obstacles)
    assert found.forged_results == (says_pass and not raw.startswith(b" "))
    fails = changes.get("fail", [])
    assert list(found.dns_failed) == fails


FROMS = [
    "a@info.caisse.example, b@voleur.example", "<a@info.caisse.example>,<b@voleur.example>", "undisclosed:;", "", "<>",
    "a@info.caisse.example <b@voleur.example>", "<@voleur.example,@b.example:a@info.caisse.example>",
    "a@info.caisse.example@voleur.example",
    "=?utf-8?q?a=40info.caisse.example?=", "a@info.caisse.example\\,<b@voleur.example>", "<b@voleur.example>a@info.caisse.example",
    "a@info.caisse.example(b@voleur.example", "Votre caisse", "a@info\u2000.caisse.example",
]  # fmt: skip


@pytest.mark.parametrize("author", FROMS)
@pytest.mark.parametrize("signer", [(AUTHOR, "brand"), ("voleur.example", "others")], ids=["ours", "stranger's"])
def test_authors_that_can_be_read_in_two_ways(author: str, signer: tuple[str, str]):
    """S-12..S-18, S-24, S-25, S-53. Even signed with the author's own key: clients would show somebody else."""
    raw = re.sub(rb"From: [^\r]*", b"From: " + author.encode().replace(b"\\", rb"\\"), PLAIN)
    found = evidence(sign(raw, domain=signer[0], key=signer[1]))
    assert not (found.complete and found.author_domain == AUTHOR and "voleur" in author)
    if found.author_domain not in {AUTHOR, "voleur.example"}:
        assert not found.complete


def test_the_border_proves_where_nothing_contradicts():
    found = evidence(SAYS_PASS + BORDER + PLAIN, trust=TRUST)
    # SPF, which we compute ourselves at the border, passes and aligns: the computed result is the better one.
    assert (found.dmarc.status, found.dmarc.provenance, found.complete) == (Status.PASS, Provenance.COMPUTED, False)
    silent = BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b"")
    found = evidence(SAYS_PASS + silent + PLAIN, trust=TRUST)
    assert found.complete, found.obstacles
    assert (found.dmarc.provenance, found.dmarc.aligned, found.authenticated_domain) == (
        Provenance.BORDER,
        (AUTHOR,),
        AUTHOR,
    )
    gone = zone(txt={f"sel._domainkey.{AUTHOR}": None})
    assert evidence(SAYS_PASS + silent + sign(), gone, TRUST).complete
    assert not evidence(SAYS_PASS + silent + sign(), gone).complete


@pytest.mark.parametrize(
    ("above", "below", "why"),
    [
        (b"", SAYS_PASS, "below the border"),
        (SAYS_PASS.replace(b"mx.dest", b"mx.other"), b"", "somebody else's"),
        (SAYS_PASS.replace(b"pass", b"fail"), b"", "dmarc=fail"),
        (SAYS_PASS.replace(b"info.caisse", b"voleur"), b"", "for another author"),
        (SAYS_PASS + SAYS_PASS.replace(b"pass", b"fail"), b"", "twice, the worst wins"),
        (SAYS_PASS, b"Subject: x\r\n", "a duplicated header"),
        (SAYS_PASS.replace(b"dmarc=pass", b"spf=pass smtp.mailfrom=(x@info.caisse.example); dmarc=pass"), b"", "S-02"),
    ],
)
def test_the_border_does_not_prove(above: bytes, below: bytes, why: str):
    silent = BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b"")
    assert not evidence(above + silent + below + PLAIN, trust=TRUST).complete, why


def test_an_envelope_sender_that_fools_the_border_lends_it_no_spf_result():
    """S-02: the border took `(x@info.caisse.example` for an address of the author's domain."""
    odd = b"Return-Path: <(x@info.caisse.example>\r\n" + BORDER.replace(
        b" (envelope-from <lettre@info.caisse.example>)", b""
    )
    said = SAYS_PASS.replace(b"dmarc=pass", b"spf=pass smtp.mailfrom=x@info.caisse.example; dmarc=pass")
    found = evidence(said + odd + PLAIN, trust=TRUST)
    assert (found.spf.provenance, found.authenticated_domain) == (Provenance.UNAVAILABLE, None)


def test_what_we_compute_outranks_the_border():
    silent = BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b"")
    for raw in (sign(key="others"), sign() + b"more\r\n", sign(headers=["From", "To"])):
        found = evidence(SAYS_PASS + silent + raw, trust=TRUST)
        assert not found.complete
    crafted = BORDER.replace(b"<lettre@info.caisse.example>", b"<(x@info.caisse.example>")
    assert not evidence(SAYS_PASS + crafted + PLAIN, trust=TRUST).complete
    foreign = evidence(SAYS_PASS + FOREIGN_BORDER + PLAIN, trust=TRUST)
    assert (foreign.dmarc.status, foreign.dmarc.provenance, foreign.complete) == (
        Status.FAIL,
        Provenance.COMPUTED,
        False,
    )


def test_spf_alone_never_proves():
    found = evidence(BORDER + PLAIN, trust=TRUST)
    assert (found.spf.status, found.dmarc.status, found.authenticated_domain) == (Status.PASS, Status.PASS, AUTHOR)
    assert not found.complete


def test_spf_pass_does_not_lend_itself_to_an_open_signature():
    found = evidence(BORDER + sign(), zone(txt={f"sel._domainkey.{AUTHOR}": [key_record(extra="t=y; ")]}), TRUST)
    assert (found.dmarc.status, found.complete) == (Status.PASS, False)


def test_when_it_was_received():
    raw = BORDER + sign()
    late = RECEIVED + timedelta(days=1)
    assert evidence(raw, trust=TRUST, received=late).received_at == datetime(2026, 11, 20, 10, 0, 5, tzinfo=UTC)
    assert evidence(raw, received=late).received_at == late
    assert evidence(raw, trust=TRUST, received=None).received_at == datetime(2026, 11, 20, 10, 0, 5, tzinfo=UTC)
    assert evidence(raw, received=None).received_at == datetime(2026, 11, 20, 10, 0, 5, tzinfo=UTC)
    assert evidence(sign(), received=None).received_at is None


def test_the_author_is_asked_before_strangers_spend_the_budget():
    stranger = sign(domain="voleur.example", key="others")[: -len(PLAIN)]
    found = evidence(stranger * 30 + sign())
    assert found.complete, found.obstacles


GENUINE = sign()


def test_a_strangers_spf_record_cannot_spend_the_budget_of_the_proof(knot: Knot):
    """X-17: the author's key and policy are asked first; what is left is SPF's."""
    key = key_record()
    knot.publish(
        "caisse.example",
        f'sel._domainkey.info IN TXT "{key[:200]}" "{key[200:]}"\n_dmarc IN TXT "v=DMARC1; p=reject"\ninfo IN TXT "x"\n',
    )
    knot.publish("example", "*.gouffre IN A 192.0.2.9\n")
    includes = " ".join(f"a:{number}.gouffre.example" for number in range(10))
    knot.publish("voleur.example", f'@ IN TXT "v=spf1 {includes} -all"\n')
    resolver = DnsResolver(knot.settings.model_copy(update={"max_queries": 10, "cache_entries": 0}))
    message = parse(FOREIGN_BORDER + sign(domain="caisse.example"))
    data = authenticate(message, resolver.session(), TRUST, received=RECEIVED, now=NOW)
    assert data.spf.status is Status.TEMPERROR
    # sel._domainkey.caisse.example is not published: the point is that the walk has an answer, not a fault.
    assert data.dmarc.organizational_domain == "caisse.example"
    assert evidence_over(resolver, sign()).complete


def evidence_over(resolver: DnsResolver, raw: bytes) -> AuthEvidence:
    return authenticate(parse(raw), resolver.session(), TRUST, received=RECEIVED, now=NOW)


VISIBLE = [name for name in SIGNED if f"\r\n{name}:".encode() in b"\r\n" + PLAIN]
TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\n\0"), min_size=1, max_size=30)


@settings(max_examples=often(120, 400), deadline=None)
@given(st.data())
def test_forging_one_field_never_leaves_the_proof_complete(data: st.DataObject):
    raw = GENUINE
    how = data.draw(st.sampled_from(("replace", "prepend", "append", "add", "remove", "body", "body+")))
    name = data.draw(st.sampled_from(VISIBLE))
    value = data.draw(TEXT).encode()
    field = re.compile(rb"(^%s:)([^\r]*)(\r\n)" % name.encode(), re.MULTILINE)
    if how == "replace":
        forged = field.sub(lambda match: match[1] + b" " + value + match[3], raw, count=1)
    elif how == "prepend":
        forged = name.encode() + b": " + value + b"\r\n" + raw
    elif how == "append":
        forged = raw.replace(b"\r\n\r\n", b"\r\n" + name.encode() + b": " + value + b"\r\n\r\n", 1)
    elif how == "add":
        absent = data.draw(
            st.sampled_from([name for name in READER_VISIBLE if f"\n{name}:" not in PLAIN.decode().lower()])
        )
        forged = absent.encode() + b": " + value + b"\r\n" + raw
        if absent == "thread-topic" and value.strip() in b"Information de paiement":
            return  # the subject's own words show nothing new (decision 21)
    elif how == "remove":
        forged = field.sub(b"", raw, count=1)
    elif how == "body":
        forged = raw.replace(b"nouveau", value, 1)
    else:
        forged = raw + value + b"\r\n"
    if shown(forged) == shown(raw):
        return
    found = evidence(forged)
    assert not found.complete, (how, name, value)
    silent = BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b"")
    assert not evidence(silent + SAYS_PASS + forged, trust=TRUST).complete


def shown(raw: bytes) -> tuple[object, ...]:
    """What a reader gets to see of a message, white space apart."""
    letter = read_letter(raw)
    header = [
        (plain_name(name), b" ".join(value.split()))
        for name, value in letter.fields
        if plain_name(name) in (*READER_VISIBLE, "message-id", "mime-version")
    ]
    return (tuple(header), canonical_body(letter.body, relaxed=True))


@settings(max_examples=often(120, 400), deadline=None)
@given(st.data())
def test_mutated_bytes_are_complete_only_where_the_reader_sees_the_same(data: st.DataObject):
    raw = GENUINE
    place = data.draw(st.integers(0, len(raw) - 1))
    length = data.draw(st.integers(0, 3))
    junk = data.draw(st.binary(max_size=4))
    mutated = raw[:place] + junk + raw[place + length :]
    found = evidence(mutated)
    if found.complete:
        assert shown(mutated) == shown(raw)
        assert found.author_domain == AUTHOR


@settings(max_examples=often(60, 150), deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_total(junk: bytes, with_border: bool):
    raw = (SAYS_PASS + BORDER if with_border else b"") + junk
    resolver = ZoneResolver(zone(fail=["example"])).session()
    found = authenticate(parse(raw), resolver, TRUST, received=None, now=NOW)
    assert not found.complete or with_border


OPEN_SIGNATURE = sign(headers=["From", "To", "Subject", "Date"])
CHANGED = OPEN_SIGNATURE.replace(b"Content-Type: text/plain", b"Content-Type: text/html")
"""Content-Type is not signed: somebody chose another one, and the signature verifies all the same (S-19)."""
GARBLED = re.sub(rb"(\sb=\S)", rb"\1!", CHANGED)
TWICE = re.sub(rb"(\sb=)", rb"\1AAAA; b=", CHANGED)
APPENDED = sign(length=True) + b"Payez ici.\r\n"
JUNK = [sign(selector=f"s{number}").removesuffix(PLAIN) for number in range(10)]
STRANGER = sign(domain="voleur.example", key="others").removesuffix(PLAIN)


@pytest.mark.parametrize(
    "raw",
    [
        CHANGED,
        b"".join(JUNK[:5]) + CHANGED,
        b"".join(JUNK) + CHANGED,
        STRANGER * 100 + CHANGED,
        GARBLED,
        TWICE,
        STRANGER * 10 + TWICE,
        APPENDED.replace(b"s=sel", b"s=gone"),
        CHANGED.replace(b"a=rsa-sha256", b"a=rsa-sha1"),
        APPENDED.replace(b"a=rsa-sha256", b"a=rsa-sha1"),
    ],
    ids=[
        *("as it is", "five above", "ten above", "a hundred strangers above", "b= garbled", "b= twice"),
        *("b= twice behind strangers", "l= and no key", "rsa-sha1", "l= and rsa-sha1"),
    ],
)
def test_no_crowd_and_no_garbling_hides_what_the_borders_pass_leaves_open(raw: bytes):
    """S-48: our border verified the one signature that we were kept from looking at, and says dmarc=pass."""
    for border in (BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b""), FOREIGN_BORDER, BORDER):
        found = evidence(SAYS_PASS + border + raw, trust=TRUST)
        assert not found.complete, found.dkim
        assert found.obstacles
