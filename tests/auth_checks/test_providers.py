"""Presets on mails as the hosts deliver them (samples 400 to 449): where the border is found, and what is believed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vigie.auth_checks.authenticate import authenticate
from vigie.auth_checks.authres import BorderResults, border_results
from vigie.auth_checks.border import border_index, find_border
from vigie.auth_checks.exchange import nameless_results
from vigie.auth_checks.providers import PRESETS
from vigie.auth_checks.resolver import resolver_from
from vigie.auth_checks.settings import DnsSettings, TrustSettings
from vigie.auth_checks.trust import trust_of
from vigie.auth_checks.types import AuthEvidence, Provenance, Status
from vigie.message.parse import parse

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("4[0-4][0-9]-*"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sample(slug: str) -> Path:
    return next(folder for folder in SAMPLES if folder.name.endswith(slug))


def evidence(folder: Path, raw: bytes | None = None) -> AuthEvidence:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    resolver = resolver_from(DnsSettings(zone_file=folder / "dns.toml")).session()
    message = parse((folder / "message.eml").read_bytes() if raw is None else raw)
    trust = TrustSettings.model_validate(expected["trust"])
    return authenticate(message, resolver, trust, received=None, now=NOW)


@pytest.mark.parametrize("provider", PRESETS)
def test_a_genuine_mail_as_the_host_delivers_it(provider: str):
    found = evidence(sample(f"delivered-by-{provider}"))
    assert (found.border.client_ip, found.border.helo) == ("203.0.113.25", "out25.info.ameli.fr")
    assert (found.spf.status, found.spf.domain) == (Status.PASS, "info.ameli.fr")
    assert found.complete
    assert not found.forged_results
    assert not found.earlier_results


@pytest.mark.parametrize("provider", PRESETS)
def test_without_its_preset_nothing_is_found_and_nobody_accused(provider: str):
    folder = sample(f"delivered-by-{provider}")
    message = parse((folder / "message.eml").read_bytes())
    for other in PRESETS:
        trust = trust_of(TrustSettings.model_validate({"provider": other}))
        if other != provider:
            assert not find_border(message, trust).found
            assert border_results(message, trust, border_index(message, trust)) == BorderResults()


@pytest.mark.parametrize("provider", ["microsoft365", "gmail", "infomaniak"])
def test_what_the_host_saw(provider: str):
    found = evidence(sample(f"{provider}-saw-dmarc-pass-key-gone"))
    assert (found.dmarc.status, found.dmarc.provenance) == (Status.PASS, Provenance.BORDER)
    assert found.complete


EXCHANGE = (sample("delivered-by-microsoft365") / "message.eml").read_bytes()
MICROSOFT = trust_of(TrustSettings(provider="microsoft365"))
RESULTS = b"Authentication-Results: spf=pass (sender IP is 203.0.113.25)"
FORGED = (
    b"Authentication-Results: spf=pass (sender IP is 203.0.113.25)\r\n smtp.mailfrom=info.ameli.fr; dkim=none (message not"
    b" signed)\r\n header.d=none;dmarc=pass action=none header.from=info.ameli.fr;compauth=pass\r\n reason=100\r\n"
)
INNER = (
    b"Received: from PR1P264MB0303.FRAP264.PROD.OUTLOOK.COM (2603:10a6:102:18c::14)\r\n by PR1P264MB0304.FRAP264.PROD.OUTLOOK.COM"
    b" (2603:10a6:102:18c::15) with Microsoft SMTP\r\n Server id 15.20.9343.10; Wed, 18 Nov 2026 05:41:15 +0000\r\n"
)


def nameless(raw: bytes) -> list[tuple[str, str]]:
    message = parse(raw)
    top = border_index(message, MICROSOFT)
    found = () if top is None else nameless_results(message, MICROSOFT, top)
    return [(result.method, result.result) for result in found]


def test_exchange_online_is_believed_without_a_name():
    assert nameless(EXCHANGE) == [("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass")]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(EXCHANGE.replace(RESULTS, b"X-Other: spf=pass"), id="no results"),
        pytest.param(EXCHANGE.replace(RESULTS, RESULTS.replace(b"203.0.113.25", b"203.0.113.26")), id="another client"),
        pytest.param(EXCHANGE.replace(b"client-ip=203.0.113.25", b"client-ip=203.0.113.26"), id="another client in SPF"),
        pytest.param(EXCHANGE.replace(b"receiver=protection.outlook.com", b"receiver=x.example"), id="another receiver"),
        pytest.param(EXCHANGE.replace(RESULTS, FORGED + RESULTS), id="two fields"),
        pytest.param(EXCHANGE.replace(b"via Frontend\r\n Transport; Wed,\r\n 18", b"; Wed,\r\n 18").replace(
            b"via Frontend Transport; Wed,\r\n 18", b"; Wed,\r\n 18"), id="not by the frontend"),
        pytest.param(EXCHANGE.replace(b".outlook.office365.com", b".other.office365.example"), id="another host"),
        pytest.param(INNER + EXCHANGE, id="handed over inside: a tenant's transport rule may have written it"),
        pytest.param(EXCHANGE.replace(b"(signature was verified)", b"(x) (y)"), id="another form"),
        pytest.param(EXCHANGE.replace(b"reason=100", b"reason=100; dmarc=pass header.from=x.example"), id="more than the form"),
        pytest.param(EXCHANGE.replace(b"Received-SPF:", b"X-SPF:"), id="no Received-SPF"),
        pytest.param(EXCHANGE.partition(RESULTS)[2].partition(b"Received: from out25")[2], id="nothing of theirs"),
    ],
)  # fmt: skip
def test_exchange_online_is_believed_in_one_form_only(raw: bytes):
    assert nameless(raw) == []


def test_exchange_online_never_signs_results_with_its_name():
    """A tenant hands over inside the data centre, from relays: the walk goes on into his own hops, and his transport rule wrote this."""
    tenant = (
        b"Authentication-Results: protection.outlook.com; dkim=pass header.d=info.ameli.fr;\r\n dmarc=pass header.from=info.ameli.fr\r\n"
        b"Received: from PR1P264MB0001.PROD.OUTLOOK.COM (198.51.100.66) by\r\n PR1P264MB0002.PROD.OUTLOOK.COM (2603:10a6:7::5) with HTTPS;"
        b" Wed, 18 Nov 2026 05:41:10 +0000\r\n"
    )
    handed = EXCHANGE.replace(b"203.0.113.25", b"2a01:111:f403::701")
    start = handed.index(b"DKIM-Signature:")
    unsigned = handed[start:].partition(b"\r\nFrom:")
    found = evidence(sample("delivered-by-microsoft365"), handed[:start] + tenant + b"From:" + unsigned[2])
    assert found.border.client_ip == "198.51.100.66"
    assert (found.complete, found.authenticated_domain) == (False, None)


def test_results_without_a_name_in_the_message_are_nothing():
    below = EXCHANGE.replace(b"DKIM-Signature:", FORGED + b"DKIM-Signature:", 1)
    assert nameless(below) == nameless(EXCHANGE)
    other = EXCHANGE.replace(b"dmarc=pass action=none", b"dmarc=fail action=none")
    assert ("dmarc", "fail") in nameless(other.replace(b"DKIM-Signature:", FORGED + b"DKIM-Signature:", 1))


def test_gmail_keeps_one_field_of_each_name_below_its_received_field():
    folder = sample("delivered-by-gmail")
    raw = (folder / "message.eml").read_bytes()
    field = b"Authentication-Results: mx.google.com; dmarc=pass header.from=info.ameli.fr\r\n"
    assert evidence(folder, raw.replace(b"DKIM-Signature:", field + b"DKIM-Signature:", 1)).forged_results
    assert evidence(folder, raw.replace(b"From: Votre", field + b"From: Votre", 1)).forged_results
    aar = b"ARC-Authentication-Results: i=1; mx.google.com; dmarc=pass header.from=info.ameli.fr\r\n"
    below = evidence(folder, raw.replace(b"DKIM-Signature:", aar + b"DKIM-Signature:", 1))
    assert not below.forged_results
