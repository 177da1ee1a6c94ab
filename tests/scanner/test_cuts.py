"""The line is cut somewhere in a whole pass: a sample of the bytes; every one of them under `make soak` (tests.soak.cuts)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scanner.crashing import SCENARIOS
from tests.scanner.cutting import Cutting
from tests.servers.cutter import Cutter, Direction
from tests.servers.dovecot import Dovecot

POINTS = 6
"""In each direction."""


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
@pytest.mark.parametrize(
    ("name", "scenario"), [("dovecot", "incoming"), ("dovecot_uidplus", "incoming"), ("dovecot_poor", "copied")]
)
def test_a_pass_that_is_cut_off_is_taken_up(
    name: str, scenario: str, direction: Direction, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Dovecot = request.getfixturevalue(name)
    with Cutter(server.port) as cutter:
        cutting = Cutting(cutter, server, SCENARIOS[scenario], tmp_path)
        length = cutting.length[direction]
        for number in range(POINTS):
            cutting.check(direction, 1 + number * (length - 2) // (POINTS - 1), once=number % 2 == 0)
    assert cutting.ended["broken off"]
