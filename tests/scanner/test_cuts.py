"""The line is cut somewhere in a whole pass: a sample of the bytes; every one of them under `make soak` (tests.soak.cuts)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scanner.crashing import SCENARIOS
from tests.scanner.cutting import Cutting
from tests.servers.cutter import Cutter, Direction
from tests.servers.dovecot import Dovecot

POINTS = 5
"""In each direction."""


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
@pytest.mark.parametrize("name", ["dovecot", "dovecot_uidplus", "dovecot_poor"])
def test_a_pass_that_is_cut_off_is_taken_up(
    name: str, direction: Direction, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Dovecot = request.getfixturevalue(name)
    with Cutter(server.port) as cutter:
        cutting = Cutting(cutter, server, SCENARIOS["one"], tmp_path)
        first, length = cutting.first_change[direction], cutting.length[direction]
        assert 0 < first < length - 100
        for number in range(POINTS):
            after = first + 1 + number * (length - first - 2) // (POINTS - 1)
            cutting.check(direction, after, once=number % 2 == 0)
