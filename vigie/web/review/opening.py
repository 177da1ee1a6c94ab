"""Opens a message in a process of its own, which can be killed: a hostile mail takes neither the page nor its keys with it.

The page of a message and the frame in it ask one after the other, each with the message: one process answers both.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import weakref
from contextlib import suppress

from vigie.judge.confinement import limit, outlive_nobody, renew_cpu
from vigie.judge.settings import LimitSettings
from vigie.web.review.opened import Opened, opened, packed, unpacked

AT_ONCE = 2
"""Processes; a further request waits for one of them."""
PATIENCE_S = 20.0
"""How long it waits: whoever waits holds one of the server's threads, and the other pages need some."""
LARGEST = 64 << 20
"""Bytes of an answer: text and headers, and a page with the pictures that it may hold, see pictures."""
START_S = 20.0
"""For a process to load its libraries on a busy machine."""
KEPT = 4
"""Answers that wait for their second question; the oldest makes room."""
KEPT_S = 30.0
"""Then it is forgotten: nobody has asked for the frame."""
_BOOT = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from vigie.web.review.opening import serve; serve(*map(int, sys.argv[2:]))"
)
_ENVIRONMENT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")
"""All that the process inherits: passwords may stand in the rest (threat W-19)."""


class OpeningError(Exception):
    """The message cannot be shown within the limits, or no process starts. The message itself is untouched."""

    temporary = False


class Opener:
    """Opens each message in a fresh process within `limits`; an answer is given twice at most. Thread-safe."""

    def __init__(self, limits: LimitSettings) -> None:
        self._limits = limits
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._answers: dict[bytes, Opened] = {}
        """Given once, by the hash of the message: who asks has the message, or he could not ask (W-12)."""

    def __call__(self, raw: bytes, /) -> Opened:
        """The message as it is shown. Raises OpeningError."""
        key = hashlib.sha256(raw).digest()
        with self._lock:
            found = self._answers.pop(key, None)
        if found is not None:
            return found
        if not self._free.acquire(timeout=PATIENCE_S):
            raise OpeningError("too many messages are being opened")
        try:
            answer = self._answer(raw)
        finally:
            self._free.release()
        try:
            found = unpacked(answer)
        except (ValueError, TypeError, KeyError):
            raise OpeningError("the opening process answered with nonsense") from None
        self._keep(key, found)
        return found

    def _keep(self, key: bytes, found: Opened) -> None:
        with self._lock:
            self._answers[key] = found
            while len(self._answers) > KEPT:
                del self._answers[next(iter(self._answers))]
        timer = threading.Timer(KEPT_S, self._forget, (key, weakref.ref(found)))
        timer.daemon = True
        timer.start()

    def _forget(self, key: bytes, told: weakref.ref[Opened]) -> None:
        """Unless another answer has taken its place."""
        with self._lock:
            if (found := self._answers.get(key)) is not None and found is told():
                del self._answers[key]

    def _answer(self, raw: bytes) -> bytes:
        path = json.dumps([entry for entry in sys.path if entry])
        numbers = (os.getpid(), self._limits.memory_bytes, self._limits.cpu_s)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own module
                [sys.executable, "-I", "-c", _BOOT, path, *map(str, numbers)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
                process_group=0,  # Ctrl-C in a terminal goes to the program, not to this one
            )
        except OSError as error:
            raise OpeningError(f"no process can be started: {error.strerror}") from None
        with process:
            return _said(process, raw, START_S + self._limits.wall_s)


def _said(process: subprocess.Popen[bytes], raw: bytes, seconds: float) -> bytes:
    """What the process answers. It may be the mail's by now: of what it says no more than LARGEST is kept. Raises OpeningError."""
    assert process.stdin is not None
    assert process.stdout is not None
    late = threading.Event()

    def end_it() -> None:
        late.set()
        process.kill()

    end = threading.Timer(seconds, end_it)
    end.start()
    try:
        with suppress(BrokenPipeError):  # it has died, or its time is over
            process.stdin.write(raw)
            process.stdin.close()
        answer = process.stdout.read(LARGEST + 1)
        if len(answer) > LARGEST:
            raise OpeningError("opening the message gave more than can be shown")
        status = process.wait()
    finally:
        end.cancel()
        process.kill()
    if late.is_set():
        raise OpeningError("opening the message took too long")
    if status != 0:
        raise OpeningError("opening the message needed too much, or failed")
    return answer


def serve(parent: int, memory_bytes: int, cpu_s: int) -> None:
    """The process's whole life: one message in, one answer out."""
    outlive_nobody(parent)
    raw = sys.stdin.buffer.read()
    limit(memory_bytes)
    renew_cpu(cpu_s)
    sys.stdout.buffer.write(packed(opened(raw)))
