"""Limits that the kernel keeps on a process that reads hostile bytes: memory, processor time, no files, no life of its own."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # prctl(2)
ROOM_ABOVE_START = 64 * 1024 * 1024
"""What a message may use at least, whatever the libraries took: a low limit must not keep the process from starting."""


def outlive_nobody(parent: int) -> None:
    """Ends with the program that started it, however that one ends, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked to be told
        raise SystemExit(0)


def limit(memory_bytes: int) -> None:
    """RLIMIT_AS counts the libraries as well: at least ROOM_ABOVE_START stays for the message."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold mail
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    memory = max(memory_bytes, _address_space() + ROOM_ABOVE_START)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard))


def renew_cpu(cpu_s: int) -> None:
    """RLIMIT_CPU counts from the start of the process: the soft limit moves on with each message; SIGXCPU ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _address_space() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return 0
    return pages * resource.getpagesize()
