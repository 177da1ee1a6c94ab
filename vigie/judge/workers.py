"""Judging in processes that can be killed: no message can stop, fill or take over the program that holds the mailboxes.

Each slot of the pool is a thread that owns one process: it starts it, hands it a message, waits until the deadline at
most, and replaces it when it was too slow, too big, or died (threats section 5, I-50).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from vigie.auth_checks.types import UNKNOWN_DELIVERY, Delivery, DnsAnswer
from vigie.judge import wire
from vigie.judge.edition import edition
from vigie.judge.settings import JudgeSettings
from vigie.judge.turns import Turns
from vigie.message.types import Medium
from vigie.rules.types import Case, ExaminationError, Label, Verdict

LOG = logging.getLogger(__name__)

START_S = 60.0
"""For a process to load its libraries on a busy machine."""
RECYCLE_AFTER = 5000
"""Messages; then the process makes way for a fresh one, so that no leak of a library grows for months (X-25)."""
WAITING_BYTES = 64 * 1024 * 1024
"""Of messages that were handed in and are not judged yet, beyond the first: submit waits."""
ENDING_S = 5.0
"""For a process that closed its end to be gone: on a busy machine an interpreter takes its time."""
ATTEMPTS = 3
"""At starting a process, or at finding one that lives long enough to take the message."""

_BOOT = (
    "import gc, sys, json; gc.disable(); sys.path[:] = json.loads(sys.argv[3]); "
    "from vigie.judge.worker import serve; from vigie.judge.examine import Examiner as Judge; gc.freeze(); gc.enable(); "
    "serve(int(sys.argv[1]), int(sys.argv[2]), Judge)"
)
"""What is loaded stays for good: it is not looked through for garbage, neither while it is loaded nor with each message."""
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "PATH")
"""All that a judging process inherits: passwords may stand in the rest (threat W-19)."""
_TOLD = {
    "timeout": ("l'examen a duré trop longtemps", "the examination took too long"),
    "memory": ("l'examen demandait trop de mémoire", "the examination needed too much memory"),
    "crash": ("l'examen a échoué", "the examination failed"),
}


class WorkersError(Exception):
    """No judging process can be started: a fault of this machine, no message is to blame. Nothing was judged."""

    temporary = True


@dataclass(frozen=True, slots=True)
class _Task:
    job: wire.Job
    key: str
    whose: str
    future: Future[Case]


class _Lost(Exception):  # noqa: N818 - it is an outcome for the message, and never leaves this module
    """The process has to be replaced; `error` says what became of the message, `again` that another one may be tried."""

    def __init__(self, error: ExaminationError, *, again: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.again = again


class CrowdedError(Exception):
    """Too much is under way, and who asks would rather not wait. Nothing was handed in."""

    temporary = True


class _NotStartedError(Exception):
    """The process never got as far as taking messages."""


class WorkerPool:
    """Judging processes. Thread-safe; a context manager. Started on demand, `limits.workers` at most (0: one a core)."""

    def __init__(
        self,
        settings: JudgeSettings,
        *,
        zone: Path | None = None,
        told: Callable[[Case], None] | None = None,
        most: int | None = None,
    ) -> None:
        """`zone`: DNS answers come from that TOML file and from nowhere else, whatever the settings say.

        `most`: messages of one owner that may be under way before `submit` waits; None: as many as keep the processes busy.

        `told` is called with every case, in a thread of the pool, before its future has it.
        """
        if zone is not None:
            settings = settings.model_copy(update={"dns": settings.dns.model_copy(update={"zone_file": zone})})
        self._settings = settings
        self._told = told
        self.edition = edition(settings)
        self.size = settings.limits.workers or len(os.sched_getaffinity(0))
        self._most = 2 * self.size + 2 if most is None else most
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._work = threading.Condition(self._lock)
        self._tasks: Turns[_Task] = Turns()
        self._under_way: dict[Future[Case], int] = {}
        self._threads: list[threading.Thread] = []
        self._processes: dict[int, _Process] = {}
        self._closed = False
        self._start_slot()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def submit(
        self,
        raw: bytes,
        *,
        received: datetime | None,
        key: str,
        now: datetime | None = None,
        delivery: Delivery = UNKNOWN_DELIVERY,
        answers: Sequence[DnsAnswer] | None = None,
        text: Medium | Literal["guess"] | None = None,
        whose: str = "",
        patient: bool = True,
        opens: bool = True,
    ) -> Future[Case]:
        """Judges it as soon as a process is free. Waits while too much is under way: call it from no future's callback.

        `whose`: mailboxes that wait for the same processes get equal shares of their time, each its messages in order (X-18).

        `text`: not a mail but a pasted text of that kind, see Examiner.examine_text.
        `received`, `now`, `delivery`, `answers`, `opens`: see Examiner.examine; without `now`, the instant at which it begins.
        `key` names the message in logs. The future gives a Case, with `error` (timeout, memory, crash) where the message
        could not be examined. It raises WorkersError where no process starts; it is cancelled when the pool is closed first.
        Not `patient`: raises CrowdedError where it would wait.
        """
        job = wire.Job(raw, received, now, delivery, None if answers is None else tuple(answers), text, opens)
        task = _Task(job, key, whose, Future())
        with self._lock:
            if not patient and not self._closed and not self._has_room(whose, len(raw)):
                raise CrowdedError
            self._room.wait_for(lambda: self._closed or self._has_room(whose, len(raw)))
            if self._closed:
                raise RuntimeError("the pool is closed")
            self._under_way[task.future] = len(raw)
            self._tasks.add(whose, task)
            if len(self._threads) < min(self.size, len(self._under_way)):
                self._start_slot()
            self._work.notify()
        return task.future

    def close(self) -> None:
        """Ends every process at once. Futures that have no result yet are cancelled: nobody may take them for judged."""
        with self._lock:
            self._closed = True
            pending = tuple(self._under_way)
            self._tasks.clear()
            self._under_way.clear()
            self._room.notify_all()
            self._work.notify_all()
        for future in pending:
            if future.cancel():
                future.set_running_or_notify_cancel()  # wakes wait() and as_completed()
        with self._lock:
            for process in self._processes.values():
                process.kill()
        for thread in self._threads:
            thread.join()

    def pids(self) -> tuple[int, ...]:
        """The judging processes that live now."""
        with self._lock:
            return tuple(self._processes)

    @property
    def under_way(self) -> int:
        """Messages that were handed in and have no case yet."""
        with self._lock:
            return len(self._under_way)

    def _has_room(self, whose: str, size: int) -> bool:
        """Also where others have filled it, one of each owner finds room: it must be here to get its turn."""
        own = self._tasks.under_way(whose)
        return not own or (own < self._most and sum(self._under_way.values()) + size <= WAITING_BYTES)

    def _start_slot(self) -> None:
        thread = threading.Thread(target=self._slot, name=f"vigie-judge-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _slot(self) -> None:
        """One slot's life. The thread outlives its processes: PR_SET_PDEATHSIG is about the thread that forked."""
        process = self._started()
        while (task := self._next()) is not None:
            process = self._judge(process, task)
        self._end(process)

    def _next(self) -> _Task | None:
        with self._lock:
            self._work.wait_for(lambda: self._closed or self._tasks)
            return None if self._closed else self._tasks.take()

    def _judge(self, process: _Process | None, task: _Task) -> _Process | None:
        """Gives the future its case; returns the process for the next message, or None: the next one starts its own."""
        begun = time.monotonic()
        if task.future.cancelled():  # whoever asked waits no longer
            self._settle(task, None, begun)
            return process
        for attempt in range(1, ATTEMPTS + 1):
            process = process or self._started()
            if process is None:  # closed, or no process to be had
                continue
            try:
                case = process.judge(task.job)
            except _Lost as lost:
                self._end(process)
                process = None
                if not lost.again or attempt == ATTEMPTS:
                    case = unexamined(task.job.raw, lost.error, (time.monotonic() - begun) * 1000)
                    self._settle(task, case, begun)
                    return None
            except _NotStartedError:
                self._end(process)
                process = None
            else:
                self._settle(task, case, begun)
                if process.judged < RECYCLE_AFTER:
                    return process
                self._end(process)
                return None
        self._settle(task, None, begun)
        return None

    def _settle(self, task: _Task, case: Case | None, begun: float) -> None:
        """Resolves the future, unless close() or its owner cancelled it."""
        with self._lock:
            self._tasks.done(task.whose, time.monotonic() - begun)
            self._under_way.pop(task.future, None)
            self._room.notify_all()
        if case is not None and self._told is not None:
            self._told(case)
        try:
            if case is None:
                task.future.set_exception(WorkersError("no judging process can be started on this machine"))
            else:
                task.future.set_result(case)
        except InvalidStateError:
            return
        if case is not None and case.error is not None:
            LOG.warning(
                "%s: not examined: %s: %s", task.key, case.error.kind, case.error.detail, extra={"sha256": case.sha256}
            )

    def _started(self) -> _Process | None:
        with self._lock:
            if self._closed:
                return None
            try:
                process = _Process(self._settings)
            except OSError as error:  # no memory, no process, no file handle left
                LOG.error("a judging process cannot be started: %s", error.strerror)
                return None
            self._processes[process.pid] = process
            return process

    def _end(self, process: _Process | None) -> None:
        if process is not None:
            process.end()
            with self._lock:
                self._processes.pop(process.pid, None)


