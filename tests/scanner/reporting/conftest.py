"""A desk for HTTP, once for all tests of reporting."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.desk import Desk


@pytest.fixture(scope="session")
def desk_server() -> Iterator[Desk]:
    """Answers over TLS as it is told."""
    server = Desk()
    yield server
    server.stop()


@pytest.fixture
def desk(desk_server: Desk) -> Desk:
    """The same, with nothing received yet."""
    desk_server.fresh()
    return desk_server
