"""Where alerts arrive: a webhook over TLS and a mail server with STARTTLS and a login, both on loopback."""

from __future__ import annotations

import asyncio
import http.server
import json
import shutil
import socket
import ssl
import threading
from collections.abc import Awaitable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests import canary
from tests.servers import processes
from tests.servers.certificates import Authority


class Webhook:
    """Takes JSON by POST. `status`: what it answers; `got`: bodies with their headers."""

    def __init__(self) -> None:
        self.base = processes.short_folder("wh")
        authority = Authority(self.base / "tls")
        self.ca = authority.ca
        self.status = 204
        self.got: list[tuple[dict[str, Any], dict[str, str]]] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.server("hook"))
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status == 204:
                    hook.got.append((json.loads(body), dict(self.headers)))
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                if hook.status == 302:
                    self.send_header("Location", f"https://127.0.0.1:{hook.port}/elsewhere")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that does not believe us ends the handshake: nothing to tell."""

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        self.url = f"https://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self.base, ignore_errors=True)


class Smtp:
    """A submission server: nothing without STARTTLS, nothing without the login, nobody called "unknown". `got`: the mails."""

    def __init__(self) -> None:
        self.base = processes.short_folder("sm")
        authority = Authority(self.base / "tls")
        self.ca = authority.ca
        secret = canary.secret("smtp")
        self.password_file = self.base / "password"
        self.password_file.write_text(secret)
        self.password_file.chmod(0o600)
        self.got: list[EmailMessage] = []
        self.refuses = False
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*authority.server("smtp"))
        smtp = self

        class Handler:
            async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
                self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
            ) -> str:
                if address.startswith("unknown@"):
                    return "550 no such mailbox"
                envelope.rcpt_tos.append(address)
                return "250 OK"

            async def handle_DATA(  # noqa: N802 - aiosmtpd's name
                self, _server: SMTP, _session: Session, envelope: Envelope
            ) -> str:
                if smtp.refuses:
                    return "554 no"
                assert isinstance(envelope.content, bytes)
                smtp.got.append(message_from_bytes(envelope.content, policy=default))
                return "250 OK"

        def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
            return AuthResult(success=data.password == secret.encode(), handled=False)

        listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(listening.getsockname()[1])

        class Listening(Controller):
            def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
                """On a port that is ours already: nobody else can take it between a look and the server's."""
                return self.loop.create_server(self._factory_invoker, sock=listening)

        self._controller = Listening(
            Handler(),
            hostname="127.0.0.1",
            port=self.port,
            ready_timeout=60,
            tls_context=context,
            require_starttls=True,
            authenticator=login,
            auth_required=True,
        )
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
        shutil.rmtree(self.base, ignore_errors=True)