class _Process:
    """One judging process and the socket to it. Used by one thread; only `kill` may come from another."""

    def __init__(self, settings: JudgeSettings) -> None:
        self.judged = 0
        self._limits = settings.limits
        self._ready = False
        self._sock, theirs = socket.socketpair()
        path = json.dumps([entry for entry in sys.path if entry])
        try:
            self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
                [sys.executable, "-I", "-c", _BOOT, str(theirs.fileno()), str(os.getpid()), path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                pass_fds=(theirs.fileno(),),
                process_group=0,  # Ctrl-C in a terminal goes to the foreground group: to the program, not to this one
            )
        except BaseException:
            self._sock.close()
            raise
        finally:
            theirs.close()
        self.pid = self._popen.pid
        self._start_by = time.monotonic() + START_S
        with contextlib.suppress(OSError):  # it is gone already: _await_ready will see that
            wire.send_job(self._sock, wire.Job(settings.model_dump_json().encode()), self._start_by)

    def judge(self, job: wire.Job) -> Case:
        """The case, within the wall clock's limit. Raises _Lost, _NotStartedError."""
        if not self._ready:
            self._await_ready()
        deadline = time.monotonic() + self._limits.wall_s
        try:
            wire.send_job(self._sock, job, deadline)
        except TimeoutError:
            raise _Lost(self._too_long()) from None
        except OSError:  # it was gone before it had the whole message
            raise _Lost(self._ending(), again=True) from None
        try:
            kind, payload = wire.receive_answer(self._sock, deadline)
            if kind != wire.CASE:
                raise _Lost(wire.unpack_fault(payload))
            case = wire.unpack_case(payload)
        except TimeoutError:
            raise _Lost(self._too_long()) from None
        except (EOFError, OSError):
            raise _Lost(self._ending()) from None
        except wire.WireError as error:
            raise _Lost(ExaminationError("crash", f"the judging process answered with {error}")) from None
        self.judged += 1
        return case

    def kill(self) -> None:
        """Ends it, whatever it is doing."""
        self._popen.kill()

    def end(self) -> None:
        """Ends it and leaves nothing behind."""
        self.kill()
        self._popen.wait()
        self._sock.close()

    def _await_ready(self) -> None:
        try:
            kind, _ = wire.receive_answer(self._sock, self._start_by)
        except (OSError, EOFError, wire.WireError):
            kind = b""
        if kind != wire.READY:
            raise _NotStartedError
        self._ready = True

    def _too_long(self) -> ExaminationError:
        return ExaminationError("timeout", f"longer than {self._limits.wall_s:g} s")

    def _ending(self) -> ExaminationError:
        try:
            status = self._popen.wait(timeout=ENDING_S)
        except subprocess.TimeoutExpired:
            return ExaminationError("crash", "the judging process closed its end")
        if status == -signal.SIGXCPU:
            return ExaminationError("timeout", f"more than {self._limits.cpu_s} s of processor time")
        if status < 0:
            return ExaminationError("crash", f"the judging process was ended by {signal.Signals(-status).name}")
        return ExaminationError("crash", f"the judging process ended with status {status}")


def unexamined(raw: bytes, error: ExaminationError, elapsed_ms: float) -> Case:
    """The case of a message that could not be examined: undecided, never moved, never called genuine (G5).

    A machine that was too busy, or short of memory, may do better later: it is worth judging again.
    """
    french, english = _TOLD[error.kind]
    return Case(
        sha256=hashlib.sha256(raw).hexdigest(),
        message_id="",
        subject="",
        author="",
        verdict=Verdict(label=Label.UNDECIDED, brand=None, decided_by=0, findings=(), retry=error.kind != "memory"),
        evidence=None,
        links=(),
        explanation={
            "fr": f"Ce message n'a pas pu être examiné : {french}.",
            "en": f"This message could not be examined: {english}.",
        },
        advice={"fr": ("Restez prudent : rien n'a été vérifié.",), "en": ("Be careful: nothing was verified.",)},
        elapsed_ms=round(elapsed_ms, 2),
        size=len(raw),
        error=error,
    )
