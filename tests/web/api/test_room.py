"""Messages that take all the time they may: whoever asked is told to come again, and every page answers meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.web.api.asking import API, asked
from tests.web.api.test_check import is_problem
from tests.web.conftest import MAILBOXES
from tests.web.served import serve
from vigie.judge import workers
from vigie.judge.settings import JudgeSettings, LimitSettings
from vigie.web import judging

THREADS = 40
"""Of the server: more requests than that wait at a time."""


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[API]:
    """One judging process, which does what the subject says."""
    obedient = workers._BOOT.replace("vigie.judge.examine import Examiner", "tests.judge.hostile import Obedient")
    monkeypatch.setattr(workers, "_BOOT", obedient)
    judge = JudgeSettings(limits=LimitSettings(workers=1, wall_s=20))
    with serve(tmp_path, mailboxes=MAILBOXES, judge=judge) as pages:
        yield asked(pages)


def test_those_who_wait_hold_no_page(slow: API, monkeypatch: pytest.MonkeyPatch) -> None:
    """X-20. What was given up is judged no more: else the last message would wait for all of them."""
    usual = judging.WAIT_S
    monkeypatch.setattr(judging, "WAIT_S", 1.0)

    with ThreadPoolExecutor(THREADS + 5) as crowd:
        waiting = [crowd.submit(slow.check, b"Subject: sleep 3\n") for _ in range(THREADS + 5)]
        assert slow.served.browser().get("/sign-in").status_code == 200
        for one in waiting:
            assert is_problem(one.result(), 503)
            assert one.result().headers["retry-after"] == "5"
    monkeypatch.setattr(judging, "WAIT_S", usual)
    assert slow.check(b"Subject: x\n").status_code == 200
    assert slow.served.site.judging.taken == 0


def test_a_message_that_ends_the_process_costs_its_own_answer_alone(slow: API) -> None:
    told = slow.check(b"Subject: exit 3\n").json()
    assert (told["verdict"], told["error"]["kind"]) == ("undecided", "crash")
    assert slow.check(b"Subject: x\n").json()["verdict"] == "unrelated"
