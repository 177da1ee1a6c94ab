"""One webmail and one browser for the tests of this folder that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.addins.answering import Answering
from tests.addins.served import Server, served
from tests.e2e import world as worlds
from tests.servers.dovecot import Dovecot
from tests.servers.roundcube import Roundcube


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[worlds.Chromium]:
    """Debian's Chromium."""
    with worlds.driver() as driver, worlds.chromium(driver, tmp_path_factory.mktemp("chromium")) as made:
        yield made


@pytest.fixture(scope="module")
def vigie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """`vigie web`."""
    with served(tmp_path_factory.mktemp("addins")) as made:
        yield made


@pytest.fixture(scope="module")
def roundcube(dovecot: Dovecot) -> Iterator[Roundcube]:
    """Debian's Roundcube with the plugin."""
    made = Roundcube(dovecot)
    yield made
    made.stop()


@pytest.fixture
def impostor() -> Iterator[Answering]:
    """What answers in Vigie's place."""
    made = Answering()
    yield made
    made.stop()
