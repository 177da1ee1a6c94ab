"""Where alerts arrive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.hooks import Smtp, Webhook


@pytest.fixture(scope="session")
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def smtp() -> Iterator[Smtp]:
    server = Smtp()
    yield server
    server.stop()
