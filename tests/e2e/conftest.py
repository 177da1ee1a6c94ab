"""A world and a browser for each module: whatever else runs in this process, no event loop of Playwright's is left in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import world as worlds
from tests.servers.dovecot import Dovecot
from vigie.ledger.people_types import Role


@pytest.fixture(scope="module")
def world(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.World]:
    """Camille is the first admin, Marie and Paul are reviewers, Lucie is a reader, Ann reviews in English."""
    with worlds.world(tmp_path_factory.mktemp("e2e"), dovecot) as made:
        for name in ("Marie", "Paul"):
            made.add(name, Role.REVIEWER)
        made.add("Lucie", Role.READER)
        made.add("Ann", Role.REVIEWER, language="en")
        yield made


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.Chromium]:
    """Debian's Chromium."""
    folder: Path = tmp_path_factory.mktemp("chromium")
    with worlds.chromium(folder) as made:
        yield made
