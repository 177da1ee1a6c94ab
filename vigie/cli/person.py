"""Who types the command, for the audit log."""

from __future__ import annotations

import os
import pwd


def at_the_keyboard() -> str:
    """`cli:marie`, or `cli:root (marie)` after sudo. The name of the account of this machine: whoever has it can use it."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = str(os.getuid())  # a container's user needs no name
    before = os.environ.get("SUDO_USER", "")
    return f"cli:{name} ({before[:64]})" if before and before != name else f"cli:{name}"
