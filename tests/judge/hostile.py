"""A judging process in which the subject of a message is obeyed: what a fault in a library that reads mail can do."""

import hashlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from vigie.rules.types import Case, Label, Verdict

KEPT: list[bytearray] = []


class Obedient:
    """In the place of the examiner, whose libraries take a second to load."""

    def __init__(self, _: object) -> None:
        pass

    def examine(self, raw: bytes, **known: Any) -> Case:
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
                return self.examine(raw, **known)
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
        verdict = Verdict(Label.UNRELATED, None, 0, ())
        return Case(hashlib.sha256(raw).hexdigest(), "", "", "", verdict, None, (), {}, {}, 0.0, len(raw))
