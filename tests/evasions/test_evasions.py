"""Every fraud with every evasion stays what it is, and no honest mail becomes a fraud by the same change (threats section 4)."""

from __future__ import annotations

import pytest

from tests.evasions import carriers, places, structure, wrapped, writing  # noqa: F401 - each fills the list
from tests.evasions.evasion import EVASIONS, Evasion
from tests.evasions.letters import FRAUDS, GENUINE, HONEST, judged, signed
from tests.test_samples import told

HONEST_ONES = [evasion for evasion in EVASIONS.values() if evasion.honest]


@pytest.mark.parametrize("fraud", FRAUDS, ids=lambda letter: letter.slug)
@pytest.mark.parametrize("evasion", EVASIONS.values(), ids=lambda evasion: evasion.name)
def test_a_fraud_stays_a_fraud(evasion: Evasion, fraud):
    case = judged(evasion.make(fraud))
    assert case.verdict.label.value in evasion.verdicts, f"{evasion.why}\n{told(case)}"


@pytest.mark.parametrize("letter", HONEST, ids=lambda letter: letter.slug)
@pytest.mark.parametrize("evasion", HONEST_ONES, ids=lambda evasion: evasion.name)
def test_an_honest_mail_is_no_fraud(evasion: Evasion, letter):
    raw = evasion.make(letter)
    case = judged(signed(raw) if letter is GENUINE else raw)
    assert case.verdict.label.value != "impersonation", f"{evasion.why}\n{told(case)}"
