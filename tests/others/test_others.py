"""Mails of every other kind, made from a grammar: none is about ameli, and none is taken for it. Three thousand in `make soak`."""

from __future__ import annotations

import pytest

from tests.effort import often
from tests.evasions.letters import judged
from tests.others.grammar import mail
from tests.others.kinds import KINDS
from tests.test_samples import told

MAILS = 3_000
CHUNK = 250
STRIDE = often(4, 1)
"""Of so many mails one is judged; prime to the number of kinds, so that each kind has its turns."""


@pytest.mark.parametrize("start", range(0, MAILS, CHUNK))
def test_no_other_mail_has_a_verdict_about_ameli(start):
    taken = []
    for seed in range(start, start + CHUNK, STRIDE):
        raw, kind = mail(seed)
        case = judged(raw)
        if case.verdict.brand == "ameli" or case.verdict.label.value == "genuine":
            taken.append(f"seed {seed} ({kind}): {told(case)}")
    assert not taken, "\n".join(taken)


def test_the_same_seed_gives_the_same_mail_and_no_two_seeds_do():
    assert mail(7) == mail(7)
    assert len({mail(seed)[0].partition(b"\r\n\r\n")[2] for seed in range(600)}) > 570
    assert {mail(seed)[1] for seed in range(len(KINDS))} == {kind.name for kind in KINDS}
