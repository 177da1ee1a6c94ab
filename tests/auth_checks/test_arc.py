"""ARC is a hint: what a chain says, and that it never proves an author (S-42)."""

from __future__ import annotations

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN, evidence, private_key, zone
from vigie.auth_checks.arc import MAX_SETS, check_arc
from vigie.auth_checks.letter import read_letter
from vigie.auth_checks.resolver import ZoneResolver
from vigie.auth_checks.types import ArcResult, Status


def sealed(raw: bytes = PLAIN, claim: bytes = b"dmarc=pass header.from=info.caisse.example") -> bytes:
    """The message with one ARC set of voleur.example that claims everything passed."""
    raw = b"Authentication-Results: voleur.example; " + claim + b"\r\n" + raw
    fields = dkimpy.arc_sign(raw, b"sel", b"voleur.example", private_key("others"), b"voleur.example")
    return b"".join(fields) + raw


def check(raw: bytes, data: dict[str, object] | None = None) -> ArcResult:
    return check_arc(read_letter(raw), ZoneResolver(zone() if data is None else data).session())


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


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 700))
def test_total(junk: bytes, place: int):
    raw = SEALED[:place] + junk + SEALED[place:]
    assert check(raw).status in Status


SEALED = sealed()
