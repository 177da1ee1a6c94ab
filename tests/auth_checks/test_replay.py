"""Hints that a genuine mail was sent again to others (S-43), and the identifiers by which it is known in other mailboxes."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timedelta

import pytest
from dkim.crypto import parse_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import AUTHOR, NOW, PLAIN, RECEIVED, SIGNED_AT, key_record, private_key, sign, zone
from tests.auth_checks.test_dkim import resigned
from tests.effort import often
from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import AuthEvidence, Delivery, Status
from vigie.message.parse import parse

MX = TrustSettings(border_hosts=("mx.dest.example",))
HOP = (
    b"Received: from a.example (a.example [198.51.100.7]) by mx.dest.example\r\n"
    b" for <%b>; Fri, 20 Nov 2026 10:00:05 +0000\r\n"
)
CLAIRE = Delivery(recipients=("claire@dest.example",))
PAUL = Delivery(recipients=("paul@dest.example",))


def judged(
    raw: bytes,
    delivery: Delivery = CLAIRE,
    *,
    received: datetime | None = RECEIVED,
    now: datetime = NOW,
    trust: TrustSettings = MX,
    data: dict[str, object] | None = None,
) -> AuthEvidence:
    resolver = ZoneResolver(zone() if data is None else data).session()
    return authenticate(parse(raw), resolver, trust, received=received, now=now, delivery=delivery)


def codes(
    raw: bytes,
    delivery: Delivery = CLAIRE,
    *,
    received: datetime = RECEIVED,
    now: datetime = NOW,
    trust: TrustSettings = MX,
) -> list[str]:
    return [hint.code for hint in judged(raw, delivery, received=received, now=now, trust=trust).replay]


def to(value: bytes, extra: bytes = b"") -> bytes:
    """A signed letter with that To, and further fields."""
    return sign(extra + PLAIN.replace(b"To: claire@dest.example", b"To: " + value))


def test_an_ordinary_delivery_gives_no_hint():
    assert codes(HOP % b"claire@dest.example" + sign()) == []
    assert codes(sign(), Delivery()) == []


def test_to_somebody_else():
    found = judged(sign(), PAUL)
    assert [hint.code for hint in found.replay] == ["other-recipient"]
    assert "claire@dest.example" in found.replay[0].detail
    assert found.complete, "a hint takes no proof away"


@pytest.mark.parametrize(
    ("value", "delivery"),
    [
        (b"Claire <CLAIRE@Dest.Example>", CLAIRE),
        (b"claire+sante@dest.example", CLAIRE),
        (b"claire@dest.example", Delivery(recipients=("Claire+lettres@DEST.example",))),
        (b"x@dest.example, claire@dest.example", CLAIRE),
        (b"Famille: claire@dest.example, paul@dest.example;", PAUL),
        (b"claire@dest.example", Delivery(recipients=("accueil@dest.example", "claire@dest.example"))),
    ],
)
def test_the_mailbox_is_named(value: bytes, delivery: Delivery):
    assert codes(to(value), delivery) == []


def test_cc_names_it_too():
    assert codes(to(b"x@dest.example", b"Cc: claire@dest.example\r\n")) == []


def test_an_alias_is_known_by_what_our_servers_wrote():
    """Only above our border's hop and in it: below, anybody writes what he likes."""
    top, below = b"X-Original-To: contact@dest.example\r\n", b"Delivered-To: contact@dest.example\r\n"
    raw = to(b"contact@dest.example")
    hop = HOP % b"paul@dest.example"
    assert codes(hop + raw, PAUL) == ["other-recipient"]
    assert codes(top + hop + raw, PAUL) == []
    assert codes(hop + below + raw, PAUL) == ["other-recipient"]
    assert codes(hop + b"Delivered-To: paul@dest.example\r\n" + raw, PAUL) == ["other-recipient"]
    assert codes(HOP % b"contact@dest.example" + raw, PAUL) == []
    assert codes(hop + HOP % b"contact@dest.example" + raw, PAUL) == ["other-recipient"]
    assert codes(top + hop + raw, PAUL, trust=TrustSettings()) == ["other-recipient"]


def test_without_an_account_what_our_servers_wrote_is_enough():
    hop = HOP % b"paul@dest.example"
    assert codes(hop + sign(), Delivery()) == ["other-recipient"]
    assert codes(hop + sign(), Delivery(), trust=TrustSettings()) == []


LIST = b"List-Id: CPTS <cpts.liste.example>\r\nList-Post: <mailto:cpts@liste.example>\r\n"


