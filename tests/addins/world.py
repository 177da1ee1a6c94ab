"""Thunderbird with the extension, its mail on Dovecot, and `vigie web` behind a wire that is listened to."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from deploy.thunderbird import thunderbird as packed
from tests.canary import MARK
from tests.cli.program import JUDGING
from tests.servers import processes
from tests.servers.cutter import Cutter
from tests.servers.dovecot import Dovecot
from tests.servers.thunderbird import Thunderbird
from tests.web.served import ROOT
from vigie.ledger.people import new_id
from vigie.ledger.people_types import Told
from vigie.ledger.store import Ledger
from vigie.ledger.token_types import PREFIX, Token, Use
from vigie.ledger.tokens import fresh

VIGIE = [sys.executable, "-m", "vigie"]
REPORTS = 1
"""That one token may hand in within an hour; then it is told to wait."""


@dataclass
class Server:
    """`vigie web` in a process of its own. `ledger` is the tests' own eye on it."""

    origin: str
    """The wire's."""
    wire: Cutter
    ledger: Ledger
    end: contextlib.ExitStack
    """Of the server, and the wire."""

    def token(self, *uses: Use) -> tuple[Token, str]:
        """A token that is good, with the mark in it: wherever it is seen is found."""
        secret, at = PREFIX + MARK + fresh()[len(PREFIX) + len(MARK) :], datetime.now(UTC)
        token = Token(new_id(), "Thunderbird", frozenset(uses), None, ROOT.who, at, at + timedelta(days=1))
        assert self.ledger.tokens.add(token, secret, ROOT) is Told.DONE
        return token, secret

    def asked(self, path: str = "/api/v1/check", kind: str = "message/rfc822") -> int:
        """How often mails were sent there."""
        heads = re.findall(
            rb"^POST (\S+) HTTP/1\.1\r\n(.*?)\r\n\r\n", bytes(self.wire.said["to_server"]), re.MULTILINE | re.DOTALL
        )
        return sum(head == path.encode() and kind.encode() in rest for head, rest in heads)

    def sent(self) -> bytes:
        """All that went there."""
        return bytes(self.wire.said["to_server"])


@contextlib.contextmanager
def served(folder: Path) -> Iterator[Server]:
    """The real pages, which judge with the name servers of the demo."""
    with contextlib.ExitStack() as stack:
        (port,) = processes.free_ports(1)
        ends = stack.enter_context(contextlib.ExitStack())
        wire = ends.enter_context(Cutter(port))
        origin, config = f"http://127.0.0.1:{wire.port}", folder / "vigie.toml"
        web = f'[web]\nlisten = "127.0.0.1:{port}"\nbase_url = "{origin}"\n[web.api]\nreports_per_hour = {REPORTS}\n'
        config.write_text(JUDGING + web)
        command = [*VIGIE, "--config", str(config), "web"]
        process = processes.spawn(command, folder / "web.log", unprivileged=False, cwd=Path.cwd())
        ends.callback(processes.stop, process)
        assert any(processes.listening(process, port) for _ in range(3)), (folder / "web.log").read_text()
        ledger = stack.enter_context(Ledger(f"sqlite:///{folder / 'vigie.db'}", "tests"))
        yield Server(origin, wire, ledger, ends)


@contextlib.contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """Something on this machine that is no Vigie: where it is, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(self.path)
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name.replace("_", "-"), text)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@contextlib.contextmanager
def thunderbird(dovecot: Dovecot, *mails: bytes, local: tuple[bytes, ...] = ()) -> Iterator[Thunderbird]:
    """With the extension as `make addins` builds it, and these mails."""
    folder = processes.short_folder("tb")  # its stores hold the password and the token: that is what they are for
    account = dovecot.account("camille")
    dovecot.deliver(account, *mails)
    program = Thunderbird(folder, dovecot, account, packed(folder), local=local)
    try:
        program.log_in(len(mails))
        yield program
    finally:
        program.stop()
        shutil.rmtree(folder, ignore_errors=True)
