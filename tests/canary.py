"""Secrets that must never be seen: whatever holds the mark is searched for in all that a test run prints and writes."""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import sys
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

MARK: Final = "kanari7vogel"
"""Letters and digits only: no encoding of an address or of JSON changes it."""
HOLDERS: Final = ("password", "client-secret", "wrong", "*.token")
"""Names of the files that are there to hold a secret."""
LOOK_S: Final = 0.3


def secret(label: str) -> str:
    """A fresh secret with the mark in it."""
    return f"{label}-{MARK}-{secrets.token_hex(12)}"


def _forms() -> tuple[bytes, ...]:
    """The mark as it is, and as base64 shows it at each of the three offsets, without the characters that neighbours change."""
    forms = [MARK.encode()]
    for offset in range(3):
        text = base64.b64encode(b"\0" * offset + MARK.encode())
        forms.append(text[(0, 2, 3)[offset] : -4])
    return tuple(forms)


FORMS: Final = _forms()


def is_in(data: bytes) -> bool:
    """The mark is in there, plain or as base64."""
    return any(form in data for form in FORMS)


def files_with_it(folders: Iterable[Path]) -> Iterator[Path]:
    """Every file that holds the mark without being there for it."""
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_symlink() or not path.is_file() or any(path.match(name) for name in HOLDERS):
                continue
            with contextlib.suppress(OSError):
                if is_in(path.read_bytes()):
                    yield path


class Watch:
    """Looks at the arguments of every process that is started here, and from time to time at those of all processes."""

    def __init__(self) -> None:
        self.found: list[str] = []
        """What held the mark; never the secret itself."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        sys.addaudithook(self._started)
        self._thread.start()

    def saw(self, where: str, text: str) -> None:
        """Notes `where`, should the mark be in `text`."""
        if is_in(text.encode(errors="surrogateescape")):
            self.found.append(where)

    def stop(self) -> None:
        """Ends the looking at processes."""
        self._over.set()
        self._thread.join()

    def _started(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "subprocess.Popen" and not self._over.is_set():
            self.saw(f"argv of {arguments[0]!s}", repr(arguments[1]))

    def _look(self) -> None:
        while not self._over.wait(LOOK_S):
            for number in filter(str.isdigit, os.listdir("/proc")):  # noqa: PTH208 - a third of the time, three times a second
                with contextlib.suppress(OSError), open(f"/proc/{number}/cmdline", "rb", 0) as told:  # noqa: PTH123 - as above
                    if is_in(told.read()):
                        self.found.append(f"argv of process {number}")
