"""One Chromium and one `vigie web` with the add-in for this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e import world as worlds
from tests.outlook.pane import Office, office


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.Chromium]:
    """Debian's Chromium."""
    with worlds.driver() as driver, worlds.chromium(driver, tmp_path_factory.mktemp("chromium")) as made:
        yield made


@pytest.fixture(scope="package")
def outlook(chromium: worlds.Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Somebody's Outlook."""
    with office(chromium.browser, tmp_path_factory.mktemp("outlook")) as made:
        yield made
