"""The program `tesseract`, which reads letters in pictures, where it is installed (Debian: tesseract-ocr, tesseract-ocr-fra).

It is started once a picture from the judging process, with limits of its own, and sees grey pixels and nothing else: handed
a file that is no picture, it would take the lines for names of files, and for addresses to fetch.
"""

from __future__ import annotations

import csv
import ctypes
import functools
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
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
_OUTPUT_BYTES = 4 << 20
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
        try:
            process = subprocess.run(  # noqa: S603 - a program of the system, fixed arguments, pixels on its input
                [self.path, *_ARGUMENTS],
                input=sheet,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                cwd="/",
                timeout=seconds,
                preexec_fn=_confined,  # safe: the judging process has one thread
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OcrError(f"longer than {seconds:.1f} s") from None
        except (OSError, subprocess.SubprocessError) as error:
            raise OcrError(type(error).__name__) from None
        if process.returncode:
            raise OcrError(f"tesseract ended with status {process.returncode}")
        return _lines(process.stdout[:_OUTPUT_BYTES].decode("utf-8", "replace"))


def installed() -> Tesseract | None:
    """The program on the PATH; None where it, or its French, is not there."""
    path = shutil.which("tesseract")
    return _known(os.path.realpath(path)) if path else None


@functools.lru_cache(maxsize=8)
def _known(path: str) -> Tesseract | None:
    version = _VERSION.match(_said(path, "--version"))
    languages = _said(path, "--list-langs").split()
    return Tesseract(path, f"tesseract {version[1]} {LANGUAGE}") if version and LANGUAGE in languages else None


def _said(path: str, argument: str) -> str:
    try:
        process = subprocess.run(  # noqa: S603 - see above
            [path, argument],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_ENVIRONMENT,
            cwd="/",
            timeout=_ASKED_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return process.stdout[:65_536].decode("utf-8", "replace")


def _confined() -> None:
    """Between fork and exec: ends with the judging process, and may use little; no network where the kernel lets us leave it."""
    if _LIBC is not None:
        _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # last: new credentials clear it
        _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
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
