"""docs/threat-rows.md has every row of the catalogue that concerns moving, exhaustion and pages, and names tests that exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = [f"{kind}-{number:02}" for kind, last in (("I", 54), ("X", 25), ("W", 33)) for number in range(1, last + 1)]
PAGE = (ROOT / "docs/threat-rows.md").read_text("utf-8")
TABLE = {
    row[1]: (row[2].strip(), row[3].strip())
    for row in re.finditer(r"^\| ([IXW]-\d\d) \|((?:[^|\n]|\\\|)*)\|([^\n]*)\|$", PAGE, re.MULTILINE)
}
TOO = {"decision": r"decision (\d+)", "elsewhere": r"issue \d+: ", "not ours": r"not ours: ", "open": r"open: "}
"""What may stand in place of a test, or say more in the second column."""


@cache
def functions(path: Path) -> frozenset[str]:
    """The names of the test functions of a file, also those in classes."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_page_has_every_row_once() -> None:
    assert re.findall(r"^\| ([IXW]-\d\d) \|", PAGE, re.MULTILINE) == ROWS
    assert list(TABLE) == ROWS


@pytest.mark.parametrize("row", ROWS)
def test_a_row_ends_as_tests_that_exist_or_as_a_reason(row: str) -> None:
    what, shown = TABLE[row]
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", shown)
    assert what
    assert named or re.match("|".join(TOO.values()), shown), f"{row} has neither test nor reason"
    assert shown.count("::") == len(named), f"{row}: a test is not written as `path::name`"
    for path, name in named:
        assert name.startswith("test_")
        assert name in functions(ROOT / "tests" / path), f"{row}: there is no {path}::{name}"
    for program in re.findall(r"`(tests\.soak\.\w+)`", shown):
        assert (ROOT / f"{program.replace('.', '/')}.py").exists(), program
    for number in re.findall(TOO["decision"], what + shown):
        assert f"\n## {number}. " in (ROOT / "docs/decisions.md").read_text("utf-8"), f"{row}: decision {number}"
    if named:
        texts = [(ROOT / "tests" / path).read_text("utf-8") for path, _ in named]
        assert any(row in text for text in texts), f"no test that is named says that it is about {row}"
