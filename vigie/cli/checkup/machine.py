"""This machine: files and their rights, file systems, room, clock, memory, other instances. Linux, as the service itself."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vigie.cli.checkup.found import Found, note, wrong
from vigie.cli.checkup.instances import instances
from vigie.cli.config import SQLITE, Config
from vigie.cli.language import decimal, say

PROC: Final = Path("/proc")
LITTLE: Final = 500 * 1024 * 1024
FEW_INODES: Final = 1000
HANDLES: Final = 64
"""What the service opens beside its connections."""
NETWORK: Final = frozenset("nfs nfs4 cifs smb3 smbfs ceph glusterfs lustre afs 9p fuse.sshfs fuse.glusterfs".split())
MEMORY: Final = frozenset({"tmpfs", "ramfs"})
UNSYNCHRONISED: Final = 5
"""TIME_ERROR of adjtimex(2)."""


def machine(config: Config) -> Iterator[Found]:
    """Everything that is known without asking anybody."""
    yield from config_file(config.path)
    yield from ledger_file(config)
    yield from room(config)
    yield from instances(PROC, config.path, ledger_path(config))
    yield from handles(config, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    yield from memory(config, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    yield from clock(_clock_state())
    if os.geteuid() == 0:
        yield note("running-as-root")


def config_file(path: Path | None) -> Iterator[Found]:
    """vigie.toml itself."""
    if path is not None and stat.S_IMODE(path.stat().st_mode) & 0o022:
        yield wrong("config-writable", str(path), mend=f"chmod go-w {path}")


def ledger_path(config: Config) -> Path | None:
    """The ledger's file; None where it is none."""
    return Path(config.ledger.removeprefix(SQLITE)) if config.ledger.startswith(SQLITE) else None


def ledger_file(config: Config, mounts: Path = PROC / "self" / "mountinfo") -> Iterator[Found]:
    """Who may read it, and what it lies on."""
    path = ledger_path(config)
    if path is None:
        return
    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o004:
        yield wrong("ledger-readable", str(path), mend=f"chmod 600 {path}")
    kind = file_system(path.parent, mounts.read_text(errors="replace") if mounts.exists() else "")
    if kind in NETWORK:
        yield wrong("ledger-on-network", str(path), kind)
    elif kind in MEMORY:
        yield note("ledger-in-memory", str(path), kind)


def file_system(folder: Path, mountinfo: str) -> str:
    """The kind of file system that a folder lies on, of the text of /proc/self/mountinfo (proc(5)); "" where it is not said."""
    here = folder.resolve()
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        point = Path(fields[4].replace("\\040", " ").replace("\\011", "\t"))
        if (here == point or point in here.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), right.split()[0]
    return kind


def room(config: Config) -> Iterator[Found]:
    """Bytes and inodes."""
    path = ledger_path(config)
    folder = path.parent if path is not None and path.parent.is_dir() else config.base
    free = shutil.disk_usage(folder).free
    text = say(f"disque : {decimal(free / 1e9)} Go libres", f"disk: {decimal(free / 1e9)} GB free")
    yield Found(good=True, text=text) if free > LITTLE else wrong("disk-full", str(folder), text)
    state = os.statvfs(folder)
    if state.f_files and state.f_favail < FEW_INODES:
        yield wrong("no-inodes", str(folder), str(state.f_favail))


def handles(config: Config, allowed: int) -> Iterator[Found]:
    """Open files: a connection an account and one a folder, the ledger, the judging processes."""
    wanted = HANDLES + sum(4 + 2 * len(account.watched) for account in config.accounts)
    if allowed != resource.RLIM_INFINITY and allowed < wanted:
        yield wrong("few-handles", "", f"{allowed} < {wanted}")


def memory(config: Config, there: int) -> Iterator[Found]:
    """All judging processes at their limit at once."""
    limits = config.judge.limits
    workers = limits.workers or len(os.sched_getaffinity(0))
    if workers * limits.memory_bytes > there > 0:
        yield note("little-memory", "", f"{workers} × {limits.memory_bytes // 2**20} MB > {there // 2**20} MB")


def clock(state: int) -> Iterator[Found]:
    """`state`: what adjtimex(2) returned; below 0 where it cannot be asked."""
    if state == UNSYNCHRONISED:
        yield note("clock-unsynchronised")


def _clock_state() -> int:
    """What the kernel knows about its clock; it is only read."""
    room_for_timex = ctypes.create_string_buffer(512)  # modes = 0: nothing is set
    try:
        return int(ctypes.CDLL(None).adjtimex(room_for_timex))
    except (OSError, AttributeError):
        return -1
