"""A desk over TLS on loopback that keeps every byte it gets and answers as it was told."""

from __future__ import annotations

import http.server
import shutil
import ssl
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from tests.servers import processes
from tests.servers.certificates import Authority


@dataclass(frozen=True)
class Asked:
    """One question, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the desk says. `trickles`: one byte after the other, for as long as somebody listens."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    trickles: bool = False


class Desk:
    """`answers`: the next ones, then `usual`. `got`: the questions. `lets_go`: ends what trickles."""

    def __init__(self) -> None:
        self.base = processes.short_folder("dk")
        authority = Authority(self.base / "tls")
        self.ca = authority.ca
        self.usual = Answer()
        self.answers: deque[Answer] = deque()
        self.got: list[Asked] = []
        self.lets_go = threading.Event()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*authority.server("desk"))
        wrong = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        wrong.load_cert_chain(*authority.server("other", names="DNS:desk.example"))
        self._servers = [self._serve(self._context), self._serve(wrong)]
        self.url, self.misnamed = (f"https://127.0.0.1:{server.server_port}" for server in self._servers)

    def fresh(self) -> None:
        """Nothing got, nothing planned."""
        self.got.clear()
        self.answers.clear()
        self.usual = Answer()
        self.lets_go.clear()

    def stop(self) -> None:
        self.lets_go.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        shutil.rmtree(self.base, ignore_errors=True)

    def _serve(self, context: ssl.SSLContext) -> http.server.ThreadingHTTPServer:
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                desk.got.append(Asked(self.command, self.path, dict(self.headers), body))
                told = desk.answers.popleft() if desk.answers else desk.usual
                self.send_response(told.status)
                for name, value in told.headers.items():
                    self.send_header(name, value)
                if told.trickles:
                    self.flush_headers()
                    while not desk.lets_go.wait(0.02):
                        self.wfile.write(b"X-Slow: 1\r\n")
                        self.wfile.flush()
                    return
                self.send_header("Content-Length", str(len(told.body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(told.body)

            do_GET = do_POST = do_HEAD = do_OPTIONS = _answer  # noqa: N815 - the standard library's names

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Somebody who does not believe us, or waits no longer, goes away: nothing to tell."""

        server = Quiet(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server
