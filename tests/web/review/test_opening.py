"""One process for a message's page and its frame; nothing of a message stays behind."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from vigie.judge.settings import LimitSettings
from vigie.web.review.opened import opened, packed
from vigie.web.review.opening import KEPT, Opener


def mail(number: int) -> bytes:
    return f"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>Bonjour {number}\r\n".encode()


@pytest.fixture
def quick(monkeypatch):
    """An opener without processes, and the messages for which there would have been one."""
    started: list[bytes] = []

    def answer(self: Opener, raw: bytes) -> bytes:
        started.append(raw)
        return packed(opened(raw))

    monkeypatch.setattr(Opener, "_answer", answer)
    return Opener(LimitSettings()), started


def test_one_process_answers_the_page_and_its_frame(monkeypatch):
    started, begin = [], subprocess.Popen

    def counted(*args: Any, **more: Any) -> Any:
        started.append(args)
        return begin(*args, **more)

    monkeypatch.setattr(subprocess, "Popen", counted)
    opener = Opener(LimitSettings())
    page, frame = opener(mail(1)), opener(mail(1))
    assert page == frame
    assert "Bonjour 1" in frame.page
    assert len(started) == 1


def test_a_third_question_is_answered_anew(quick):
    opener, started = quick
    for _ in range(3):
        opener(mail(1))
    assert started == [mail(1)] * 2
    opener(mail(2))
    assert started == [mail(1), mail(1), mail(2)]


def test_no_more_than_a_few_answers_wait(quick):
    opener, started = quick
    for number in range(KEPT + 1):
        opener(mail(number))
    opener(mail(KEPT))
    assert len(started) == KEPT + 1
    opener(mail(0))
    assert len(started) == KEPT + 2


def test_an_answer_that_nobody_asks_for_again_is_forgotten(quick, monkeypatch):
    opener, started = quick
    timers: list[Callable[[], None]] = []

    def timer(seconds: float, call: Callable[..., None], args: tuple[object, ...]) -> threading.Thread:
        timers.append(partial(call, *args))
        return threading.Thread()

    monkeypatch.setattr(threading, "Timer", timer)
    opener(mail(1))
    timers.pop()()
    opener(mail(1))
    assert len(started) == 2
    first = timers.pop()
    opener(mail(1))
    opener(mail(1))
    first()  # of an answer that was given twice: the one that has come after it stays
    opener(mail(1))
    assert len(started) == 3
