"""The chain of reasoning says every step, and names its clause; its last line is the one to trust."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.auth_checks.letters import AUTHOR, PLAIN, evidence, sign, zone
from tests.auth_checks.test_authenticate import BORDER, SAYS_PASS, TRUST
from tests.effort import often
from vigie.auth_checks.reasoning import conclusion, steps
from vigie.auth_checks.types import AuthEvidence


def found(data: AuthEvidence, subject: str) -> list[str]:
    return [step.found for step in steps(data) if step.subject == subject]


def test_a_proof_step_by_step():
    data = evidence(BORDER + sign(), trust=TRUST)
    subjects = list(dict.fromkeys(step.subject for step in steps(data)))
    key = "dkim sel._domainkey.info.caisse.example"
    assert subjects == [
        "author", "border", "client", "envelope sender", "spf", key, "dmarc record", "organizational domain", "dmarc", "arc",
        "dns", "conclusion",
    ]  # fmt: skip
    assert found(data, "author") == ["info.caisse.example; the only reading is lettre@info.caisse.example (from)"]
    assert found(data, "client") == ["192.0.2.1, HELO mail.caisse.example"]
    assert found(data, key)[1:] == [
        "key of 2048 bits",
        "covers the body and from, to, subject, date, message-id, mime-version, content-type, content-transfer-encoding",
        found(data, key)[-1],
    ]
    assert found(data, key)[-1].startswith("signed on ")
    assert found(data, "dmarc record") == [
        "_dmarc.caisse.example: policy reject (from p), alignment DKIM relaxed, SPF relaxed"
    ]
    assert found(data, "organizational domain") == ["caisse.example (the record at _dmarc.caisse.example)"]
    assert found(data, "conclusion") == [f"signed by {AUTHOR}"]


def test_what_went_wrong_is_said():
    raw = BORDER + SAYS_PASS + b"Subject: x\r\n" + sign(PLAIN)
    taken = steps(evidence(raw, zone(fail=["_dmarc.example"]), TRUST))
    assert {"results", "obstacle", "dns"} <= {step.subject for step in taken}
    assert taken[-1].found == "nobody proves it"
    assert all(step.standard and "\n" not in step.found for step in taken)


CONCLUSIONS = [
    (sign(), {}, f"signed by {AUTHOR}", "its own key"),
    (sign(domain="caisse.example"), {}, f"signed by caisse.example, which speaks for {AUTHOR}", "its organization's key"),
    (sign(), {"txt": {"_dmarc.caisse.example": None}}, f"signed by {AUTHOR}", "no DMARC record"),
    (sign(), {"fail": ["_dmarc.info.caisse.example"]}, f"signed by {AUTHOR}", "a fault that cannot change the alignment"),
    (sign(domain="caisse.example"), {"fail": ["_dmarc.info.caisse.example"]}, "nobody proves it", "a fault that can"),
    (PLAIN, {}, "nobody proves it", "unsigned"),
    (sign(key="others"), {}, "nobody proves it", "forged"),
    (sign(domain="voleur.example", key="others"), {}, "nobody proves it", "a stranger"),
    (b"Subject: x\r\n" + sign(), {}, "nobody proves it", "S-20"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "changes", "line", "why"), CONCLUSIONS, ids=[row[3] for row in CONCLUSIONS])
def test_the_line_to_trust(raw: bytes, changes: dict[str, object], line: str, why: str):
    data = evidence(raw, zone(**changes), TRUST)
    assert steps(data)[-1].found == line == conclusion(data), why
    assert data.complete is (line != "nobody proves it")


def test_the_borders_word_is_not_called_a_signature():
    """The key is gone, our own border saw dmarc=pass."""
    gone = zone(txt={f"sel._domainkey.{AUTHOR}": None})
    silent = BORDER.replace(b" (envelope-from <lettre@info.caisse.example>)", b"")
    data = evidence(SAYS_PASS + silent + sign(), gone, TRUST)
    assert data.complete, data.obstacles
    assert conclusion(data) == f"proven for {AUTHOR} by the word of our own border"


def test_spf_alone_is_named_as_such():
    data = replace(evidence(BORDER + PLAIN, trust=TRUST), complete=False, complete_by_spf=True)
    assert conclusion(data) == "nobody proves it"
    assert conclusion(data, spf_proves=True).startswith(f"sent by {AUTHOR} itself")


@settings(max_examples=often(30, 60), deadline=None)
@given(st.binary(max_size=80), st.integers(0, 900))
def test_one_line_each_whatever_the_bytes(junk: bytes, place: int):
    raw = BORDER + SIGNED[:place] + junk + SIGNED[place:]
    data = evidence(raw, trust=TRUST)
    taken = steps(data)
    assert all(step.found and step.found.isprintable() and step.subject.isprintable() for step in taken)
    assert (taken[-1].found == "nobody proves it") is not data.complete


SIGNED = sign()
