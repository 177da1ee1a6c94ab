"""Calendar invitations and address cards as lines (threats C-43; RFC 5545, RFC 6350)."""

from __future__ import annotations

import re

from vigie.message.formats.opened import Allowance, Opened, extension
from vigie.message.formats.pages import decoded
from vigie.message.readings import Leaf
from vigie.message.text import plain_page

_TYPES = frozenset(
    ("text/calendar", "text/vcard", "text/x-vcard", "text/x-vcalendar", "text/directory", "application/ics")
)
_EXTENSIONS = frozenset("ics ical vcs ifb vcf vcard".split())


def fits(leaf: Leaf) -> bool:
    """By its label, its name, or its first line."""
    return (
        leaf.content_type in _TYPES
        or extension(leaf.filename) in _EXTENSIONS
        or leaf.data[:32]
        .lstrip(b"\xef\xbb\xbf \r\n")
        .upper()
        .startswith((b"BEGIN:VCALENDAR", b"BEGIN:VCARD", b"BEGIN:VEVENT"))
    )


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """Its lines unfolded and unescaped."""
    return Opened([plain_page(_card(decoded(leaf, allowance.ledger)))])


_CARD_FOLD = re.compile(r"\r?\n[ \t]")
_CARD_ESCAPE = re.compile(r"\\([,;\\])")


def _card(text: str) -> str:
    """The lines of an iCalendar or vCard unfolded and unescaped (RFC 5545 sections 3.1 and 3.3.11)."""
    text = _CARD_FOLD.sub("", text).replace("\\n", "\n").replace("\\N", "\n")
    return _CARD_ESCAPE.sub(r"\1", text)
