"""Real servers as fixtures, each started once per test process, when the first test asks for it."""

from __future__ import annotations

import gc
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import canary
from tests.judge import forked
from tests.servers import processes
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import PLAIN, POOR, Dovecot, Variant
from tests.servers.hooks import Smtp, Webhook
from tests.servers.knot import Knot
from tests.servers.oidc import Oidc
from tests.servers.pymap import Pymap
from vigie.scanner.settings import AccountSettings

VARIANTS = {
    "full": PLAIN,
    "poor": Variant(name="poor", capability=POOR),
    "uidplus": Variant(name="uidplus", capability=f"{POOR} UIDPLUS UNSELECT"),
    "quota": Variant(name="quota", quota_kib=64),
}

# Both measure with the clock on the wall: a process that waits 200 ms for its turn on a busy machine is no fault of what
# is tested. What a message may cost is tested apart, in processor time.
settings.register_profile("vigie", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("vigie")
settings.register_profile("soak", settings.get_profile("vigie"), max_examples=1000)  # and see tests.effort

# What is collected stays until the end: nothing in it is to be looked for garbage, over and over.
gc.disable()

# But in tests/judge, which are about how they start.
forked.load_once()

# Who starts the tests by nohup, or in the background of a script, has these ignored, and whatever a test starts would inherit
# that: a service that no signal ends. A handler of ours is nobody's inheritance, and the tests go on as was asked.
for ignored in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(ignored) is signal.SIG_IGN:
        signal.signal(ignored, lambda *_: None)


# What takes longest, half a minute and more each: begun last, it would leave one worker at work and the others idle.
LONG = (
    "addins/test_thunderbird.py",
    "chain",
    "cli/test_demo.py",
    "corpus",
    "e2e",
    "scanner/test_bombs.py",
    "scanner/test_crashes.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest begin first; whatever else stays in its order."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not any(item.path.is_relative_to(here / name) for name in LONG))


def pytest_collection_finish() -> None:
    """From here on there is garbage, and it is new."""
    gc.freeze()
    gc.enable()


WATCH = pytest.StashKey[canary.Watch]()


@pytest.fixture(scope="session", autouse=True)
def nothing_secret_is_seen(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Iterator[canary.Watch]:
    """After everything: no secret in what tests printed or logged, in the files that they and Vigie wrote, in any argv."""
    watch = pytestconfig.stash.setdefault(WATCH, canary.Watch())
    yield watch
    watch.stop()
    watch.found += [f"file {path}" for path in canary.files_with_it([tmp_path_factory.getbasetemp()])]
    assert not watch.found, f"a secret was seen in: {watch.found}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed and logged, and what its failure shows."""
    report = yield
    if (watch := item.config.stash.get(WATCH, None)) is not None:
        for name, text in (*report.sections, ("failure", report.longreprtext)):
            watch.saw(f"{item.nodeid}: {name}", text)
    return report


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Dovecot with all it can."""
    server = Dovecot()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def oidc() -> Iterator[Oidc]:
    """An identity provider."""
    server = Oidc()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot_oauth(oidc: Oidc) -> Iterator[Dovecot]:
    """Dovecot that takes the tokens of `oidc`."""
    server = Dovecot(Variant(name="oauth", introspection=(f"{oidc.issuer}/introspect", oidc.ca)))
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
def dovecot_acl() -> Iterator[Dovecot]:
    """Dovecot with rights for each folder, and three connections a user."""
    server = Dovecot(Variant(name="acl", acl=True, connections=3))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot_acl_uidplus() -> Iterator[Dovecot]:
    """Dovecot with rights for each folder, and without MOVE."""
    server = Dovecot(Variant(name="acl-uidplus", acl=True, capability=f"{POOR} UIDPLUS UNSELECT ACL"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Cyrus]:
    """Cyrus IMAP: folders below "INBOX.", quotas, ACLs and other people's folders."""
    server = Cyrus()
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


@pytest.fixture(scope="session")
def hook_server() -> Iterator[Webhook]:
    """Takes JSON over TLS."""
    server = Webhook()
    yield server
    server.stop()


@pytest.fixture
def webhook(hook_server: Webhook) -> Webhook:
    """The same, with nothing received yet, and taking what comes."""
    hook_server.got.clear()
    hook_server.status = 204
    return hook_server


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[Smtp]:
    """A submission server with STARTTLS and a login."""
    server = Smtp()
    yield server
    server.stop()


@pytest.fixture
def smtp(smtp_server: Smtp) -> Smtp:
    """The same, with nothing received yet, and taking what comes."""
    smtp_server.got.clear()
    smtp_server.refuses = False
    return smtp_server


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """Nobody listens there."""
    with processes.deaf_port() as port:
        yield port
