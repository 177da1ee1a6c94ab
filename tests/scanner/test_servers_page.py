"""docs/servers.md names tests that exist, and every server of the contract."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/servers.md").read_text("utf-8")


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests/scanner").rglob("test_*.py"))
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in code} == set()
    assert all((ROOT / path).exists() for path in re.findall(r"`(tests/[\w/]+\.py)`", PAGE))


def test_the_page_has_a_row_for_every_server_of_the_contract() -> None:
    contract = (ROOT / "tests/scanner/mailboxes/test_imap_contract.py").read_text("utf-8")
    servers = re.findall(r'"(\w+)"', re.findall(r"fixture\(params=\[(.*?)\]", contract, re.DOTALL)[0])
    table = PAGE.partition("## The contract runs over")[2].partition("##")[0]
    assert len(servers) == len(re.findall(r"(?m)^\| (?!server |---)", table))
