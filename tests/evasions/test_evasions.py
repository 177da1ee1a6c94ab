"""Every fraud with every evasion stays what it is, and no honest mail becomes a fraud by the same change (threats section 4).

`make test` puts each evasion to one fraud and to one honest mail, the next evasion to the next; `make soak` puts each to all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pytest

from tests.effort import SOAK
from tests.evasions import carriers, places, structure, wrapped, writing  # noqa: F401 - each fills the list
from tests.evasions.evasion import EVASIONS, Evasion
from tests.evasions.letters import FRAUDS, GENUINE, HONEST, Letter, judged, signed
from tests.test_samples import told


def put_to(evasions: Iterable[Evasion], letters: Sequence[Letter]) -> list[object]:
    """Each evasion with the letters that are its turn."""
    return [
        pytest.param(evasion, letter, id=f"{evasion.name}-{letter.slug}")
        for number, evasion in enumerate(evasions)
        for letter in (letters if SOAK else [letters[number % len(letters)]])
    ]


@pytest.mark.parametrize(("evasion", "fraud"), put_to(EVASIONS.values(), FRAUDS))
def test_a_fraud_stays_a_fraud(evasion: Evasion, fraud: Letter) -> None:
    case = judged(evasion.make(fraud))
    assert case.verdict.label.value in evasion.verdicts, f"{evasion.why}\n{told(case)}"


@pytest.mark.parametrize(
    ("evasion", "letter"), put_to((evasion for evasion in EVASIONS.values() if evasion.honest), HONEST)
)
def test_an_honest_mail_is_no_fraud(evasion: Evasion, letter: Letter) -> None:
    raw = evasion.make(letter)
    case = judged(signed(raw) if letter is GENUINE else raw)
    assert case.verdict.label.value != "impersonation", f"{evasion.why}\n{told(case)}"
