"""Becomes another program that dies when the demo does, whatever ends the demo, kill -9 included.

usage: python -m vigie.cli.demo.guard PARENT_PID USER GROUP PROGRAM [ARGUMENT...]     USER "": stays who we are
"""

from __future__ import annotations

import ctypes
import grp
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2); Linux only, elsewhere the demo's own clean-up has to do


def become(parent: int, user: str, group: str, command: list[str]) -> None:
    """Never returns. Raises OSError where the program cannot be started."""
    if user:
        gid = grp.getgrnam(group).gr_gid
        os.setgroups([])
        os.setgid(gid)
        os.setuid(pwd.getpwnam(user).pw_uid)
    if sys.platform == "linux":
        # After the change of user: that clears the setting (prctl(2)). It survives exec.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)  # the demo ended before the line above
    os.execvp(command[0], command)  # noqa: S606 - our own servers, named by mailserver.py


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
