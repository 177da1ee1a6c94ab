"""The border: which Received field is ours, and nothing below it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN
from vigie.auth_checks.border import border_index, find_border, ip_address, trust_of
from vigie.auth_checks.providers import PRESETS
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import BorderHop
from vigie.message.parse import parse

TRUST = TrustSettings(border_hosts=("mx.dest.example", ".inner.dest.example"), relays=("10.0.0.0/8", "2001:db8:5::/48"))

BORDER = (
    b"Received: from mail.caisse.example (mail.caisse.example [192.0.2.1])\r\n"
    b"\tby mx.dest.example (Postfix) with ESMTPS id 1 (envelope-from <lettre@caisse.example>);\r\n"
    b"\tFri, 20 Nov 2026 10:00:00 +0000\r\n"
)
STORE = (
    b"Received: from mx.dest.example (mx.dest.example [10.1.2.3]) by store.inner.dest.example with ESMTP id 2; x\r\n"
)
LMTP = b"Received: from mx.dest.example by store.inner.dest.example with LMTP id 3; x\r\n"
FILTER = b"Received: from localhost (localhost [127.0.0.1]) by mx.dest.example (Postfix) with ESMTP id 4; x\r\n"
LED_ASTRAY = (
    b"Received: from x([127.0.0.1]) (unknown [198.51.100.7]) by mx.dest.example (Postfix) with ESMTP id 7; x\r\n"
)
FORGED = (
    b"Received: from good.example (good.example [203.0.113.99]) by mx.dest.example with ESMTP id 9"
    b" (envelope-from <boss@good.example>); x\r\n"
)


def found(*fields: bytes, trust: TrustSettings = TRUST) -> BorderHop:
    return find_border(parse(b"".join(fields) + PLAIN), trust_of(trust))


@pytest.mark.parametrize(
    "above",
    [(), (STORE,), (LMTP,), (FILTER,), (LMTP, FILTER), (STORE, FILTER), (b"X-Other: 1\r\n", LMTP)],
    ids=["alone", "store", "lmtp", "filter", "lmtp+filter", "store+filter", "other field"],
)
@pytest.mark.parametrize("below", [(), (FORGED,), (STORE, FORGED)], ids=["nothing", "forged", "forged chain"])
def test_the_first_client_that_is_not_ours(above: tuple[bytes, ...], below: tuple[bytes, ...]):
    hop = found(*above, BORDER, *below)
    assert hop.found, hop.reason
    assert (hop.client_ip, hop.helo, hop.mail_from) == ("192.0.2.1", "mail.caisse.example", "lettre@caisse.example")
    assert hop.authserv_id == "mx.dest.example"


@pytest.mark.parametrize(
    ("fields", "trust", "reason"),
    [
        ((BORDER,), TrustSettings(), "no border_hosts"),
        ((), TRUST, "no Received field"),
        ((BORDER.replace(b"by mx.dest.example", b"by mx.other.example"),), TRUST, "stands above"),
        ((b"Received: from a by forwarder.example with ESMTP; x\r\n", BORDER), TRUST, "stands above"),
        ((STORE, FILTER), TRUST, "names a client of ours"),
        ((b"Received: by mx.dest.example (Postfix, from userid 33) id 5; x\r\n", FORGED), TRUST, "no client address"),
        ((LED_ASTRAY, FORGED), TRUST, "several client addresses"),
        ((BORDER.replace(b"by mx.dest.example", b"by evilmx.dest.example"),), TRUST, "stands above"),
        ((BORDER.replace(b"by mx.dest.example", b"by xinner.dest.example"),), TRUST, "stands above"),
    ],
)
def test_unavailable_is_said_and_never_guessed(fields: tuple[bytes, ...], trust: TrustSettings, reason: str):
    hop = found(*fields, trust=trust)
    assert not hop.found
    assert reason in hop.reason
    assert (hop.client_ip, hop.mail_from) == ("", None)


def test_return_path_counts_only_above_the_border():
    bare = BORDER.replace(b" (envelope-from <lettre@caisse.example>)", b"")
    assert found(b"Return-Path: <a@caisse.example>\r\n", bare).mail_from == "a@caisse.example"
    assert found(b"Return-Path: <>\r\n", bare).mail_from == ""
    assert found(bare, b"Return-Path: <a@caisse.example>\r\n").mail_from is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("[192.0.2.1]", "192.0.2.1"),
        ("IPv6:2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.256", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_addresses(text: str, address: str | None):
    assert ip_address(text) == (ip_address(address) if address else None)


def test_presets_are_suffixes_that_cannot_be_forged_by_a_mere_ending():
    for name in PRESETS:
        trust = trust_of(TrustSettings.model_validate({"provider": name}))
        assert trust.border_hosts
        for host in trust.border_hosts:
            assert not trust.is_border("evil" + host.removeprefix("."))
            assert trust.is_border("a" + host if host.startswith(".") else host.upper())


def test_a_relay_that_is_no_network_trusts_nothing():
    assert trust_of(TrustSettings(border_hosts=("a",), relays=("nonsense",))).relays == ()


@given(st.lists(st.sampled_from((BORDER, STORE, LMTP, FILTER, FORGED)), max_size=6), st.binary(max_size=40))
def test_total(fields: list[bytes], junk: bytes):
    message = parse(b"".join(fields) + junk + PLAIN)
    trust = trust_of(TRUST)
    hop = find_border(message, trust)
    assert hop.found == (border_index(message, trust) is not None)
    assert hop.found != (hop.client_ip == "")