@pytest.mark.parametrize(
    ("value", "fields", "expected"),
    [
        (b"cpts@liste.example", b"List-Id: CPTS <cpts.liste.example>\r\n", []),
        (b"cpts@liste.example", b"List-Post: <mailto:cpts@liste.example>\r\n", []),
        (b"undisclosed-recipients:;", b"List-Unsubscribe: <mailto:u@liste.example>\r\n", []),
        (b"undisclosed-recipients:;", b"", ["other-recipient"]),
        (b"claire@dest.example", b"List-Unsubscribe: <mailto:u@liste.example>\r\n", ["other-recipient"]),
        (b"claire@dest.example", b"List-Id: CPTS <cpts.liste.example>\r\n", ["other-recipient"]),
    ],
)
def test_lists_write_to_nobody_in_particular(value: bytes, fields: bytes, expected: list[str]):
    raw = fields + PLAIN.replace(b"To: claire@dest.example", b"To: " + value)
    names = ["From", "To", "Subject", "Date", "Content-Type", "List-Unsubscribe", "List-Post", "List-Id"]
    signed = sign(raw, headers=[name for name in names if f"\r\n{name}:".encode() in b"\r\n" + raw])
    assert codes(signed, PAUL) == expected


def test_old():
    raw = sign()
    for days, expected in ((0, []), (7, []), (7.01, ["old"]), (400, ["old"])):
        day = SIGNED_AT + timedelta(days=days)
        assert codes(raw, received=day, now=day) == expected, days
    nine = SIGNED_AT + timedelta(days=9)
    (hint,) = judged(raw, received=nine, now=nine).replay
    assert hint.detail == "It was signed on 2026-11-20 and came 9 days later."


def test_without_t_the_date_counts_and_the_border_says_when_it_came():
    raw = resigned(sign(), lambda field: re.sub(rb" t=\d+;", b"", field))
    late = RECEIVED + timedelta(days=30)
    assert codes(raw, received=RECEIVED, now=late) == []
    assert codes(raw, received=late, now=late) == ["old"]
    assert codes(HOP % b"claire@dest.example" + raw, received=late, now=late) == []


@pytest.mark.parametrize(
    ("elsewhere", "expected"), [(0, []), (2, []), (3, ["seen-elsewhere"]), (500, ["seen-elsewhere"])]
)
def test_seen_elsewhere(elsewhere: int, expected: list[str]):
    assert codes(sign(), Delivery(("claire@dest.example",), elsewhere)) == expected


def test_those_whom_to_and_cc_name_are_no_elsewhere():
    raw = to(b"claire@dest.example, a@dest.example, b@dest.example, c@dest.example")
    assert codes(raw, Delivery(("claire@dest.example",), 5)) == []
    assert codes(raw, Delivery(("claire@dest.example",), 6)) == ["seen-elsewhere"]
    names = ["From", "To", "Subject", "Date", "Content-Type", "List-Id", "List-Post"]
    listed = LIST + PLAIN.replace(b"claire@dest.example", b"cpts@liste.example")
    assert codes(sign(listed, headers=names), Delivery(("claire@dest.example",), 50)) == []


@pytest.mark.parametrize("name", ["List-Unsubscribe", "List-Unsubscribe-Post", "List-Post"])
def test_a_list_field_that_the_proving_signature_does_not_cover(name: str):
    field = f"{name}: <https://voleur.example/u>\r\n".encode()
    found = judged(field + sign())
    assert [hint.code for hint in found.replay] == ["unsigned-list-field"]
    assert found.complete, "lists add such fields"
    signed = sign(field + PLAIN, headers=["From", "To", "Subject", "Date", "Content-Type", name])
    assert codes(signed) == []
    assert codes(field + signed) == ["unsigned-list-field"]


def test_it_is_the_proving_signature_that_must_cover_it():
    """A stranger's signature over his own field makes it no better."""
    field = b"List-Unsubscribe: <https://voleur.example/u>\r\n"
    names = ["From", "To", "Subject", "List-Unsubscribe"]
    raw = sign(field + sign(), domain="voleur.example", key="others", headers=names)
    assert [result.status for result in judged(raw).dkim] == [Status.PASS, Status.PASS]
    assert codes(raw) == ["unsigned-list-field"]


