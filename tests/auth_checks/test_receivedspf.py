"""Received-SPF of our own border (RFC 7208 section 9.1): its grammar, whom it is believed about, and forgers."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auth_checks.letters import PLAIN
from vigie.auth_checks.border import border_index, find_border
from vigie.auth_checks.lexer import FieldError
from vigie.auth_checks.receivedspf import SpfFields, parse, spf_fields
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.trust import trust_of
from vigie.auth_checks.types import Provenance, SpfResult, Status
from vigie.message.parse import parse as read

TRUST = trust_of(TrustSettings(border_hosts=("mx.dest.example",), authserv_ids=("dest.example",)))
HOP = (
    "Received: from mail.caisse.example (mail.caisse.example [192.0.2.1])\r\n"
    "\tby mx.dest.example (Postfix) with ESMTPS id 1; Fri, 20 Nov 2026 10:00:00 +0000\r\n"
)
SAID = "client-ip=192.0.2.1; envelope-from=lettre@caisse.example; helo=mail.caisse.example; receiver=mx.dest.example"


def seen(*fields: str) -> tuple[SpfFields, SpfResult | None]:
    """Fields are Received-SPF bodies, or whole fields."""
    header = "".join(field if field.startswith("Received:") else f"Received-SPF: {field}\r\n" for field in fields)
    message = read(header.encode() + PLAIN)
    said = spf_fields(message, TRUST, border_index(message, TRUST))
    return said, said.result(find_border(message, TRUST))


@pytest.mark.parametrize(
    ("text", "status", "pairs"),
    [
        ("pass", Status.PASS, {}),
        ("Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=a.example; envelope-from=a=b@c.example; receiver=l@d.example",
         Status.PASS,
         {"identity": "mailfrom", "client-ip": "192.0.2.1", "helo": "a.example", "envelope-from": "a=b@c.example",
          "receiver": "l@d.example"}),
        ("Neutral (protection.outlook.com: 192.0.2.1 is neither permitted nor denied by domain of a.example)", Status.NEUTRAL, {}),
        ("Pass (protection.outlook.com: domain of a.example designates\r\n 192.0.2.1 as permitted sender)"
         " receiver=protection.outlook.com;\r\n client-ip=192.0.2.1; helo= a.example; pr=C", Status.PASS,
         {"receiver": "protection.outlook.com", "client-ip": "192.0.2.1", "helo": "a.example", "pr": "C"}),
        ("pass (google.com: domain of a@b.example designates 2001:db8::1 as permitted sender) client-ip=2001:db8::1;", Status.PASS,
         {"client-ip": "2001:db8::1"}),
        ('fail (x) (y) client-ip=192.0.2.1; envelope-from="a b@c.example" (z) ; problem=""', Status.FAIL,
         {"client-ip": "192.0.2.1", "envelope-from": "a b@c.example", "problem": ""}),
        ("none envelope-from=<>; helo=a.example", Status.NONE, {"envelope-from": "", "helo": "a.example"}),
        ("softfail envelope-from=<a@b.example>;", Status.SOFTFAIL, {"envelope-from": "a@b.example"}),
        ("error client-ip=192.0.2.1", Status.TEMPERROR, {"client-ip": "192.0.2.1"}),
        ("unknown", Status.PERMERROR, {}),
        ("(first) permerror", Status.PERMERROR, {}),
        ("temperror client-ip=192.0.2.1; client-ip=192.0.2.1", Status.TEMPERROR, {"client-ip": "192.0.2.1"}),
    ],
)  # fmt: skip
def test_grammar(text: str, status: Status, pairs: dict[str, str]):
    found = parse(text)
    assert (found.status, found.pairs) == (status, pairs)


@pytest.mark.parametrize(
    "text",
    [
        "", "(pass)", "passed", "yes client-ip=192.0.2.1", "pass client-ip", "pass =x", "pass client-ip=a b", "pass (open",
        'pass helo="open', 'pass helo="a"b', "pass helo=a(b)", 'pass helo=a"b"', "pass helo=a\0b", "pass " + "(" * 500,
        "pass client-ip=192.0.2.1; client-ip=127.0.0.1", "pass helo=a; HELO=b", "pass x" + "y" * 20_000, "hardfail", "policy",
        "pass " + ";".join(f"k{n}=v" for n in range(50)),
    ],
)  # fmt: skip
def test_what_breaks_the_grammar_is_not_read(text: str):
    with pytest.raises(FieldError):
        parse(text)


def test_believed_above_the_border():
    said, result = seen(f"pass {SAID}", HOP)
    assert result is not None
    assert (result.status, result.domain, result.provenance) == (Status.PASS, "caisse.example", Provenance.BORDER)
    assert not said.forged
    assert not said.earlier


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SAID.replace("receiver=mx.dest.example", "receiver=mx.other.example"), id="another receiver"),
        pytest.param(SAID.replace("receiver=mx.dest.example", "receiver=lea@mx.dest.example"), id="the recipient"),
        pytest.param(SAID.replace("; receiver=mx.dest.example", ""), id="no receiver"),
        pytest.param(SAID.replace("192.0.2.1", "192.0.2.2"), id="another client"),
        pytest.param(SAID.replace("client-ip=192.0.2.1; ", ""), id="no client"),
        pytest.param(SAID.replace("envelope-from=lettre@caisse.example; ", ""), id="no envelope sender"),
        pytest.param(SAID + "; identity=helo", id="HELO with a MAIL FROM (S-01)"),
        pytest.param(SAID.replace("lettre@", '"lettre@x"@'), id="quoted local part"),
        pytest.param(SAID.replace("lettre@caisse", "(x@caisse"), id="a parenthesis (S-02)"),
        pytest.param(SAID.replace("lettre@caisse", "a@b@caisse"), id="two @ (S-05)"),
        pytest.param(SAID.replace("envelope-from=", "envelope-from=; x="), id="null sender that the border did not see") ,
    ],
)  # fmt: skip
def test_says_nothing(text: str):
    return_path = "Received: from mail.caisse.example (mail.caisse.example [192.0.2.1]) by mx.dest.example with ESMTP"
    assert seen(f"pass {text}", f"{return_path} (envelope-from <lettre@caisse.example>) id 1; x\r\n")[1] is None


def test_helo_speaks_for_the_null_sender_only():
    text = "client-ip=192.0.2.1; envelope-from=<>; helo=mail.caisse.example; receiver=mx.dest.example; identity=helo"
    null = HOP.replace("with ESMTPS id 1", "with ESMTPS (envelope-from <>) id 1")
    _, result = seen(f"pass {text}", null)
    assert result is not None
    assert (result.status, result.domain) == (Status.PASS, "mail.caisse.example")


def test_another_envelope_sender_than_the_border_saw():
    other = HOP.replace("with ESMTPS id 1", "with ESMTPS (envelope-from <x@attaque.example>) id 1")
    assert seen(f"pass {SAID}", other)[1] is None


def test_the_worst_of_two_wins():
    _, result = seen(f"pass {SAID}", f"fail {SAID}", HOP)
    assert result is not None
    assert result.status is Status.FAIL


@pytest.mark.parametrize(
    ("receiver", "forged"), [("mx.dest.example", True), ("DEST.example.", True), ("mx.other.example", False)]
)
def test_in_our_name_below_the_border(receiver: str, forged: bool):
    said, result = seen(HOP, f"pass {SAID.replace('mx.dest.example', receiver)}")
    assert (said.forged, said.earlier, said.believed, result) == (forged, False, (), None)


def test_what_an_earlier_passage_leaves():
    again = HOP.replace("[192.0.2.1]", "[198.51.100.8]")
    said, result = seen(again, f"pass {SAID}", HOP)
    assert (said.forged, said.earlier, result) == (False, True, None)


def test_a_forger_does_not_silence_our_own():
    said, result = seen(f"fail {SAID}", HOP, f"pass {SAID}")
    assert said.forged
    assert result is not None
    assert result.status is Status.FAIL


def test_without_a_border_nothing_is_believed_and_nobody_accused():
    assert seen(f"pass {SAID}") == (SpfFields(), None)


@given(st.text(alphabet=st.sampled_from('abp;=."()<>@/ \\\r\n\t1\0é'), max_size=80))
def test_total(text: str):
    with contextlib.suppress(FieldError):
        parse(text)
    line = text.replace("\r", "").replace("\n", "")
    seen(f"pass {line}", HOP)
    said, result = seen(HOP, f"pass {line}")
    assert not said.believed
    assert result is None
