"""A judging process in which the subject of a message is obeyed: what a fault in a library that reads mail can do."""

import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from vigie.judge import worker
from vigie.judge.examine import Examiner
from vigie.rules.types import Case

KEPT: list[bytearray] = []


class Obedient(Examiner):
    def examine(self, raw: bytes, *, now: datetime, received: datetime | None = None, **known: Any) -> Case:
        match raw.split(b"\n", 1)[0].removeprefix(b"Subject: ").split():
            case [b"sleep", seconds]:
                time.sleep(float(seconds))
            case [b"compute"]:
                while True:
                    pass
            case [b"allocate"]:
                KEPT.extend(bytearray(1 << 24) for _ in range(1 << 10))
            case [b"exit", status]:
                os._exit(int(status))
            case [b"signal", number]:
                os.kill(os.getpid(), int(number))
                time.sleep(60)
            case [b"stop"]:
                os.kill(os.getpid(), signal.SIGSTOP)
            case [b"recurse"]:
                return self.examine(raw, now=now, received=received, **known)
            case [b"raise"]:
                raise ValueError("a secret of the mail")
            case [b"leave"]:
                raise SystemExit(3)
            case [b"write"]:
                path = Path(f"/tmp/vigie-{os.getpid()}")
                try:
                    path.write_bytes(bytes(100))
                finally:
                    path.unlink()
        return super().examine(raw, now=now, received=received, **known)


def serve(handle: int, parent: int) -> None:
    worker.serve(handle, parent, Obedient)
