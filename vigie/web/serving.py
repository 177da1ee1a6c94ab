"""The HTTP server around the application: uvicorn, with limits of its own."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from vigie.web.settings import WebSettings

CONNECTIONS = 200
"""At once; more are answered with 503."""
HEAD_BYTES = 32 * 1024
"""Request line and header fields."""


def bound(settings: WebSettings) -> socket.socket:
    """The listening socket. Raises OSError: the address is taken, or not of this machine."""
    host, port = settings.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by its number: else asyncio does not set TCP_NODELAY, and each answer waits 40 ms for an acknowledgement.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(256)
    except BaseException:
        made.close()
        raise
    return made


class _Server(uvicorn.Server):
    """Says when it answers, and when it will no more."""

    def __init__(self, config: uvicorn.Config, told: Callable[[bool], None]) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """From here on it answers."""
        await super().startup(sockets)
        self._told(self.started)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """What is under way is finished."""
        self._told(False)
        await super().shutdown(sockets)


def server(app: FastAPI, settings: WebSettings, told: Callable[[bool], None] | None = None) -> uvicorn.Server:
    """Give it the socket: `server(...).run(sockets=[...])` returns after SIGTERM or Ctrl-C.

    `told`: called with True once it answers, with False when it will no more.
    """
    return _Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,  # addresses hold what people search for
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            limit_concurrency=CONNECTIONS,
            h11_max_incomplete_event_size=HEAD_BYTES,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=5,
        ),
        told or (lambda _: None),
    )
