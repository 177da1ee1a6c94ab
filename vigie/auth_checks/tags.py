"""Tag lists of DKIM and ARC (RFC 6376 section 3.2), read strictly: what is ambiguous is refused, not guessed."""

from __future__ import annotations

import re

NAME = re.compile(rb"[A-Za-z][A-Za-z0-9_]*")
MAX_TAGS = 64


class TagError(ValueError):
    """The text is no tag list. Its text is one plain sentence without any of the bytes."""


def parse_tags(text: bytes) -> dict[str, bytes]:
    """The tags with their values, white space taken off both ends. Raises TagError, also for a tag that comes twice."""
    tags: dict[str, bytes] = {}
    specs = text.strip().split(b";")
    if specs and not specs[-1].strip():
        specs.pop()
    if not specs or len(specs) > MAX_TAGS:
        raise TagError("not a tag list")
    for spec in specs:
        name, equals, value = spec.partition(b"=")
        name = name.strip()
        if not equals or NAME.fullmatch(name) is None:
            raise TagError("not a tag list")
        key = name.decode("ascii")
        if key in tags:
            raise TagError(f"the tag {key[:20]}= comes twice")
        tags[key] = value.strip()
    return tags


def unfolded(value: bytes) -> bytes:
    """The value without any white space, as base64 and lists are compared."""
    return b"".join(value.split())
