"""Bombs in one mailbox: each ends with a case, and the mail of the others is judged meanwhile (threats section 5, X-01 to X-16, X-18).

Small ones and tight limits here, so that judging processes are killed; large ones and the limits that are shipped: tests.soak.bombs.
"""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from tests.benchmarks.generate import mixed
from tests.judge.bombs import BOMBS
from tests.scanner.bombing import GIGABYTE, Bombed, bombed, room
from tests.scanner.world import mail
from tests.servers.dovecot import Dovecot
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.judge.workers import WorkerPool
from vigie.ledger.types import Place
from vigie.rules.types import Case
from vigie.scanner.judging import Job, Judging
from vigie.scanner.mailboxes.base import Fetched

SIZE = 30_000
LEFT_OUT = (
    "X-12 everything",
    "X-13 drawings",
    "X-13 frames",
    "X-14 pages",
    "X-14 pictures in a PDF",
    "X-14 forms in a PDF",
)
"""Files that do not get smaller; tests.judge.test_hostile_files has them."""
NAMES = [name for name in BOMBS if name not in LEFT_OUT]
ORDINARY = 12
LIMITS = LimitSettings(
    message_bytes=2 << 20, fetched_bytes=16 << 20, memory_bytes=128 << 20, cpu_s=1, wall_s=120, workers=2
)


@pytest.fixture(scope="module")
def outcome(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Bombed:
    bombs = {
        name: b"Message-ID: <%d@bombes.example>\r\n" % number + BOMBS[name](SIZE) for number, name in enumerate(NAMES)
    }
    return bombed(dovecot, tmp_path_factory.mktemp("bombs"), bombs, list(mixed(ORDINARY, seed=5)), LIMITS)


def test_every_bomb_ends_with_a_case(outcome: Bombed) -> None:
    assert outcome.status == 0
    assert list(outcome.records) == NAMES
    assert set(outcome.errors.values()) <= {"timeout", "memory"}
    for name, record in outcome.records.items():
        assert record.verdict == "undecided" if name in outcome.errors else record.verdict != "genuine"
    assert "Traceback" not in outcome.log


def test_what_needs_too_much_costs_its_judging_process_and_nothing_else(outcome: Bombed) -> None:
    assert outcome.errors
    assert len(outcome.workers) > LIMITS.workers


def test_the_others_go_on_meanwhile(outcome: Bombed) -> None:
    assert len(outcome.ordinary) == ORDINARY
    assert all(record.judged_at < outcome.ended for record in outcome.ordinary)
    assert {record.verdict for record in outcome.ordinary} <= {"unrelated", "impersonation", "suspicious"}


def test_nothing_is_lost_and_nothing_moved_that_was_not_decided_on(outcome: Bombed) -> None:
    assert not outcome.lost
    assert not outcome.doubled
    assert not outcome.misplaced
    assert outcome.open_intents == 0


def test_of_a_gigabyte_the_beginning_is_judged_and_it_stays(outcome: Bombed) -> None:
    """X-01."""
    assert outcome.huge.size == LIMITS.message_bytes
    assert json.loads(outcome.huge.case_json)["partial"] is True
    assert (outcome.huge_lies_in, outcome.huge_size) == ("cur", GIGABYTE)


def test_memory_is_bounded(outcome: Bombed) -> None:
    assert outcome.peak_bytes <= room(LIMITS)
    assert outcome.worker_bytes <= 512 << 20


def test_a_flood_in_one_mailbox_leaves_the_others_their_turn() -> None:
    """X-18, W-20: two accounts that wait for the same processes get equal shares of their time."""
    told: list[str] = []
    begun, stop = threading.Event(), threading.Event()

    def tell(case: Case) -> None:
        told.append(case.subject.partition("-")[0])
        begun.set()

    with ExitStack() as stack:
        pool = stack.enter_context(WorkerPool(JudgeSettings(limits=LimitSettings(workers=2, wall_s=120)), told=tell))
        flooded, calm = (stack.enter_context(Judging(pool, stop)) for _ in range(2))
        flood = [_begin(flooded, "foule", number) for number in range(300)]
        assert begun.wait(120)
        jobs = [_begin(calm, "calme", number) for number in range(20)]
        before = len(told)
        assert all(calm.case(job).error is None for job in jobs)
        since = [*told[before:], "calme"]  # or all of them were told while the last was begun
        meanwhile = since.index("calme"), since.count("foule")
        stop.set()
        assert len(flood) == 300
    assert meanwhile[0] <= 20
    assert meanwhile[1] <= 150


def _begin(judging: Judging, name: str, number: int) -> Job:
    place = Place(name, "INBOX", 1, number + 1)
    fetched = Fetched(number + 1, mail(f"{name}-{number}"), (), datetime(2026, 11, 22, tzinfo=UTC), partial=False)
    return judging.begin(fetched, place, sha256="")
