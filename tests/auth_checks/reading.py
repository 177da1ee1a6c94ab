"""A plain reading of well-made messages, for tests that need the header and the hops only."""

from __future__ import annotations

import hashlib
import re
from email.utils import getaddresses, parsedate_to_datetime

from vigie.auth_checks.letter import plain_name, read_letter
from vigie.message.types import Address, Header, Hop, Message

HOP = re.compile(
    r"(?:from\s+(?P<helo>\S+)\s*(?:\((?P<rdns>[^\s()\[\]]*)\s*\[(?P<ip>[^\]]+)\]\))?\s+)?by\s+(?P<by>\S+)"
    r"(?:.*?\swith\s+(?P<with>\S+))?(?:.*?\(envelope-from\s+<(?P<sender>[^>]*)>\))?",
    re.DOTALL,
)


def parse(raw: bytes) -> Message:
    letter = read_letter(raw)
    headers = tuple(
        Header(plain_name(name), re.sub(rb"\r\n\s+", b" ", value).decode("utf-8", "replace").strip(), value, index)
        for index, (name, value) in enumerate(letter.fields)
    )
    authors = tuple(
        Address(display, addr, addr.rpartition("@")[2].lower(), "from")
        for display, addr in getaddresses([header.value for header in headers if header.name == "from"])
        if "@" in addr
    )
    return Message(
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        headers=headers,
        message_id="",
        subject="",
        date=None,
        authors=authors,
        author_readings=len({author.addr for author in authors}),
        sender=(),
        reply_to=(),
        recipients=(),
        hops=tuple(_hop(header) for header in headers if header.name == "received"),
        blocks=(),
        links=(),
        attachments=(),
        defects=letter.defects,
    )


def _hop(header: Header) -> Hop:
    match = HOP.match(header.value)
    found = match.groupdict() if match else {}
    date = header.value.rpartition(";")[2].strip()
    return Hop(
        raw=header.value,
        by=found.get("by") or "",
        helo=found.get("helo") or "",
        rdns=found.get("rdns") or "",
        ip=found.get("ip") or "",
        with_=found.get("with") or "",
        for_="",
        envelope_from=found.get("sender"),
        date=parsedate_to_datetime(date) if re.search(r"\d{4} ", date) else None,
        index=header.index,
    )
