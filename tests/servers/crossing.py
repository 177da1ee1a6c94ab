"""The way between two mail servers of a test: the receiving one sees the client address that the test chose.

Both live on loopback, and a border takes a loopback client for a machine of its own. So the receiving Postfix is told
the client's address by the PROXY protocol, as it is behind a load balancer, and writes it into its Received field itself.
"""

from __future__ import annotations

import contextlib
import socket
import threading


class Crossing:
    """A port on loopback; whoever connects to it reaches `port` as a client with the address `client_ip`."""

    def __init__(self, port: int, client_ip: str) -> None:
        self._target = port
        self._greeting = f"PROXY TCP4 {client_ip} 127.0.0.1 40025 25\r\n".encode()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody crosses any more."""
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                    far.sendall(self._greeting)
                except OSError:  # the receiving server is down: so the client sees a closed connection
                    near.close()
                    continue
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=_pump, args=(source, sink), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for one in (source, sink):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
