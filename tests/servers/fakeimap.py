"""An IMAP server that says what a script tells it to, for the faults that no real server shows on demand."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from vigie.scanner.settings import AccountSettings

CLOSE: Final = object()
"""A step: closes the connection without a word."""
HANG: Final = object()
"""A step: says nothing more, and keeps the connection open."""

Step = object
"""bytes to send (%t becomes the tag), seconds to wait, CLOSE or HANG."""
Reply = bytes | list[Step] | Callable[[bytes], "bytes | list[Step]"]

DEFAULTS: Final[dict[str, Reply]] = {
    "GREETING": b"* OK ready\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE\r\n%t OK done\r\n",
    "LOGOUT": b"* BYE see you\r\n%t OK done\r\n",
    "SELECT": b"* 3 EXISTS\r\n* FLAGS (\\Seen \\Deleted)\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] kept\r\n"
    b"* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 4] n\r\n%t OK [READ-WRITE] done\r\n",
    "EXAMINE": b"* 3 EXISTS\r\n* FLAGS (\\Seen \\Deleted)\r\n* OK [PERMANENTFLAGS ()] none\r\n"
    b"* OK [UIDVALIDITY 7] v\r\n* OK [UIDNEXT 4] n\r\n%t OK [READ-ONLY] done\r\n",
    "UID SEARCH": b"* SEARCH 1 2 3\r\n%t OK done\r\n",
    "IDLE": b"+ idling\r\n",
    "DONE": b"%t OK idle over\r\n",
}


class FakeImap:
    """Listens at once; each connection follows the same script. `received` holds every command line, without its tag."""

    def __init__(
        self,
        replies: Mapping[str, Reply] | None = None,
        *,
        tls: tuple[Path, Path] | ssl.SSLContext | None = None,
        upgrade: bool = False,
    ) -> None:
        self.replies: dict[str, Reply] = {**DEFAULTS, **(replies or {})}
        self.received: list[bytes] = []
        self.literals: list[bytes] = []
        self._over = threading.Event()
        self._tls = tls if isinstance(tls, ssl.SSLContext | None) else ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if isinstance(tls, tuple) and self._tls is not None:
            self._tls.load_cert_chain(*tls)
        self._upgrade = upgrade
        """TLS after STARTTLS, and not from the start."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> FakeImap:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._socket.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def account(self, **changes: object) -> AccountSettings:
        """How to reach it."""
        secret = Path(__file__).with_name("password.txt")
        settings: dict[str, object] = {
            "name": "fake",
            "host": "127.0.0.1",
            "port": self.port,
            "tls": "none",
            "username": "accueil",
            "password_file": secret,
            "timeout_s": 30.0,
        }
        return AccountSettings.model_validate(settings | changes)

    def commands(self, verb: str) -> list[bytes]:
        """The command lines that begin so."""
        return [line for line in self.received if line.upper().startswith(verb.encode())]

    def _accept(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._socket.accept()
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()
                continue
            return

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError), connection:
            connection.settimeout(30)
            if self._tls is not None and not self._upgrade:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as lines:
                self._say(connection, "GREETING", b"", b"")
                tag = b""
                while not self._over.is_set():
                    line = lines.readline().rstrip(b"\r\n")
                    if not line:
                        return
                    tag, verb, rest = self._understand(tag, line)
                    if found := re.search(rb"\{(\d+)(\+?)\}$", rest):
                        if not found.group(2):
                            connection.sendall(b"+ go on\r\n")
                        self.literals.append(lines.read(int(found.group(1))))
                        lines.readline()
                    self._say(connection, verb, tag, rest)
                    if verb == "STARTTLS" and self._tls is not None:
                        self._tls.wrap_socket(connection, server_side=True).recv(1)
                    if verb == "AUTHENTICATE":
                        lines.readline()

    def _understand(self, tag: bytes, line: bytes) -> tuple[bytes, str, bytes]:
        if line.upper() == b"DONE":
            self.received.append(line)
            return tag, "DONE", line
        tag, _, rest = line.partition(b" ")
        self.received.append(rest)
        words = rest.decode("utf-8", "replace").upper().split(" ")
        return tag, " ".join(words[:2]) if words[0] == "UID" else words[0], rest

    def _say(self, connection: socket.socket, verb: str, tag: bytes, line: bytes) -> None:
        reply = self.replies.get(verb, b"%t OK done\r\n")
        if callable(reply):
            reply = reply(line)
        for step in reply if isinstance(reply, list) else [reply]:
            if step is CLOSE:
                connection.shutdown(socket.SHUT_RDWR)
                raise EOFError
            if step is HANG:
                self._over.wait(30)
                raise EOFError
            if isinstance(step, int | float):
                time.sleep(step)
            elif isinstance(step, bytes):
                connection.sendall(step.replace(b"%t", tag))
