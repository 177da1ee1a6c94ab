"""A TCP proxy that keeps a record of both directions and cuts the line after a given number of bytes."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal

Direction = Literal["to_server", "to_client"]


class Cutter:
    """One proxy in front of a server on loopback. `said` holds what went through, by direction."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._lock = threading.Lock()
        self._left: dict[Direction, int | None] = {"to_server": None, "to_client": None}
        self._once = False
        self._generation = 0
        self._flows = threading.Event()
        self._flows.set()
        self.said: dict[Direction, bytearray] = {"to_server": bytearray(), "to_client": bytearray()}
        self.turns: list[tuple[Direction, int]] = []
        """How many bytes went through in which direction, in order."""
        self.calls: list[bytearray] = []
        """What was said to the server, connection by connection: `said` mixes those that were open together."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Cutter:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        self.go_on()

    def arm(self, direction: Direction, after: int, *, once: bool = False) -> None:
        """From now on that many bytes go through in that direction; then both ends see a closed connection.

        Every later connection, too, before its first byte; `once`: later ones are left alone.
        """
        with self._lock:
            self._left[direction] = after
            self._once = once

    def forget(self) -> None:
        """Begins the record anew."""
        for said in self.said.values():
            said.clear()
        self.turns.clear()
        for call in self.calls:
            call.clear()

    def until(self, word: bytes) -> dict[Direction, int]:
        """Bytes in each direction before the client first said that word; all of them where it never did."""
        before: dict[Direction, int] = {"to_server": 0, "to_client": 0}
        end = self.said["to_server"].find(word)
        for direction, count in self.turns:
            if direction == "to_server" and before[direction] + count > end >= 0:
                break
            before[direction] += count
        return before

    def freeze(self) -> None:
        """The connections that are open stay open and carry nothing any more, as behind a NAT that has forgotten them.

        Later ones are left alone.
        """
        self._generation += 1

    def hold(self) -> None:
        """From now on nothing comes from the server, as from one that is slow; nothing of it is lost."""
        self._flows.clear()

    def go_on(self) -> None:
        """Lets what was held come."""
        self._flows.set()

    def disarm(self) -> None:
        """Lets everything through again."""
        with self._lock:
            self._left = {"to_server": None, "to_client": None}

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                call = bytearray()
                self.calls.append(call)
                threading.Thread(target=self._pump, args=(near, far, "to_server", call), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near, "to_client", bytearray()), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, direction: Direction, call: bytearray) -> None:
        generation = self._generation
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if generation != self._generation:
                    continue
                with self._lock:
                    left = self._left[direction]
                    if left is not None:
                        data = data[:left]
                        self._left[direction] = left - len(data)
                    cut = left is not None and self._left[direction] == 0
                    if cut and self._once:
                        self._left[direction] = None
                self.said[direction] += data
                call += data
                self.turns.append((direction, len(data)))
                if direction == "to_client":
                    self._flows.wait()
                if data:
                    sink.sendall(data)
                if cut:
                    break
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
