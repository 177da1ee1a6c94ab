"""The device authorization grant of RFC 8628, against a real provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.servers.oidc import Fault, Oidc
from vigie.scanner.credentials import device
from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.grants import Grants
from vigie.scanner.credentials.providers import provider_for
from vigie.scanner.credentials.schemas import Device
from vigie.scanner.credentials.settings import OAuthSettings
from vigie.scanner.credentials.tokens import TokenKeeper


@pytest.fixture
def grants(provider: Oidc, oauth: Callable[..., OAuthSettings]) -> Iterator[Grants]:
    keeper = TokenKeeper("accueil", oauth())
    with keeper.asker() as asker:
        yield keeper.grants(asker, provider_for(oauth(), asker))


class Clock:
    """Time passes only while somebody waits; after so many waits the person has answered."""

    def __init__(self, provider: Oidc, answer: str, after: int) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self._provider, self._answer, self._after = provider, answer, after
        self._code = ""

    def show(self, shown: Device) -> None:
        assert shown.verification_uri.endswith("/activate")
        self._code = shown.user_code

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waits.append(seconds)
        if len(self.waits) == self._after:
            self._provider.answer(self._code, self._answer)

    def log_in(self, grants: Grants) -> str:
        tokens = device.log_in(grants, self.show, sleep=self.sleep, clock=lambda: self.now)
        return str(self._provider.introspect({"token": tokens.access_token.get_secret_value()})["username"])


def test_it_waits_until_the_person_has_answered(provider: Oidc, grants: Grants) -> None:
    clock = Clock(provider, "claire", 4)
    assert clock.log_in(grants) == "claire"
    assert clock.waits == [1.0] * 4
    assert provider.paths("/device")[0] == {"client_id": "vigie", "scope": "openid offline_access"}


def test_slow_down_holds_for_all_later_questions(provider: Oidc, grants: Grants) -> None:
    slow = Fault(400, b'{"error": "slow_down"}')
    provider.faults.extend((slow, slow))
    clock = Clock(provider, "claire", 4)
    assert clock.log_in(grants) == "claire"
    assert clock.waits == [1.0, 6.0, 11.0, 11.0]


def test_a_fault_of_the_way_is_waited_out(provider: Oidc, grants: Grants) -> None:
    provider.faults.extend((Fault(503, b""), Fault(503, b"")))
    clock = Clock(provider, "claire", 2)
    assert clock.log_in(grants) == "claire"
    assert clock.waits == [1.0, 2.0, 4.0]


def test_the_person_says_no(provider: Oidc, grants: Grants) -> None:
    with pytest.raises(ProviderError, match="the login was refused") as caught:
        Clock(provider, "denied", 1).log_in(grants)
    assert caught.value.code == "access_denied"


def test_nobody_answers(provider: Oidc, grants: Grants) -> None:
    clock = Clock(provider, "claire", 10_000)
    clock.sleep(0)  # the first wait is over before the code is shown
    with pytest.raises(ProviderError, match="before the code expired") as caught:
        device.log_in(grants, clock.show, sleep=lambda seconds: clock.sleep(seconds * 200), clock=lambda: clock.now)
    assert caught.value.code == "expired_token"
    assert clock.now >= 600


def test_a_code_that_the_provider_calls_expired(provider: Oidc, grants: Grants) -> None:
    provider.faults.append(Fault(400, b'{"error": "expired_token"}'))
    with pytest.raises(ProviderError, match="nobody logged in"):
        Clock(provider, "claire", 5).log_in(grants)
