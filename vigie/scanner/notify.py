"""sd_notify(3): tells systemd, where it listens, that the service is ready, alive, reloading or about to end."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

LOG = logging.getLogger(__name__)


class Systemd:
    """The socket of $NOTIFY_SOCKET; without it every method does nothing. Never raises: nobody listens is no fault of ours."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        usec = environment.get("WATCHDOG_USEC", "")
        ours = environment.get("WATCHDOG_PID", "") in {"", str(os.getpid())}
        self.watchdog_s = int(usec) / 1e6 if usec.isdigit() and ours and self._address else 0.0
        """How long systemd waits for a sign of life; 0.0: it expects none."""

    def tell(self, *lines: str) -> None:
        """READY=1, WATCHDOG=1, STATUS=... in one datagram."""
        if not self._address.startswith(("/", "@")):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                sock.setblocking(False)
                sock.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            LOG.debug("systemd does not listen: %s", error.strerror)
