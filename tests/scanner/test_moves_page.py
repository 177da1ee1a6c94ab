"""docs/moves.md and docs/folders.md name tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_page_names_exists() -> None:
    page = (ROOT / "docs/moves.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)", page))
    programs = set(re.findall(r"`(tests\.soak\.\w+)", page))
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests/scanner").rglob("test_*.py"))
    code += (ROOT / "tests/ledger/test_migrations.py").read_text("utf-8")
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in code} == set()
    assert {name for name in programs if not (ROOT / f"{name.replace('.', '/')}.py").exists()} == set()


@pytest.mark.parametrize("name", ["folders.md", "folders.fr.md"])
def test_so_does_the_page_of_the_folders(name: str) -> None:
    named = set(re.findall(r"`(test_\w+)", (ROOT / "docs" / name).read_text("utf-8")))
    code = "".join((ROOT / f"tests/scanner/test_{part}.py").read_text("utf-8") for part in ("buttons", "crashes"))
    assert len(named) > 5
    assert {one for one in named if f"def {one}(" not in code} == set()
