"""The chain, started once per test process, in about a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chain.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    """Everything between the sender and the mailbox."""
    running = World()
    yield running
    running.stop()
