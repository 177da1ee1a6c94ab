"""The message as it lies in the mailbox, from what a mail program hands over."""

from __future__ import annotations

import re
from typing import Final

_IN_FRONT: Final = re.compile(
    rb"(?:From [^\r\n]*\r?\n)?(?:(?:X-Mozilla-(?:Status2?|Keys)|X-Account-Key|X-UIDL):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+",
    re.IGNORECASE,
)
"""What Thunderbird writes before a message that it keeps in a file of its own, and gives with `getRaw`: no part of what was sent."""


def without_marks(raw: bytes) -> bytes:
    """Without those lines in front; anywhere else they are the sender's and stay."""
    found = _IN_FRONT.match(raw)
    return raw[found.end() :] if found is not None else raw
