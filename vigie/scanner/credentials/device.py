"""The device authorization grant: a person types a code in any browser, anywhere (RFC 8628)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from vigie.scanner.credentials.faults import ProviderError
from vigie.scanner.credentials.grants import Grants
from vigie.scanner.credentials.schemas import Device, Tokens

LONGEST_S: Final = 3600
"""A code that is said to live longer is not waited for."""


def log_in(
    grants: Grants,
    show: Callable[[Device], None],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Tokens:
    """Shows the code and waits until the person has answered. Raises ProviderError."""
    device = grants.device()
    show(device)
    pause = float(max(device.interval, 1))
    deadline = clock() + min(device.expires_in, LONGEST_S)
    while True:
        sleep(pause)
        try:
            return grants.of_device(device.device_code)
        except ProviderError as error:
            if clock() >= deadline:
                raise ProviderError(
                    "nobody logged in before the code expired", code="expired_token", temporary=False
                ) from None
            if error.code == "slow_down":
                pause += 5.0  # RFC 8628 section 3.5: for this and all later questions
            elif error.code != "authorization_pending":
                if not error.temporary:
                    raise
                pause = min(pause * 2, 60.0)  # section 3.5: back off where the connection fails
