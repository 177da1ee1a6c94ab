"""Real servers as fixtures, each started once per test process, when the first test asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.servers.dovecot import PLAIN, POOR, Dovecot, Variant
from tests.servers.knot import Knot
from tests.servers.pymap import Pymap
from vigie.scanner.settings import AccountSettings

VARIANTS = {
    "full": PLAIN,
    "poor": Variant(name="poor", capability=POOR),
    "uidplus": Variant(name="uidplus", capability=f"{POOR} UIDPLUS UNSELECT"),
    "quota": Variant(name="quota", quota_kib=64),
}


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Dovecot with all it can."""
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot_poor() -> Iterator[Dovecot]:
    """Dovecot that says it has neither MOVE nor UIDPLUS nor IDLE nor CONDSTORE."""
    server = Dovecot(VARIANTS["poor"])
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot_uidplus() -> Iterator[Dovecot]:
    """Dovecot with UIDPLUS and without MOVE: the way by COPY, \\Deleted and UID EXPUNGE."""
    server = Dovecot(VARIANTS["uidplus"])
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot_prefix() -> Iterator[Dovecot]:
    """Dovecot whose folders lie below INBOX, separated by dots, as Courier and Cyrus do it."""
    server = Dovecot(Variant(name="prefix", prefix="INBOX.", separator="."))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot_quota() -> Iterator[Dovecot]:
    """Dovecot with room for 64 KiB a user."""
    server = Dovecot(VARIANTS["quota"])
    yield server
    server.stop()


@pytest.fixture(scope="session")
def pymap() -> Iterator[Pymap]:
    """pymap: MOVE and UIDPLUS, but it keeps no keyword."""
    server = Pymap()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def knot() -> Iterator[Knot]:
    """An authoritative name server without zones: knot.publish("example.org", '@ IN TXT "..."')."""
    server = Knot()
    yield server
    server.stop()


@pytest.fixture
def imap_account(dovecot: Dovecot) -> Callable[..., AccountSettings]:
    """Gives the account of a fresh user with an empty mailbox: imap_account("accueil", mode="enforce")."""
    return dovecot.account
