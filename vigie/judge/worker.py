"""The judging process: reads messages from a socket and answers with cases, within limits that the kernel keeps.

It is started by `workers` as its own program: no copy of the parent's memory, none of its open files, none of its
environment beyond the language. It has no terminal, cannot write files, and ends when the pool does.
"""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from vigie.judge import wire
from vigie.judge.confinement import limit, outlive_nobody, renew_cpu
from vigie.judge.settings import JudgeSettings
from vigie.rules.types import Case, ExaminationError

if TYPE_CHECKING:
    from vigie.judge.examine import Examiner


def serve(handle: int, parent: int, make: Callable[[JudgeSettings], Examiner]) -> None:
    """Judges until the socket is closed. The first frame is the settings, as a job without dates."""
    outlive_nobody(parent)
    with socket.socket(fileno=handle) as sock, sock.makefile("rb") as stream:
        first = wire.read_job(stream)
        if first is None:
            return
        settings = JudgeSettings.model_validate_json(first.raw)
        examiner = make(settings)
        limit(settings.limits.memory_bytes)
        wire.send_answer(sock, wire.READY)
        while _one(sock, stream, examiner, settings.limits.cpu_s):
            pass


def _one(sock: socket.socket, stream: BinaryIO, examiner: Examiner, cpu_s: int) -> bool:
    """One message; False when there is none any more, or when this process cannot be relied on any more."""
    try:
        job = wire.read_job(stream)
        if job is None:
            return False
        renew_cpu(cpu_s)
        case = _examined(examiner, job)
        answer = wire.pack_case(case)
    except MemoryError:
        error = ExaminationError("memory", "more memory than a message may use")
    except Exception as fault:  # noqa: BLE001 - the net under hostile mail (I-50): the message is blamed, the process replaced
        error = ExaminationError("crash", _where(fault))
    else:
        wire.send_answer(sock, wire.CASE, answer)
        return True
    wire.send_answer(sock, wire.FAULT, wire.pack_fault(error))
    return False


def _examined(examiner: Examiner, job: wire.Job) -> Case:
    now = job.now or datetime.now(UTC)
    if job.text is not None:
        return examiner.examine_text(job.raw, now=now, medium=None if job.text == "guess" else job.text)
    return examiner.examine(
        job.raw, now=now, received=job.received, delivery=job.delivery, answers=job.answers, opens=job.opens
    )


def _where(fault: Exception) -> str:
    """Kind and place of a fault, never its text: that may quote the mail."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    return f"{type(fault).__name__} at {place}"
