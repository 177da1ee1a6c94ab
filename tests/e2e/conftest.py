"""One world and one browser for all tests of this folder; behind the last of them no event loop of Playwright's is left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.e2e import world as worlds
from tests.servers.dovecot import Dovecot
from vigie.ledger.people_types import Role


@pytest.fixture(scope="package")
def world(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.World]:
    """Camille is the first admin, Marie and Paul are reviewers, Lucie is a reader, Ann reviews in English."""
    with worlds.world(tmp_path_factory.mktemp("e2e"), dovecot) as made:
        for name in ("Marie", "Paul"):
            made.add(name, Role.REVIEWER)
        made.add("Lucie", Role.READER)
        made.add("Ann", Role.REVIEWER, language="en")
        yield made


@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    """Until then it is this thread's event loop."""
    with worlds.driver() as made:
        yield made


@pytest.fixture(scope="package")
def chromium(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.Chromium]:
    """Debian's Chromium."""
    with worlds.chromium(driver, tmp_path_factory.mktemp("chromium")) as made:
        yield made


@pytest.fixture
def witness(driver: Playwright, tmp_path: Path) -> Iterator[worlds.Chromium]:
    """Another one, which may be ended for its log."""
    with worlds.chromium(driver, tmp_path) as made:
        yield made