@pytest.mark.parametrize("first", [True, False])
def test_the_proving_signature_is_the_one_that_covers_the_message(first: bool):
    field = b"List-Unsubscribe: <https://voleur.example/u>\r\n"
    whole = sign(field + PLAIN, headers=["From", "To", "Subject", "Date", "Content-Type"])
    part = sign(field + PLAIN, headers=["From", "List-Unsubscribe"])
    fields = [raw[: -len(field + PLAIN)] for raw in (whole, part)]
    raw = b"".join(fields if first else reversed(fields)) + field + PLAIN
    assert [result.status for result in judged(raw).dkim] == [Status.PASS, Status.PASS]
    assert codes(raw) == ["unsigned-list-field"]


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN,
        sign(key="others"),
        sign().replace(b"nouveau", b"ancien"),
        sign(domain="voleur.example", key="others"),
        sign(algorithm="rsa-sha1"),
    ],
)
def test_no_hint_about_what_nobody_of_the_author_signed(raw: bytes):
    late = RECEIVED + timedelta(days=400)
    assert codes(b"List-Post: <x>\r\n" + raw, Delivery(("paul@dest.example",), 99), received=late, now=late) == []


def test_a_testing_key_gives_no_hint():
    data = zone(txt={f"sel._domainkey.{AUTHOR}": [key_record(extra="t=y; ")]})
    assert judged(sign(), PAUL, data=data).replay == ()


@settings(max_examples=often(40, 100), deadline=None)
@given(
    st.lists(st.text(max_size=30), max_size=4).map(tuple),
    st.integers(-3, 10**9),
    st.binary(max_size=60),
    st.sampled_from([b"To", b"List-Id", b"List-Post", b"Delivered-To"]),
)
def test_hints_decide_nothing_and_nothing_breaks_them(
    recipients: tuple[str, ...], elsewhere: int, junk: bytes, name: bytes
):
    flat = re.sub(rb"[\r\n]", b" ", junk)
    raw = HOP % b"x@y.example" + name + b": " + flat + b"\r\n" + sign()
    plain = judged(raw, Delivery())
    found = judged(raw, Delivery(recipients, elsewhere))
    assert (found.complete, found.obstacles, found.dkim) == (plain.complete, plain.obstacles, plain.dkim)


def test_a_signature_is_known_by_the_bytes_of_its_b():
    value = re.findall(rb"\bb=([^;]*?)\r\n(?![ \t])", sign())[0]
    decoded = base64.b64decode(b"".join(value.split()))
    assert [result.signature_id for result in judged(sign()).dkim] == [hashlib.sha256(decoded).hexdigest()]
    assert [result.signature_id for result in judged(b"DKIM-Signature: junk\r\n" + PLAIN).dkim] == [""]


def test_identifiers_do_not_change_on_the_way():
    known = judged(sign()).dkim[0].signature_id
    folded = re.sub(rb"\bb=(.{10})", rb"b= \1\r\n\t", sign())
    assert folded != sign()
    assert judged(folded).dkim[0].status is Status.PASS
    for raw in (folded, b"X-Spam: no\r\n" + sign(), sign().replace(b"\r\n", b"\n"), sign() + b"-- \r\nliste\r\n"):
        assert [result.signature_id for result in judged(raw).dkim] == [known]


def test_another_writing_of_the_same_signature_is_no_signature():
    """s + n verifies where nobody looks at its size; it would be another identifier of the same message (RFC 8017)."""
    modulus = parse_pem_private_key(private_key())["modulus"]
    sizes = set()
    for number in range(12):
        raw = sign(PLAIN.replace(b"Information", b"Information %d" % number))
        value = re.findall(rb"\bb=([^;]*?)\r\n(?![ \t])", raw)[0]
        octets = base64.b64decode(b"".join(value.split()))
        more = int.from_bytes(octets, "big") + modulus
        sizes.add((more.bit_length() + 7) // 8)
        assert judged(raw).dkim[0].status is Status.PASS
        for other in (b"\0" + octets, octets + b"\0", octets[:-1], more.to_bytes((more.bit_length() + 7) // 8, "big")):
            assert judged(raw.replace(value, base64.b64encode(other))).dkim[0].status is Status.FAIL
    assert sizes == {256, 257}


def test_signatures_piled_on_top_do_not_crowd_out_the_authors_own():
    known = judged(sign()).dkim[0].signature_id
    junk = b"DKIM-Signature: v=1; a=rsa-sha256; d=voleur.example; s=s; h=from; bh=AAAA; b=%b\r\n"
    piled = b"".join(junk % base64.b64encode(b"%03d" % number) for number in range(60)) + sign()
    assert known in [result.signature_id for result in judged(piled).dkim]
