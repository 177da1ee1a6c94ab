from collections.abc import Iterator
from pathlib import Path

import pytest

from vigie.ledger.store import Ledger


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'vigie.db'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger(url, "service") as opened:
        yield opened
