"""The author domain: A-labels before DNS and alignment (RFC 9989 section 5.3.1), and none where IDNA refuses the name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN, evidence, key_record, sign, zone
from vigie.auth_checks.author import MAX_READING, find_author
from vigie.auth_checks.letter import read_letter
from vigie.message.fold import is_domain_name
from vigie.message.parse import parse

ALABEL = "caisse-santé.example".encode("idna").decode()
ZONE = zone(txt={f"sel._domainkey.{ALABEL}": [key_record()], f"_dmarc.{ALABEL}": ["v=DMARC1; p=reject"]})


def letter(address: str) -> bytes:
    return PLAIN.replace(b"lettre@info.caisse.example", address.encode())


AUTHORS = [
    ("lettre@info.caisse.example", "info.caisse.example", True, "plain"),
    ("lettre@INFO.Caisse.Example", "info.caisse.example", True, "upper case"),
    ("lettre@caisse-santé.example", ALABEL, True, "U-label"),
    ("lettre@CAISSE-SANTÉ.example", ALABEL, True, "U-label in upper case"),
    (f"lettre@{ALABEL}", ALABEL, True, "A-label"),
    (f"lettre@info.{ALABEL}", f"info.{ALABEL}", True, "A-label below"),
    (f"lettre@santé.{ALABEL}", f"xn--sant-epa.{ALABEL}", True, "mixed"),
    ("lettre@santé.xn--n3h.example", "", False, "mixed, and one label is none"),
    ("lettre@ｃaisse.example", "caisse.example", False, "S-24: full-width letters are mapped, but not shown plainly"),
    ("lettre@info。caisse.example", "info.caisse.example", False, "an ideographic full stop"),
    ("lettre@☃.example", "", False, "a snowman is in no label of IDNA 2008"),
    ("lettre@xn--n3h.example", "", False, "nor is his A-label"),
    ("lettre@xn--a.example", "", False, "an A-label that decodes to a control"),
    ("lettre@-caisse-.example", "", False, "hyphens at the ends"),
    ("lettre@caisse..example", "", False, "an empty label"),
    (f"lettre@{'a' * 64}.example", "", False, "a label of 64"),
    (f"lettre@{'é' * 63}.example", "", False, "a U-label whose A-label is too long"),
    ("lettre@ca_isse.example", "ca_isse.example", True, "DNS lets an underscore pass"),
    ("lettre@[192.0.2.1]", "", False, "an address literal"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "domain", "plain", "why"), AUTHORS, ids=[row[3] for row in AUTHORS])
def test_author_domain(address: str, domain: str, plain: bool, why: str):
    raw = letter(address)
    found = find_author(parse(raw), read_letter(raw))
    assert found.domain == domain, why
    assert (found.obstacle == "") is plain, found.obstacle
    assert found.readings


def test_a_u_label_author_is_proven_by_its_a_label():
    """RFC 8616: d= is an A-label whatever From shows."""
    found = evidence(sign(letter("lettre@caisse-santé.example"), domain=ALABEL), ZONE)
    assert found.complete, found.obstacles
    assert (found.author_domain, found.authenticated_domain) == (ALABEL, ALABEL)
    assert (found.dmarc.record_at, found.dmarc.organizational_domain) == (f"_dmarc.{ALABEL}", ALABEL)


def test_a_look_alike_in_another_script_is_another_domain():
    """S-37: Cyrillic letters give another A-label, so the brand's own key does not align."""
    found = evidence(sign(letter("lettre@info.c\u0430isse.example")))
    assert found.author_domain == "info.xn--cisse-4ve.example"
    assert not found.complete
    assert found.authenticated_domain is None


def test_what_idna_refuses_costs_no_question_and_is_said():
    found = evidence(sign(letter("lettre@☃.example"), domain="caisse.example"))
    assert (found.author_domain, found.complete) == ("", False)
    assert found.obstacles[0] == "The author's domain xn--n3h.example is no domain name (RFC 5891)."
    assert not any("dmarc" in answer.name for answer in found.answers)


def test_every_reading_is_listed():
    raw = letter("a@evil.example>, <lettre@info.caisse.example")
    found = find_author(parse(raw), read_letter(raw))
    assert {"a@evil.example (from)", "lettre@info.caisse.example (from)"} <= set(found.readings)
    assert found.obstacle == "The message can be read as coming from 2 different authors."


@given(st.text(max_size=400))
def test_total_and_printable(text: str):
    raw = letter(text.replace("\r", "").replace("\n", "").encode("utf-8", "replace").decode())
    found = find_author(parse(raw), read_letter(raw))
    assert not found.domain or is_domain_name(found.domain)
    assert all(reading.isprintable() and len(reading) < MAX_READING + 30 for reading in found.readings)
