"""Here judging processes start as they do in service."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.judge import forked


@pytest.fixture(scope="module", autouse=True)
def started_anew() -> Iterator[None]:
    """For each module, since another one may follow that stands in another folder."""
    forked.load_anew()
    yield
    forked.load_once()
