"""ARC is a hint: what a chain says, and that it never proves an author (S-42)."""

from __future__ import annotations

import base64
from dataclasses import replace

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN, evidence, key_record, private_key, zone
from vigie.auth_checks.arc import MAX_SAID, MAX_SETS, check_arc
from vigie.auth_checks.letter import read_letter
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import ArcResult, Status


def sealed(raw: bytes = PLAIN, claim: bytes = b"dmarc=pass header.from=info.caisse.example") -> bytes:
    """The message with one ARC set of voleur.example that claims everything passed."""
    raw = b"Authentication-Results: voleur.example; " + claim + b"\r\n" + raw
    fields = dkimpy.arc_sign(raw, b"sel", b"voleur.example", private_key("others"), b"voleur.example")
    return b"".join(fields) + raw


def resealed(raw: bytes, claim: bytes = b"arc=pass", *, sealer: bytes = b"relais.example") -> bytes:
    """One more set on top, by relais.example."""
    raw = b"Authentication-Results: " + sealer + b"; " + claim + b"\r\n" + raw
    return b"".join(dkimpy.arc_sign(raw, b"sel", sealer, private_key("others"), sealer)) + raw


def relayed(**changes: object) -> dict[str, object]:
    """The zone, with the relay's key."""
    return zone(txt={"sel._domainkey.relais.example": [key_record("others")]}, **changes)


def check(raw: bytes, data: dict[str, object] | None = None, trusted: tuple[str, ...] = ()) -> ArcResult:
    return check_arc(read_letter(raw), ZoneResolver(zone() if data is None else data).session(), trusted)


def test_no_chain():
    assert check(PLAIN).status is Status.NONE


def test_an_intact_chain_names_its_sealer_and_proves_nothing():
    found = evidence(sealed())
    assert (found.arc.status, found.arc.sealer) == (Status.PASS, "voleur.example")
    assert not found.complete
    assert (found.dmarc.status, found.authenticated_domain) == (Status.NONE, None)


@pytest.mark.parametrize(
    ("raw", "changes", "status"),
    [
        (sealed().replace(b"nouveau", b"ancien"), {}, Status.FAIL),
        (sealed().replace(b"ARC-Seal", b"ARC-Soul"), {}, Status.FAIL),
        (sealed(), {"txt": {"sel._domainkey.voleur.example": None}}, Status.FAIL),
        (
            sealed(),
            {"txt": {"sel._domainkey.voleur.example": None}, "fail": ["sel._domainkey.voleur.example"]},
            Status.TEMPERROR,
        ),
        (b"ARC-Seal: i=1\r\n" * (3 * MAX_SETS + 1) + PLAIN, {}, Status.PERMERROR),
        (b"ARC-Seal: i=1;" + b" " * 500 + b"\r\n" + PLAIN, {}, Status.PERMERROR),
        (sealed() + b" " * 5000, {}, Status.PERMERROR),
    ],
)
def test_broken_chains(raw: bytes, changes: dict[str, object], status: Status):
    found = check(raw, zone(**changes))
    assert (found.status, found.sealer) == (status, "")


THIEF, RELAY = "voleur.example", "relais.example"
TWO = resealed(sealed())
LISTED = [
    (sealed(), (), False, "nobody is listed"),
    (sealed(), (RELAY,), False, "somebody else is"),
    (sealed(), (THIEF,), True, "the only sealer is"),
    (sealed(), (f"{THIEF.upper()}. ",), True, "as people write names"),
    (sealed(), ("example",), False, "a parent is not the sealer"),
    (TWO, (RELAY,), False, "S-42: a listed relay above an attacker's set"),
    (TWO, (THIEF,), False, "and the other way round"),
    (TWO, (RELAY, THIEF), True, "every sealer is"),
]


@pytest.mark.parametrize(("raw", "trusted", "listed", "why"), LISTED, ids=[row[3] for row in LISTED])
def test_every_sealer_must_be_listed(raw: bytes, trusted: tuple[str, ...], listed: bool, why: str):
    found = check(raw, relayed(), trusted)
    assert found.status is Status.PASS, found.reason
    assert found.sealers == ((THIEF, RELAY) if raw is TWO else (THIEF,))
    assert found.listed is listed, why
    assert bool(found.said) is listed


def test_no_header_buys_our_processor():
    """dkimpy looks for each name in h= among all fields (X-04)."""
    names = b":".join(b"n%d" % number for number in range(1_000))
    raw = sealed().replace(b"h=", b"h=" + names + b":", 1)
    assert check(raw).status is Status.FAIL
    assert (
        check(raw.replace(b"From:", b"X-A: b\r\n" * 5_000 + b"From:", 1)).reason
        == "too many header fields, and too many of them sealed"
    )


