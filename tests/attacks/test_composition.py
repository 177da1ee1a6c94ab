"""The 29 golden cases of "Composition Kills": as generated, none of them proven, each named (threats section 3.1)."""

from __future__ import annotations

import json

import pytest

from tests.samples.composition import CASES, files, folder
from tests.test_samples import golden, told
from vigie.message.parse import parse
from vigie.rules.types import Label

NUMBERS = range(len(CASES))


def name(number: int) -> str:
    return folder(number, CASES[number]).name


def test_every_shape_has_its_case():
    sources = [case.source for case in CASES]
    assert [source for source in sources if source.startswith("server")] == [f"server a{n}" for n in range(1, 20)]
    assert [source for source in sources if source.startswith("client")] == [f"client a{n}" for n in range(1, 4)]
    assert len(set(sources)) == len({case.slug for case in CASES}) == 29


@pytest.mark.parametrize("number", NUMBERS, ids=name)
def test_the_case_is_as_it_is_made(number):
    """`python -m tests.samples.composition` writes them again."""
    place = folder(number, CASES[number])
    assert {path.name: path.read_bytes() for path in place.iterdir()} == files(CASES[number])


@pytest.mark.parametrize("number", NUMBERS, ids=name)
def test_the_case_is_not_proven_and_named(number):
    place = folder(number, CASES[number])
    case = golden(place)
    assert case.verdict.label is not Label.GENUINE, told(case)
    assert not case.verdict.proven
    assert case.evidence is not None
    assert not case.evidence.complete or case.evidence.author_domain.endswith(".example"), told(case)
    raised = {finding.rule for finding in case.verdict.findings} | set(case.evidence.obstacles)
    raised |= {defect.code for defect in parse((place / "message.eml").read_bytes()).defects}
    signs = json.loads((place / "expected.json").read_text())["raises"]
    assert any(sign in word for sign in signs for word in raised), told(case)
