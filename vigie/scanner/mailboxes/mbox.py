"""mbox, read only and streaming (RFC 4155; mboxrd quoting): one message in memory at a time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

SEPARATOR = b"From "
_POSTMARK = re.compile(
    rb"From [^\r\n]{0,500}\b\d{1,2}:\d{2}(:\d{2})?\b[^\r\n]{0,100}\b(19|20)\d{2}\b[^\r\n]{0,40}\r?\n?"
)
"""A separator carries a time and a year (RFC 4155): "From here on, ..." in a text is none.

The empty line before it is not asked for: writers forget it, and two messages that are taken for one hide the second.
"""
_QUOTED = re.compile(rb">+From ")
_LINE = 65_536


def messages(stream: BinaryIO, head: bytes = b"", *, limit: int) -> Iterator[bytes]:
    """The messages of an mbox whose first bytes `head` were read already, each cut at `limit` bytes. Raises OSError.

    One `>` of every line that begins with `>From ` is taken off: else no signature over the body would verify.
    """
    kept: list[bytes] = []
    size, started, whole_line = 0, False, True
    for piece in _lines(stream, head):
        begins, whole_line = whole_line, piece.endswith(b"\n")
        if begins and piece.startswith(SEPARATOR) and (not started or _POSTMARK.fullmatch(piece)):
            if started:
                yield _ended(kept)
            kept, size, started = [], 0, True
        else:
            if begins and _QUOTED.match(piece):
                piece = piece[1:]
            if size < limit:
                kept.append(piece[: limit - size])
                size += len(piece)
    if started:
        yield _ended(kept)


def _lines(stream: BinaryIO, head: bytes) -> Iterator[bytes]:
    """Lines, longer ones in pieces: a file without any line end must not fill the memory."""
    first = head + stream.readline(_LINE)
    if first:
        yield first
    while piece := stream.readline(_LINE):
        yield piece


def _ended(kept: list[bytes]) -> bytes:
    """Without the empty line that separates messages and belongs to none."""
    if kept and kept[-1] in (b"\n", b"\r\n"):
        kept = kept[:-1]
    return b"".join(kept)
