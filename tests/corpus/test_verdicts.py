"""What the verdicts on the half that nobody who mends rules reads come to: a floor, not a target (docs/judgement.md)."""

from __future__ import annotations

from pathlib import Path

from tests.corpus.build import write
from vigie.cli.evaluate import runs
from vigie.cli.evaluate.command import Wanted, evaluate
from vigie.cli.evaluate.measures import measure
from vigie.cli.status import Status

FOUND, WARNED = 0.98, 0.99
ACCUSED, DOUBTED = 0, 47


def test_the_kept_half_is_judged_as_well_as_the_documents_say(tmp_path: Path) -> None:
    """One test for all figures: judging that half takes most of a minute, and several would do it in several workers."""
    write(tmp_path, ("kept",))
    saved = tmp_path / "run.json"
    assert evaluate(None, Wanted(tmp_path, save=saved)) is Status.DONE
    kept = measure(runs.read(saved))
    assert kept.believed.part == 0
    assert kept.proven.part == kept.proven.whole > 0
    assert kept.recall.value >= FOUND
    assert kept.warned.value >= WARNED
    assert kept.accused.part <= ACCUSED
    assert kept.doubted.part <= DOUBTED
