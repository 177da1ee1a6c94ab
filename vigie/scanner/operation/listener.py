"""The listener for Prometheus: loopback, its own port, figures and nothing else."""

from __future__ import annotations

import logging
import threading
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server

LOG = logging.getLogger(__name__)


class Listener:
    """At most one address at a time. Not thread-safe."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._address: tuple[str, int] | None = None
        self._running: tuple[WSGIServer, threading.Thread] | None = None

    @property
    def port(self) -> int:
        """Where it listens; 0: nowhere."""
        return 0 if self._running is None else int(self._running[0].server_port)

    def use(self, address: tuple[str, int] | None) -> None:
        """Listens there from now on. Where that cannot be, the service goes on with the old address, or without figures."""
        if address == self._address:
            return
        fresh = None
        if address is not None:
            try:
                fresh = start_http_server(address[1], address[0], self._registry)
            except OSError as error:
                LOG.error("no metrics on %s port %d: %s", *address, error.strerror)
                return
            LOG.info("metrics on %s port %d", address[0], fresh[0].server_port)
        self.close()
        self._address, self._running = address, fresh

    def close(self) -> None:
        """Stops listening."""
        if self._running is not None:
            server, thread = self._running
            server.shutdown()
            server.server_close()
            thread.join()
        self._address = self._running = None
