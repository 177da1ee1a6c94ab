"""One message in one file."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from itertools import dropwhile, takewhile
from typing import BinaryIO

COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How an Outlook .msg begins (MS-CFB section 2.2): not RFC 5322, and nothing of it can be verified."""

LOOKED_AT = 1 << 20
"""Bytes in which a header has begun."""
_FIELD = re.compile(
    rb"(?:received|return-path|delivered-to|envelope-to|from|sender|reply-to|to|cc|bcc|subject|date|message-id|mime-version"
    rb"|status|(?:content|x|list|resent|arc|dkim|authentication|received)-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE,
)
_BY_SERVERS = re.compile(
    rb"(?:received[ \t]*:[ \t]*(?:from|by|\()|(?:return-path|message-id)[ \t]*:[ \t]*<|(?:mime-version|dkim-signature)[ \t]*:)",
    re.IGNORECASE,
)


def has_header(raw: bytes) -> bool:
    """A field of RFC 5322 section 3.6 (or of those that servers add) stands above the first blank line: else it is no mail at all."""
    return any(map(_FIELD.match, _first_lines(raw)))


def was_sent(raw: bytes) -> bool:
    """A field stands there that no person types: the source of a mail, and no text."""
    return any(map(_BY_SERVERS.match, _first_lines(raw)))


def _first_lines(raw: bytes) -> Iterator[bytes]:
    lines = raw[:LOOKED_AT].removeprefix(codecs.BOM_UTF8).splitlines()
    return takewhile(_says, dropwhile(lambda line: not _says(line), lines))


def _says(line: bytes) -> bool:
    return bool(line.strip(b" \t"))


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
