"""Hostile text into every reader of evidence: an answer or the one declared refusal, never another exception, never a proof."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.letters import AUTHOR_DOMAIN, BORDER, BRAND, delivered, judged, plain, resolver, signed
from tests.effort import often
from tests.message.mails import REST
from vigie.auth_checks import authres, receivedspf
from vigie.auth_checks.keys import KeyRefusal, fetch_key
from vigie.auth_checks.lexer import FieldError
from vigie.auth_checks.orgdomain import parse_record, walk
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.signature import read_signature
from vigie.auth_checks.tags import TagError, parse_tags
from vigie.message.parse import read

PIECES = [
    *(
        "v=1",
        "v=DKIM1",
        "v=DMARC1",
        "a=rsa-sha256",
        "a=ed25519-sha256",
        f"d={AUTHOR_DOMAIN}",
        "s=demo2026",
        "h=from:to",
    ),
    *(
        "c=relaxed/relaxed",
        "l=10",
        "x=1",
        "t=y",
        "t=s",
        "bh=",
        "b=",
        "i=@",
        "p=reject",
        "p=",
        "sp=none",
        "np=",
        "psd=y",
    ),
    *(
        "adkim=s",
        "k=rsa",
        "AAAA",
        "\0",
        "\r\n ",
        "\t",
        " ",
        ";",
        "=",
        ":",
        "/",
        "(",
        ")",
        '"',
        "\\",
        "<",
        ">",
        "@",
        ",",
        ".",
        "'",
    ),
    *(
        BORDER,
        AUTHOR_DOMAIN,
        BRAND,
        "spf=pass",
        "dkim=pass",
        "dmarc=pass",
        "smtp.mailfrom=",
        "header.from=",
        "header.d=",
    ),
    *(
        "pass",
        "fail",
        "none",
        "(comment)",
        "client-ip=192.0.2.1",
        "envelope-from=",
        "receiver=",
        "reason=",
        "é",
        "\u2028",
        "1",
    ),
]
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.text(max_size=60))
SLOW = settings(max_examples=often(50, 150), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(max_examples=often(150, 400), deadline=None)
@given(TEXTS)
def test_tag_lists(text):
    try:
        tags = parse_tags(text.encode())
    except TagError:
        return
    assert all(name.isascii() for name in tags)


@settings(max_examples=often(150, 400), deadline=None)
@given(TEXTS)
def test_results_fields(text):
    for parse in (authres.parse, receivedspf.parse):
        try:
            parse(text)
        except FieldError:
            continue


@settings(max_examples=often(150, 400), deadline=None)
@given(TEXTS)
def test_signature_fields(text):
    found = read_signature((b"DKIM-Signature", b" " + text.encode() + b"\r\n"))
    assert found.domain == found.domain.lower()


@settings(max_examples=often(80, 200), deadline=None)
@given(TEXTS)
def test_records_of_others(text):
    """DMARC and key records are written by whoever owns the name."""
    parse_record(text.encode(), AUTHOR_DOMAIN)
    zone = ZoneResolver({"txt": {f"_dmarc.{AUTHOR_DOMAIN}": [text], f"s._domainkey.{AUTHOR_DOMAIN}": [text]}})
    walk(AUTHOR_DOMAIN, zone.session())
    for algorithm in ("rsa", "ed25519"):
        try:
            fetch_key("s", AUTHOR_DOMAIN, algorithm, zone.session())
        except KeyRefusal:
            continue


@settings(max_examples=often(80, 200), deadline=None)
@given(TEXTS)
def test_domains(text):
    walk(text, resolver().session())


@settings(max_examples=often(100, 300), deadline=None)
@given(TEXTS)
def test_author_fields(text):
    message = read(b"From: " + text.encode() + b"\r\n" + REST.encode() + b"\r\nx\r\n")
    if message.author_readings != 1:
        assert message.structural_defects


@pytest.mark.parametrize(
    "name",
    [
        "DKIM-Signature",
        "Authentication-Results",
        "Received-SPF",
        "ARC-Seal",
        "ARC-Message-Signature",
        "Received",
        "Return-Path",
        "From",
    ],
)
@SLOW
@given(TEXTS, st.booleans())
def test_a_field_put_anywhere_proves_nothing(name, text, above):
    """Above the border's own fields or below, on a mail that nobody signed."""
    field = name.encode() + b": " + text.encode() + b"\r\n"
    raw = field + delivered(plain()) if above else delivered(field + plain())
    if not (above and name == "Authentication-Results"):  # what stands there is our border's word, and we believe it
        assert not judged(raw).proven
    assert judged(raw).message.raw == raw


@SLOW
@given(st.binary(max_size=300), st.integers(0, 2_000), st.booleans())
def test_any_bytes_in_a_signed_letter(data, at, instead):
    raw = delivered(signed(plain()))
    changed = raw[:at] + data + raw[at + (len(data) if instead else 0) :]
    found = judged(changed)
    assert found.evidence.complete or not found.verdict.proven
