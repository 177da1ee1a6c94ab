"""The program `tesseract`, which reads letters in pictures, where it is installed (Debian: tesseract-ocr, tesseract-ocr-fra).

It is started once a picture from the judging process, with limits of its own, and sees grey pixels and nothing else: handed
a file that is no picture, it would take the lines for names of files, and for addresses to fetch.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import functools
import os
import re
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LANGUAGE = "fra"
_ASKED_S = 5.0
"""For its version and languages."""
_MEMORY = 384 << 20
_CPU_S = 5
_FILES = 32
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38  # prctl(2)
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000  # unshare(2)
_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
_ARGUMENTS = ("stdin", "stdout", "-l", LANGUAGE, "--oem", "1", "--psm", "3", "-c", "tessedit_create_tsv=1")
_SURE = 45.0
"""Per cent, tesseract's own word: a word below it is left out, and a line whose words are below `_LINE_SURE` in the middle."""
_LINE_SURE = 60.0
_WORDS = 3
"""A picture of fewer says nothing."""
_TEXT_CHARS = 20_000
_OUTPUT_BYTES = 1 << 20
"""A page of 20,000 letters takes a quarter of it."""
_CHUNK = 1 << 16
_VERSION = re.compile(r"\Atesseract v?(\d[\w.-]{0,30})")
_LETTER = re.compile(r"[^\W\d_]")
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class OcrError(Exception):
    """A picture was not read: too slow, too large, or the program failed. Its text is a defect's detail."""

    temporary = False


@dataclass(frozen=True, slots=True)
class Tesseract:
    """The program, with its French. `name` is what a verdict was made with: "tesseract 5.3.0 fra"."""

    path: str
    name: str

    def read(self, sheet: bytes, seconds: float) -> str:
        """The lines of a PGM, blank where it is sure of nothing. Raises OcrError."""
        status, said = _run([self.path, *_ARGUMENTS], sheet, seconds, _confined(os.getpid()))
        if status:
            raise OcrError(f"tesseract ended with status {status}")
        return _lines(said.decode("utf-8", "replace"))


def installed() -> Tesseract | None:
    """The program on the PATH; None where it, or its French, is not there."""
    path = found()
    return _known(path) if path else None


def found() -> str:
    """Where the program is on the PATH, whatever it can; "" where there is none."""
    path = shutil.which("tesseract")
    return os.path.realpath(path) if path else ""


@functools.lru_cache(maxsize=8)
def _known(path: str) -> Tesseract | None:
    version = _VERSION.match(_said(path, "--version"))
    if version is None or LANGUAGE not in _said(path, "--list-langs").split():
        return None
    return Tesseract(path, f"tesseract {version[1]} {LANGUAGE}")


def _said(path: str, argument: str) -> str:
    try:
        _, said = _run([path, argument], b"", _ASKED_S, None)
    except OcrError:
        return ""
    return said.decode("utf-8", "replace")


def _run(command: Sequence[str], given: bytes, seconds: float, before: Callable[[], None] | None) -> tuple[int, bytes]:
    """Its status and what it said to that input, no more than `_OUTPUT_BYTES`. Nothing that it started is left. Raises OcrError."""
    until = time.monotonic() + seconds
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of the system, fixed arguments, pixels on its input
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if given else subprocess.STDOUT,  # an older one tells its version there
            env=_ENVIRONMENT,
            cwd="/",
            process_group=0,  # so that a wrapper ends with what it has started
            preexec_fn=before,  # noqa: PLW1509 - the judging process has one thread
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise OcrError(type(error).__name__) from None
    with process:
        try:
            said = _exchanged(process, given, until)
            return process.wait(max(0.0, until - time.monotonic())), said
        except (TimeoutError, subprocess.TimeoutExpired):
            raise OcrError(f"longer than {seconds:.1f} s") from None
        except OSError as error:
            raise OcrError(type(error).__name__) from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def _exchanged(process: subprocess.Popen[bytes], given: bytes, until: float) -> bytes:
    """What it says until it closes its output. Raises TimeoutError, OSError, OcrError."""
    assert process.stdin is not None
    assert process.stdout is not None
    left, said = memoryview(given), bytearray()
    os.set_blocking(process.stdin.fileno(), False)
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        ready.register(process.stdin, selectors.EVENT_WRITE)
        while True:
            if (seconds := until - time.monotonic()) <= 0:
                raise TimeoutError
            for key, _ in ready.select(seconds):
                if key.fd == process.stdout.fileno():
                    chunk = os.read(key.fd, _CHUNK)
                    if not chunk:
                        return bytes(said)
                    said += chunk
                    if len(said) > _OUTPUT_BYTES:
                        raise OcrError(f"more than {_OUTPUT_BYTES} bytes of output")
                    continue
                try:
                    left = left[os.write(key.fd, left[:_CHUNK]) :]
                except BrokenPipeError:  # it has seen enough
                    left = left[:0]
                if not left:
                    ready.unregister(process.stdin)
                    process.stdin.close()


def _confined(parent: int) -> Callable[[], None]:
    """To be done between fork and exec: it ends with the judging process, may use little, and leaves the network where it can."""

    def confine() -> None:
        if _LIBC is not None:
            _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # last: new credentials clear it
            _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked to be told
                os._exit(1)
        for kind, most in (
            (resource.RLIMIT_AS, _MEMORY),
            (resource.RLIMIT_CPU, _CPU_S),
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, _FILES),
        ):
            _, hard = resource.getrlimit(kind)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (least, least))

    return confine


def _lines(table: str) -> str:
    """The lines that it is sure of, out of its table of words (TSV: level, page, block, paragraph, line, ..., confidence, text)."""
    lines: dict[tuple[str, ...], list[tuple[float, str]]] = {}
    for row in csv.reader(table.splitlines()[1:], delimiter="\t", quoting=csv.QUOTE_NONE):
        if len(row) == 12 and row[0] == "5" and row[11].strip():
            lines.setdefault(tuple(row[1:5]), []).append((_number(row[10]), row[11].strip()))
    kept: list[str] = []
    words = 0
    for line in lines.values():
        if sorted(sure for sure, _ in line)[len(line) // 2] < _LINE_SURE:
            continue
        text = [word for sure, word in line if sure >= _SURE]
        words += sum(len(_LETTER.findall(word)) >= 3 for word in text)
        kept.append(" ".join(text))
    return "\n".join(kept).replace("\0", "")[:_TEXT_CHARS] if words >= _WORDS else ""


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return -1.0
