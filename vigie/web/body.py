"""The body of a request, read whole and within bounds (X-20, X-21)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from fastapi import Request


class RefusedError(Exception):
    """The request goes no further. `note`: a key of error.note.*, see errors.answer."""

    def __init__(self, status: int, note: str = "", *, retry_after_s: int = 0) -> None:
        super().__init__(note)
        self.status, self.note, self.retry_after_s = status, note, retry_after_s

    def headers(self, *, unread: bool) -> dict[str, str]:
        """What goes with the answer. `unread`: there may be a body, whose rest is not waited for."""
        later = {"Retry-After": str(self.retry_after_s)} if self.retry_after_s else {}
        return later | ({"Connection": "close"} if unread else {})


async def whole(request: Request, *, most: int, seconds: float, grows: Callable[[int], None] = lambda _: None) -> bytes:
    """At most `most` bytes, come within `seconds`. `grows` is told how many more there are, and may raise. Raises RefusedError."""
    if "transfer-encoding" in request.headers and "content-length" in request.headers:
        raise RefusedError(400)  # RFC 9112 section 6.1: a proxy before us may have read another request
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise RefusedError(415)  # nothing is unpacked here
    announced = request.headers.get("content-length", "0")
    if not announced.isascii() or not announced.isdecimal():
        raise RefusedError(400)
    if int(announced[:20]) > most:
        raise RefusedError(413)
    try:
        async with asyncio.timeout(seconds):
            return await _read(request, most, grows)
    except TimeoutError:
        raise RefusedError(408) from None


def media_type(request: Request) -> str:
    """What the body says it is, without parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def _read(request: Request, most: int, grows: Callable[[int], None]) -> bytes:
    body = bytearray()
    async for part in request.stream():
        grows(len(part))
        body += part
        if len(body) > most:
            raise RefusedError(413)
    return bytes(body)
