"""The HTTP server around the application: uvicorn, with limits of its own (X-20)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

from vigie.web.settings import WebSettings

CONNECTIONS = 200
"""At once; more are answered with 503."""
HEAD_BYTES = 32 * 1024
"""Request line and header fields."""
HEAD_S = 10.0
"""A request's line and header fields have to come within it; its body, see guard."""


class Hurried(H11Protocol):
    """Ends a connection on which no whole request has come in time: uvicorn waits for ever, and 200 such connections are all there are."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Its first request is waited for from now on."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """What comes by bytes does not put the end off, also behind an answer that was given before the body was there."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._late is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there to be waited for."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._late = asyncio.get_running_loop().call_later(HEAD_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


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
            http=Hurried,
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
