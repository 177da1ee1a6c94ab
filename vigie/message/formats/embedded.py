"""A picture or page that stands in a data: URL (RFC 2397; threats C-36)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from vigie.message.fields import lenient_base64
from vigie.message.readings import Leaf

EMBEDDED_CHARS = 2 << 20
_STRIPPED = re.compile(r"[\t\r\n]+")
_HEAD = re.compile(r"\s*data:([\w.+-]{1,40}/[\w.+-]{1,60})?([^,]{0,8192}),", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([\w.:-]{1,40})", re.IGNORECASE)


def embedded(target: str) -> Leaf | None:
    """The content of a data: URL as a part; None for every other target, and for one that is too long."""
    if "data" not in _STRIPPED.sub("", target[:64]).lower() or len(target) > EMBEDDED_CHARS:
        return None
    target = _STRIPPED.sub("", target)  # WHATWG URL section 4.4: a browser drops them
    head = _HEAD.match(target)
    if head is None:
        return None
    data = unquote_to_bytes(target[head.end() :].encode("utf-8", "replace"))
    if head[2].rstrip().lower().endswith(";base64"):
        data = lenient_base64(data)
    charset = _CHARSET.search(head[2])
    return Leaf((head[1] or "text/plain").lower(), charset[1] if charset else "", "", "inline", "", (data,))
