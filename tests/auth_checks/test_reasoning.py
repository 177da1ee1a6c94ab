"""The chain of reasoning says every step, and names its clause."""

from __future__ import annotations

from tests.auth_checks.letters import PLAIN, evidence, sign, zone
from tests.auth_checks.test_authenticate import BORDER, SAYS_PASS, TRUST
from vigie.auth_checks.reasoning import steps


def test_a_proof_step_by_step():
    taken = {step.subject: step.found for step in steps(evidence(BORDER + sign(), trust=TRUST))}
    assert list(taken) == [
        "author", "border", "dkim sel._domainkey.info.caisse.example", "spf", "organizational domain", "dmarc", "arc", "proof",
    ]  # fmt: skip
    assert taken["organizational domain"] == "caisse.example, by the record at _dmarc.caisse.example"
    assert taken["proof"] == "complete for info.caisse.example"
    assert taken["border"].endswith("client 192.0.2.1, HELO mail.caisse.example")


def test_what_went_wrong_is_said():
    raw = BORDER + SAYS_PASS + b"Subject: x\r\n" + sign(PLAIN)
    taken = steps(evidence(raw, zone(fail=["_dmarc.example"]), TRUST))
    assert {"results", "obstacle", "dns"} <= {step.subject for step in taken}
    assert taken[-1].found == "not complete"
    assert all(step.standard and "\n" not in step.found for step in taken)
