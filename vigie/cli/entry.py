"""Where the program begins: before anything else is loaded, so that no signal meets a half-loaded service."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """The console script.

    A hang-up ends a process that says nothing else about it, and loading takes a second: a service manager that reloads early
    would end the service. What is to be reloaded then is not even read yet.
    """
    if "run" in sys.argv[1:]:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from vigie.cli.main import main as program

    program()
