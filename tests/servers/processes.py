"""Child processes that end with the test process, as an unprivileged user, on ports that were free a moment ago."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

START_S = 30.0
STOP_S = 10.0
MEMORY = Path("/dev/shm")
ROOM = 1 << 30
"""Free bytes that the servers' mail may need; a container's /dev/shm is often smaller."""
LISTEN = "0A"
"""The state of such a socket in /proc/net/tcp."""


class ServerError(AssertionError):
    """A server that the tests need did not start: a failed test, never a skipped one."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 on which nobody listens now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextlib.contextmanager
def deaf_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> Iterator[int]:
    """A port of 127.0.0.1 on which nobody listens: it is taken, so that nobody else's server answers there meanwhile."""
    with socket.socket(type=kind) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield int(deaf.getsockname()[1])


def identity() -> tuple[str, str]:
    """User and group that servers run as: ours, or nobody's when we are root."""
    if os.getuid() == 0:
        return "nobody", "nogroup"
    entry = pwd.getpwuid(os.getuid())
    return entry.pw_name, subprocess.check_output(("id", "-gn"), text=True).strip()


def short_folder(name: str) -> Path:
    """A new folder with a short path: a UNIX socket's path has at most 107 characters. In memory where there is room."""
    places = [Path("/tmp"), *([MEMORY] if _has_room(MEMORY) else [])]
    for left in (left for place in places for left in place.glob("vg-*-*-*")):
        # of a test process that was killed; its servers died with it
        if not Path("/proc", left.name.split("-")[2]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"vg-{name}-{os.getpid()}-", dir=places[-1]))


def _has_room(place: Path) -> bool:
    try:
        return os.access(place, os.W_OK) and shutil.disk_usage(place).free > ROOM
    except OSError:
        return False


def hand_over(folder: Path) -> None:
    """Gives the folder and what is in it to the user that servers run as."""
    if os.getuid() != 0:
        return
    user, group = identity()
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user, group)


def spawn(
    command: list[str], log: Path, *, unprivileged: bool = True, cwd: Path = Path("/")
) -> subprocess.Popen[bytes]:
    """Starts a server in the foreground, in a process group of its own; it dies when the test process does."""
    program = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise ServerError(f"{command[0]} is not installed: make servers")
    wrapper = ["setpriv", "--pdeathsig", "TERM"]
    if unprivileged and os.getuid() == 0:
        wrapper += ["--reuid=nobody", "--regid=nogroup", "--clear-groups"]
    with log.open("ab") as output:
        return subprocess.Popen(
            [*wrapper, program, *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd=cwd,
        )


def listening(process: subprocess.Popen[bytes] | subprocess.Popen[str], *ports: int) -> bool:
    """Waits until the process accepts on all ports; False when it ended before, as one does whose port a stranger has."""
    deadline = time.monotonic() + START_S
    waiting = list(ports)
    while waiting and time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", waiting[0]), timeout=1).close()
            if not _is_strangers(waiting[0], process.pid):
                waiting.pop(0)
                continue
        time.sleep(0.02)
    return not waiting


def _is_strangers(port: int, ours: int) -> bool:
    """Somebody else than the process `ours` and those that it started listens there. Who shows nobody his files is none."""
    rows = [line.split() for path in Path("/proc/net").glob("tcp*") for line in path.read_text().splitlines()[1:]]
    wanted = {f"socket:[{row[9]}]" for row in rows if row[3] == LISTEN and int(row[1].rpartition(":")[2], 16) == port}
    holders = [path for path in Path("/proc").glob("[0-9]*") if wanted & _held(path)]
    return bool(holders) and not any(_descends(path, ours) for path in holders)


def _held(process: Path) -> set[str]:
    found = set()
    with contextlib.suppress(OSError):
        for path in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                found.add(str(path.readlink()))
    return found


def _descends(process: Path, ours: int) -> bool:
    try:
        parent, group, session = map(int, (process / "stat").read_text().rpartition(")")[2].split()[1:4])
    except OSError:
        return False
    return ours in (int(process.name), group, session) or (parent > 0 and _descends(Path("/proc", str(parent)), ours))


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and whatever is left of its group."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_S)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(STOP_S)
