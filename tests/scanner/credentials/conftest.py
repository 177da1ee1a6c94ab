"""Everything is logged at its most talkative here: what any library tells is searched for secrets, see tests.canary."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.oidc import Oidc
from vigie.scanner.credentials.settings import OAuthSettings


@pytest.fixture(autouse=True)
def talkative(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.fixture
def provider(oidc: Oidc) -> Iterator[Oidc]:
    """The identity provider, as it was."""
    oidc.asked.clear()
    oidc.headers.clear()
    yield oidc
    oidc.faults.clear()
    oidc.discovery = {}
    oidc.lifetime_s, oidc.rotates, oidc.authorizes_as = 3600, True, "somebody"


@pytest.fixture
def oauth(provider: Oidc, tmp_path: Path) -> Callable[..., OAuthSettings]:
    """The settings of a public client, with changes."""
    return lambda **changes: OAuthSettings.model_validate(provider.settings(tmp_path / "accueil.token", **changes))
