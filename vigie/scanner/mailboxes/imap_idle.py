"""IDLE (RFC 2177) that never hangs, never hides an end of file, and never loses half a line."""

from __future__ import annotations

import time
from typing import Final

from vigie.scanner.mailboxes.imap_faults import Lost, Refused
from vigie.scanner.mailboxes.imap_wire import Wire, text_of

NEWS: Final = ("EXISTS", "RECENT", "EXPUNGE", "VANISHED", "FETCH")
"""Untagged responses that say that the folder is not what it was; "* OK Still here" is none."""


class Idle:
    """The IDLE command of one connection; between start and done nothing else may be sent."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._tag: bytes | None = None
        self._news = False

    @property
    def active(self) -> bool:
        """Between start and done."""
        return self._tag is not None

    def start(self) -> None:
        """The server has agreed to tell. Untagged responses may come before its "+" (I-23): they count as news."""
        self._wire.untagged_responses.clear()
        self._news = False
        self._tag = self._wire._command("IDLE")  # noqa: SLF001 - the part of a command before its answer
        try:
            while self._wire.respond() is not None:
                self._note()
        except Refused:
            self._tag = None
            raise

    def wait(self, timeout: float) -> bool:
        """True as soon as something happened in the folder; False when nothing did for `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self._news:
            if not self._wire.pending(max(deadline - time.monotonic(), 0.0)):
                return False
            self._wire.respond()
            self._note()
        self._news = False
        return True

    def done(self) -> bool:
        """Ends IDLE; the tagged answer was seen. True when something happened that `wait` has not told."""
        tag, self._tag = self._tag, None
        if tag is None:
            return False
        self._wire.send(b"DONE\r\n")
        while self._wire.tagged_commands.get(tag) is None:
            self._wire.respond()
            self._heard()
        status, words = self._wire.answer(tag)
        if status != "OK":
            raise Refused("IDLE", status, text_of(words))
        news, self._news = self._news, False
        return news

    def _note(self) -> None:
        """What came while the server idles; a tagged answer then is its end, without our DONE."""
        self._heard()
        if self._tag is not None and self._wire.tagged_commands.get(self._tag) is not None:
            status, words = self._wire.answer(self._tag)
            self._tag = None
            if status == "OK":
                # whoever starts again at once would spin: a new session waits first
                self._wire.shutdown()
                raise Lost("closed")
            raise Refused("IDLE", status, text_of(words))

    def _heard(self) -> None:
        said = self._wire.untagged_responses
        farewell = said.get("BYE")
        if farewell:
            self._tag = None
            self._wire.shutdown()
            raise Lost("bye", text_of(farewell[-1]))
        self._news = self._news or any(name in said for name in NEWS)
        said.clear()
