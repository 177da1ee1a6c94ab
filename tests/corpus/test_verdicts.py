"""What the verdicts on the half that nobody who mends rules reads come to: a floor, not a target (docs/judgement.md)."""

from __future__ import annotations

import pytest

from tests.corpus.build import write
from vigie.cli.evaluate import runs
from vigie.cli.evaluate.command import Wanted, evaluate
from vigie.cli.evaluate.measures import Measures, measure
from vigie.cli.status import Status

FOUND, WARNED = 0.98, 0.98
ACCUSED, DOUBTED = 0, 10


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Measures:
    folder = tmp_path_factory.mktemp("kept")
    write(folder, ("kept",))
    saved = folder / "run.json"
    assert evaluate(None, Wanted(folder, save=saved)) is Status.DONE
    return measure(runs.read(saved))


def test_nothing_is_proven_that_is_not_and_all_that_is_provable_is(kept: Measures) -> None:
    assert kept.believed.part == 0
    assert kept.proven.part == kept.proven.whole > 0


def test_false_mails_are_found(kept: Measures) -> None:
    assert kept.recall.value >= FOUND
    assert kept.warned.value >= WARNED


def test_other_mails_are_left_alone(kept: Measures) -> None:
    assert kept.accused.part <= ACCUSED
    assert kept.doubted.part <= DOUBTED
