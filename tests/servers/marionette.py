"""Marionette, by which a program of Mozilla's is driven: JSON over TCP, one command at a time.

The protocol: remote/marionette in Mozilla's source. Each packet is "LENGTH:JSON"; a command [0, id, name, parameters] is answered
by [1, id, error, result].
"""

from __future__ import annotations

import itertools
import json
import socket
from typing import Any, Literal

PATIENCE_S = 120.0


class MarionetteError(AssertionError):
    """The program refuses a command, or a script in it fails."""


class Marionette:
    """A session with the program that listens on that port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._stream = self._socket.makefile("rb")
        self._numbers = itertools.count(1)
        self._packet()  # says hello
        self.command("WebDriver:NewSession", capabilities={})
        self.command("WebDriver:SetTimeouts", script=int(PATIENCE_S * 1000))

    def close(self) -> None:
        """Leaves the program as it is."""
        self._stream.close()
        self._socket.close()

    def command(self, name: str, **parameters: Any) -> Any:
        """Its result. Raises MarionetteError."""
        number = next(self._numbers)
        sent = json.dumps([0, number, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(sent), sent))
        kind, answered, error, result = self._packet()
        assert (kind, answered) == (1, number)
        if error is not None:
            raise MarionetteError(f"{name}: {error['error']}: {error['message']}")
        return result.get("value") if isinstance(result, dict) and set(result) == {"value"} else result

    def context(self, name: Literal["chrome", "content"]) -> None:
        """Where scripts run: in the program itself, or in the page that is shown."""
        self.command("Marionette:SetContext", value=name)

    def script(self, body: str, *arguments: Any) -> Any:
        """What an async function with that body returns; `args` are its arguments."""
        wrapped = (
            "const args = Array.from(arguments); const done = args.pop();"
            f"(async () => {{ {body} }})().then(value => done({{value}}), error => done({{error: String(error) + (error.stack || '')}}));"
        )
        told = self.command("WebDriver:ExecuteAsyncScript", script=wrapped, args=list(arguments), newSandbox=True)
        if "error" in told:
            raise MarionetteError(told["error"])
        return told.get("value")

    def _packet(self) -> Any:
        digits = b""
        while (one := self._stream.read(1)) != b":":
            if not one:
                raise MarionetteError("the program has hung up")
            digits += one
        return json.loads(self._stream.read(int(digits)))
