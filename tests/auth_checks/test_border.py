"""The border: which Received field is ours, and nothing below it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN
from tests.message.test_received import ARTFUL, REAL, SAID, SERVERS
from vigie.auth_checks.border import border_index, find_border
from vigie.auth_checks.providers import PRESETS
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.trust import ip_address, trust_of
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
    assert hop.reason == "Received by mx.dest.example, from a client that is not ours"


@pytest.mark.parametrize(
    ("fields", "trust", "reason"),
    [
        ((BORDER,), TrustSettings(), "no border_hosts"),
        ((), TRUST, "no Received field"),
        ((BORDER.replace(b"by mx.dest.example", b"by mx.other.example"),), TRUST, "stands above"),
        ((b"Received: from a by forwarder.example with ESMTP; x\r\n", BORDER), TRUST, "stands above"),
        ((STORE, FILTER), TRUST, "names a client of ours"),
        ((b"Received: by mx.dest.example (Postfix, from userid 33) id 5; x\r\n", FORGED), TRUST, "no client address"),
        ((LED_ASTRAY, FORGED), TRUST, "no client address, or several"),
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


OUR_HOSTS = {
    "microsoft365": ["AM0P191MB0481.EURP191.PROD.OUTLOOK.COM", "VI1EUR04FT014.mail.protection.outlook.com"],
    "gmail": ["mx.google.com", "2002:a5d:4522:0:b0:3a4:eadb:aeae"],
    "ovh": ["localhost", "192.168.1.2", "out28.mail.ovh.net", "vr45.mail.ovh.net", "in31.mail.ovh.net"],
    "orange": ["mwinf5d34", "mwinf8514-out", "mwinb8903"],
    "infomaniak": ["smtp-3-9001.mail.infomaniak.ch", "mda-3-0007.mail.infomaniak.ch"],
    "gandi": ["nmboxes20.sd4.0x35.net", "spool.mail.gandi.net", "mfilter21-d.gandi.net"],
    "ionos": ["mx.kundenserver.de"],
    "o2switch": ["pam.o2switch.net"],
    "alwaysdata": ["imap1.paris1.alwaysdata.com", "smtpin1.paris1.alwaysdata.com"],
    "free": ["zimbra16-e3.priv.proxad.net", "mx1-g20.free.fr"],
    "mailo": ["b221-8.in.mailobj.net"],
    "yahoo": ["atlas-production.v2-mail-prod1-gq1.omega.yahoo.com", "10.253.231.24"],
}
"""By-hosts of delivered mails."""


@pytest.mark.parametrize("name", PRESETS)
def test_presets_know_their_hosts_and_no_mere_ending_of_them(name: str):
    trust = trust_of(TrustSettings.model_validate({"provider": name}))
    assert trust.knows_border
    for host in OUR_HOSTS[name]:
        assert trust.is_border(host), host
        assert not trust.is_border(f"{host}.evil.example")
        if not host[0].isdigit():
            assert trust.is_border(host.upper() + ".")
    for host in trust.border_hosts:
        assert not trust.is_border("evil" + host.removeprefix("."))


@pytest.mark.parametrize(
    "host", ["mta6.priv.ovhmail-u1.ea.mail.ovh.net", "director1.derp.mail-out.ovh.net", "ssl0.ovh.net"]
)
def test_where_ovh_takes_its_customers_own_mail_is_no_border(host: str):
    assert not trust_of(TrustSettings(provider="ovh")).is_border(host)


def hop_of(text: str, trust: TrustSettings = TRUST) -> BorderHop:
    return found(f"Received: {text}; Fri, 20 Nov 2026 10:00:00 +0000\r\n".encode(), FORGED, trust=trust)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("from [10.1.1.1] (unknown [10.1.1.1]) by mx.dest.example (Postfix) with ESMTPSA id 1", "authenticated user"),
        ("from pc (pc [192.168.1.7]) by mx.dest.example (Postfix) with ESMTP id 1", "private address"),
        ("from pc ([fe80::1]) by mx.dest.example with mapi id 1", "private address"),
        ("from 10.1.1.1 by mx.dest.example with ESMTP id 1", "no client address"),
        ("from x (HELO y) (unknown [10.1.1.1]) by 10.1.2.3 with SMTP", "no client address"),
    ],
)
def test_hops_of_ours_that_are_not_passed(text: str, reason: str):
    """Below an authenticated user's hop, or one that cannot be read, anybody may have written (S-65)."""
    assert reason in hop_of(text).reason


def test_a_by_host_in_our_network_without_a_client_is_passed():
    inner = b"Received: by 10.1.2.3 with SMTP id a1; Fri, 20 Nov 2026 10:00:00 +0000\r\n"
    assert found(inner, BORDER).client_ip == "192.0.2.1"
    lmtp = b"Received: from mx.dest.example ([203.0.113.1]) by mx.dest.example with LMTP id 2; x\r\n"
    assert found(lmtp, BORDER).client_ip == "192.0.2.1"


RECEIVED_SPF = (
    b"Received-SPF: pass (x) client-ip=198.51.100.9; helo=mail.caisse.example; envelope-from=<a@caisse.example>;"
    b" receiver=mx.dest.example\r\n"
)


def test_the_border_is_learned_from_our_own_received_spf():
    bare = b"Received: by mx.dest.example (MDaemon) with ESMTP id 1; Fri, 20 Nov 2026 10:00:00 +0000\r\n"
    hop = found(RECEIVED_SPF, bare)
    assert (hop.client_ip, hop.helo, hop.mail_from) == ("198.51.100.9", "mail.caisse.example", "a@caisse.example")
    assert not found(RECEIVED_SPF.replace(b"receiver=mx.dest", b"receiver=mx.other"), bare).found
    assert not found(bare, RECEIVED_SPF).found
    assert not found(RECEIVED_SPF, STORE, bare).found
    assert not found(RECEIVED_SPF, RECEIVED_SPF.replace(b"198.51.100.9", b"198.51.100.8"), bare).found


def test_a_relay_that_is_no_network_trusts_nothing():
    assert trust_of(TrustSettings(border_hosts=("a",), relays=("nonsense",))).relays == ()


@pytest.mark.parametrize("server", SERVERS)
@settings(max_examples=40)
@given(pieces=st.lists(st.sampled_from(ARTFUL), max_size=6))
def test_no_helo_leads_the_walk_below_the_border(server: str, pieces: list[str]):
    """The client's address or none, never that of the field below, which he wrote (S-64)."""
    line = SERVERS[server].replace(SAID, "".join(pieces)).replace("mx.b.example", "mx.dest.example")
    assert found(f"Received: {line}\r\n".encode(), FORGED).client_ip in {REAL, ""}


@given(st.lists(st.sampled_from((BORDER, STORE, LMTP, FILTER, FORGED)), max_size=6), st.binary(max_size=40))
def test_total(fields: list[bytes], junk: bytes):
    message = parse(b"".join(fields) + junk + PLAIN)
    trust = trust_of(TRUST)
    hop = find_border(message, trust)
    assert hop.found == (border_index(message, trust) is not None)
    assert hop.found != (hop.client_ip == "")
