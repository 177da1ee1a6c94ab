"""One message in one file."""

from __future__ import annotations

from typing import BinaryIO

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an Outlook .msg begins (MS-CFB section 2.2): not RFC 5322, and nothing of it can be verified."""


def is_name(name: str) -> bool:
    """True where a file of that name holds a message."""
    return name.lower().endswith(".eml")


def message(stream: BinaryIO, head: bytes, *, limit: int) -> bytes:
    """`head` and the rest of the stream, at most `limit` bytes in all. Raises OSError."""
    parts, left = [head], limit - len(head)
    while left > 0 and (piece := stream.read(min(left, 1 << 20))):
        parts.append(piece)
        left -= len(piece)
    return b"".join(parts)
