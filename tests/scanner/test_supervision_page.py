"""docs/supervision.md names tests that exist, and every row of the catalogue that it has to."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROWS = {*range(19, 27), *range(37, 42), 43, 44, 45, 47, 52, 53}


def test_every_test_that_the_page_names_exists() -> None:
    page = (ROOT / "docs/supervision.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)", page))
    programs = set(re.findall(r"`(tests\.soak\.\w+)", page))
    places = (*(ROOT / "tests/scanner").rglob("test_*.py"), ROOT / "tests/cli/test_liveness.py")
    code = "\n".join(path.read_text("utf-8") for path in places)
    assert len(named) > 40
    assert {name for name in named if f"def {name}(" not in code} == set()
    assert {name for name in programs if not (ROOT / f"{name.replace('.', '/')}.py").exists()} == set()
    assert set(map(int, re.findall(r"^\| I-(\d+) ", page, re.MULTILINE))) >= ROWS
