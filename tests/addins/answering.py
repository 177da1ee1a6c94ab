"""A server at Vigie's address that answers what Vigie never would, or nothing at all."""

from __future__ import annotations

import http.server
import json
import threading
from typing import Any

PROBLEM = "application/problem+json"
REFUSALS = ((401, PROBLEM), (403, PROBLEM), (413, PROBLEM), (422, PROBLEM), (429, PROBLEM), (503, PROBLEM))
"""Vigie's own: a report was not kept. By status and content type."""
DOUBTS = (
    *((200, "text/html"), (200, "application/json"), (307, ""), (403, "text/html"), (413, ""), (429, "text/html")),
    *((500, PROBLEM), (502, "text/html"), (503, "text/html"), (504, PROBLEM), (504, "")),
)
"""Whatever else answers may have passed the report on."""


class Answering:
    """On loopback. `asked`: the paths; `mails`: with how many mails; `told`: how many of them it has answered."""

    def __init__(self) -> None:
        self._there = threading.Condition()
        self._answer: tuple[int, bytes, dict[str, str]] | None = None
        self._held = False
        self.asked: list[str] = []
        self.mails = 0
        self.told = 0
        ours = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                mail = bool(self.rfile.read(int(self.headers["Content-Length"])))
                mail &= self.headers["Content-Type"] == "message/rfc822"
                with ours._there:
                    ours.asked.append(self.path)
                    ours.mails += mail
                    ours._there.wait_for(lambda: ours._answer is not None and not (mail and ours._held))
                    assert ours._answer is not None
                    status, body, headers = ours._answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                with ours._there:
                    ours.told += mail

            def log_message(self, *args: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def holds(self) -> None:
        """From now on who sends a mail waits, until it is said what it says."""
        with self._there:
            self._held = True

    def says(self, status: int, body: bytes, **headers: str) -> None:
        """From now on, to who waits for it as well."""
        with self._there:
            self._held = False
            self._answer = (status, body, {name.replace("_", "-"): value for name, value in headers.items()})
            self._there.notify_all()

    def judges(self, **case: Any) -> None:
        """A case."""
        known = {"verdict": "impersonation", "brand": "ameli", "findings": [], "explanation": {}, "advice": {}}
        self.says(200, json.dumps(known | case).encode())

    def stop(self) -> None:
        """Ends it."""
        self.says(500, b"")
        self._server.shutdown()
        self._server.server_close()
