"""The bytes of an IMAP connection: bounded in size and in time, never logged. imaplib's own hooks, filled anew."""

from __future__ import annotations

import contextlib
import imaplib
import socket
import ssl
import time
from typing import TYPE_CHECKING, Any, Final, cast

from vigie.scanner.mailboxes.imap_faults import Lost, Refused

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_LINE: Final = 16 * 1024 * 1024
"""Longest line; a SEARCH answer for a window of UIDs stays far below (I-30)."""
MAX_ANSWER: Final = 64 * 1024 * 1024
"""Everything that one command may bring, beyond what `expect` allows."""
SLOWEST: Final = 1024
"""Bytes a second: who is slower is not waited for (Gmail throttles to about that, I-43)."""
CHUNK: Final = 64 * 1024
PATIENCE: Final = 10
"""Times the time-out that one command may take when it brings nothing but signs of life."""

_read_response: Final[Any] = vars(imaplib.IMAP4)["_get_response"]  # private to imaplib, hence unknown to its type stubs


class Wire(imaplib.IMAP4):
    """One connection. A read or write that fails leaves it dead: `lost` says why, and nothing is ever sent again."""

    def __init__(self, host: str, port: int, *, context: ssl.SSLContext | None, timeout: float) -> None:
        self._context = context
        self._timeout = timeout
        self._patience = PATIENCE
        self._buffer = bytearray()
        self._deadline = float("inf")
        self._received = 0
        self._allowed = MAX_ANSWER
        self._max_literal = MAX_ANSWER
        self.lost: Lost | None = None
        self.sent = 0
        """Commands and literals sent so far: whether a server may have acted at all."""
        super().__init__(host, port, timeout)

    # --- the hooks that imaplib documents: open, read, readline, send, shutdown

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """Connects, with TLS when a context was given."""
        self.host, self.port = host, port
        sock = socket.create_connection((host, port), timeout or self._timeout)
        try:
            _keep_alive(sock, self._timeout)
            self.sock = self._context.wrap_socket(sock, server_hostname=host) if self._context else sock
        except BaseException:
            sock.close()
            raise
        self._begin()

    def send(self, data: ReadableBuffer) -> None:
        """Sends everything, or the connection is lost."""
        if self.lost is not None:
            raise Lost(self.lost.reason, self.lost.text)
        self.sent += 1
        self._begin()
        try:
            self.sock.settimeout(self._timeout)
            self.sock.sendall(data)
        except TimeoutError:
            raise self._lose("timeout") from None
        except OSError:
            raise self._lose("closed") from None

    def readline(self) -> bytes:
        """One line with its end. A tagged or untagged status without text gets the blank that the grammar wants (I-35)."""
        start = 0
        while (end := self._buffer.find(b"\n", start)) < 0:
            if len(self._buffer) > MAX_LINE:
                raise self._lose("limit")
            start = len(self._buffer)
            self._fill()
        line = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        if line.endswith((b" OK\r\n", b" NO\r\n", b" BAD\r\n")) and line.count(b" ") == 1:
            return line[:-2] + b" \r\n"
        return line

    def read(self, size: int) -> bytes:
        """A literal of exactly that size."""
        if size > self._max_literal:
            raise self._lose("limit")  # I-29: no promise of a server allocates memory here
        parts = [bytes(self._buffer[:size])]
        del self._buffer[:size]
        missing = size - len(parts[0])
        while missing > 0:
            part = self._receive(min(missing, CHUNK), self._timeout)
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def shutdown(self) -> None:
        """Closes the socket; never raises."""
        if self.lost is None:
            self.lost = Lost("closed")
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.sock.close()

    # --- answers as values instead of texts to take apart

    def _command_complete(self, name: str, tag: bytes) -> tuple[str, list[Any]]:
        """The tagged OK. Raises Refused for NO and BAD, Lost for everything after which no answer can follow."""
        while self.tagged_commands.get(tag) is None:
            self.respond()
            farewell = self.untagged_responses.get("BYE")
            if farewell and name != "LOGOUT" and self.tagged_commands.get(tag) is None:
                raise self._lose("bye", text_of(farewell[-1]))
        status, words = self.answer(tag)
        if status == "OK":
            return status, [words]
        raise Refused(name, status, text_of(words))

    def answer(self, tag: bytes) -> tuple[str, bytes]:
        """The tagged answer that has been read: (OK, NO or BAD; its text)."""
        status, words = cast("tuple[str, list[bytes]]", self.tagged_commands.pop(tag))
        return status, words[0]

    def respond(self) -> bytes | None:
        """Reads one response; None is a continuation request (+). Raises Lost, also when it is not IMAP."""
        response: bytes | None = self._get_response()
        return response

    def _get_response(self, *arguments: object) -> bytes | None:
        try:
            response: bytes | None = _read_response(self, *arguments)
        except imaplib.IMAP4.error:
            # its text quotes what was read, which may be mail: it goes no further
            raise self._lose("garbled") from None
        return response

    def _log(self, line: object) -> None:
        """Nothing is kept of what was said: it holds the password and the mail."""

    def pending(self, timeout: float) -> bool:
        """Waits until a whole line is there; False when none came in time. Raises Lost when half a line stays one (I-22)."""
        deadline = time.monotonic() + timeout
        half_since: float | None = None
        while b"\n" not in self._buffer:
            now = time.monotonic()
            if self._buffer and half_since is None:
                half_since = now
            if half_since is not None and now - half_since > self._timeout:
                raise self._lose("timeout")
            if now >= deadline:
                return False
            self._begin()
            with contextlib.suppress(TimeoutError):
                self._buffer += self._receive(CHUNK, min(deadline - now, self._timeout), patient=True)
        return True

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[Any, Any]:
        """Switches to TLS; whatever was sent in the clear beyond the answer is an attack (I-28, STARTTLS injection)."""
        assert ssl_context is not None
        self._simple_command("STARTTLS")
        if self._buffer:
            raise self._lose("garbled")
        self.untagged_responses.clear()
        self.sock = ssl_context.wrap_socket(self.sock, server_hostname=self.host)
        self._get_capabilities()
        return "OK", [None]

    def hurry(self, timeout: float) -> None:
        """From now on a command may take that many seconds at most."""
        self._timeout = min(self._timeout, timeout)
        self._patience = 1

    def expect(self, *, literal: int, answer: int) -> None:
        """Bounds of the answers from now on: the largest literal, and all that one command brings."""
        self._max_literal = literal
        self._allowed = max(MAX_ANSWER, answer)

    # --- the socket

    def _begin(self) -> None:
        """A new command, or a new wait: time and bytes are counted afresh."""
        self._deadline = time.monotonic() + self._patience * self._timeout
        self._received = 0

    def _fill(self) -> None:
        self._buffer += self._receive(CHUNK, self._timeout)

    def _receive(self, size: int, timeout: float, *, patient: bool = False) -> bytes:
        """At least one byte. `patient`: a time-out is raised as such and costs nothing."""
        if self.lost is not None:
            raise Lost(self.lost.reason, self.lost.text)
        left = self._deadline + self._received / SLOWEST - time.monotonic()
        if left <= 0:
            raise self._lose("timeout")
        try:
            self.sock.settimeout(max(min(timeout, left), 0.001))
            data = self.sock.recv(size)
        except TimeoutError:
            if patient:
                raise
            raise self._lose("timeout") from None
        except OSError:
            raise self._lose("closed") from None
        if not data:
            raise self._lose("closed")  # I-21: an end of file is never silence
        self._received += len(data)
        if self._received > self._allowed:
            raise self._lose("limit")
        return data

    def _lose(self, reason: str, text: str = "") -> Lost:
        """Closes the connection for good and gives what to raise. A farewell read before explains a closed connection."""
        farewell = self.untagged_responses.get("BYE") if hasattr(self, "untagged_responses") else None
        if reason == "closed" and farewell:
            reason, text = "bye", text_of(farewell[-1])
        self.lost = Lost(reason, text)
        with contextlib.suppress(OSError):
            self.sock.close()
        return self.lost


def text_of(words: object) -> str:
    """A server's words; "" for what are none."""
    return bytes(words).decode("utf-8", "replace") if isinstance(words, bytes | bytearray) else ""


def _keep_alive(sock: socket.socket, timeout: float) -> None:
    """A peer that is gone is noticed within about two minutes, also while nothing is said (I-20)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(max(timeout, 30.0) * 1000))