def test_a_broken_chain_is_never_listed():
    for raw in (sealed().replace(b"nouveau", b"ancien"), sealed().replace(b"cv=none", b"cv=pass")):
        found = check(raw, trusted=(THIEF,))
        assert (found.listed, found.said, found.signed_by) == (False, "", "")


SAID = [
    (b"dmarc=pass header.from=info.caisse.example", "dmarc=pass header.from=info.caisse.example", ""),
    (
        b"dkim=pass header.d=info.caisse.example; spf=pass smtp.mailfrom=bounce@caisse.example",
        "dkim=pass header.d=info.caisse.example, spf=pass smtp.mailfrom=caisse.example",
        "info.caisse.example",
    ),
    (b"dkim=pass header.i=@Caisse.example", "dkim=pass header.d=caisse.example", "caisse.example"),
    (
        b"dkim=pass header.d=routeur.example; dkim=pass header.d=caisse.example; dmarc=pass header.from=info.caisse.example",
        "dkim=pass header.d=routeur.example, dkim=pass header.d=caisse.example, dmarc=pass header.from=info.caisse.example",
        "caisse.example",
    ),
    (b"dkim=fail header.d=caisse.example", "dkim=fail header.d=caisse.example", ""),
    (b"dkim=pass", "", ""),
    (b"iprev=pass policy.iprev=192.0.2.1", "", ""),
    (b"dkim=wonderful header.d=caisse.example", "", ""),
    (b"; ".join(b"dkim=pass header.d=%s.example" % (b"d%d" % n * 20) for n in range(30)), None, ("d0" * 20) + ".example"),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "said", "signed_by"), SAID)
def test_what_the_first_sealer_saw(claim: bytes, said: str | None, signed_by: str):
    found = check(resealed(sealed(claim=claim)), relayed(), (THIEF, RELAY))
    assert found.status is Status.PASS, found.reason
    assert said is None or found.said == said
    assert found.signed_by == signed_by
    assert len(found.said) <= MAX_SAID
    assert "\n" not in found.said


def test_the_second_sealers_word_is_not_taken_for_the_firsts():
    found = check(
        resealed(sealed(claim=b"dkim=fail header.d=caisse.example"), b"arc=pass; dkim=pass header.d=caisse.example"),
        relayed(),
        (THIEF, RELAY),
    )
    assert found.said == "dkim=fail header.d=caisse.example"


def test_a_key_beyond_all_bounds_is_not_computed_with():
    """X-16: ten sets with a modulus of 20,000 bits would take a minute."""
    huge = base64.b64encode(_rsa_der((1 << 20_000) - 1, (1 << 20_000) - 3)).decode()
    data = zone(txt={"sel._domainkey.voleur.example": [f"v=DKIM1; p={huge}"]})
    assert check(sealed(), data).status is Status.FAIL


def _rsa_der(modulus: int, exponent: int) -> bytes:
    def part(tag: int, content: bytes) -> bytes:
        size = len(content).to_bytes(3, "big")
        return bytes([tag, 0x83]) + size + content

    numbers = b"".join(part(2, number.to_bytes(number.bit_length() // 8 + 1, "big")) for number in (modulus, exponent))
    algorithm = bytes.fromhex("300d06092a864886f70d0101010500")
    return part(0x30, algorithm + part(3, b"\0" + part(0x30, numbers)))


def test_trust_changes_the_hint_and_nothing_else():
    trusting = TrustSettings(arc_sealers=(THIEF,))
    plain, hinted = evidence(sealed()), evidence(sealed(), trust=trusting)
    assert hinted.arc.listed
    assert replace(hinted, arc=plain.arc) == plain


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 700))
def test_total(junk: bytes, place: int):
    raw = SEALED[:place] + junk + SEALED[place:]
    assert check(raw).status in Status


SEALED = sealed()


def test_ten_sets_over_a_long_body_are_not_canonicalized_ten_times():
    """X-16: ten sets over five megabytes cost eight seconds, in which a forged mail outlived its examination."""
    sets = b"".join(CHAIN.replace(b"i=1;", b"i=%d;" % number) for number in range(1, 11))
    body = b"a b\r\n" * 250_000
    assert check(sets + PLAIN + body).reason.startswith("the body is too long")
    assert check(CHAIN + PLAIN + body).status is Status.FAIL


CHAIN = (
    b"ARC-Seal: i=1; a=rsa-sha256; t=1; cv=none; d=voleur.example; s=arc; b=AAAA\r\n"
    b"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=voleur.example; s=arc; h=from; bh=AAAA; b=AAAA\r\n"
    b"ARC-Authentication-Results: i=1; voleur.example; dmarc=pass\r\n"
)
