"""A message that is signed by the institution may have been sent again by somebody else, to people it was not written for."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules.quoting import quote
from vigie.rules.types import Finding, Kind, Quote, Strength
from vigie.rules.view import View

ID = "replay"
KINDS = (Kind.NOTE,)
SOURCES = ("RFC 6376 section 8.6", "threats S-43")
MAX_NAMED = 3


def check(view: View) -> Iterator[Finding]:
    """One note a kind of hint, and only about a message of the brand's own: what strangers sign is theirs to explain."""
    if not view.brand_author:
        return
    named = [address.addr for address in view.message.recipients if address.field in {"to", "cc"} and address.addr]
    codes = dict.fromkeys(hint.code for hint in view.evidence.replay)
    for code in codes:
        detail = " ".join(hint.detail for hint in view.evidence.replay if hint.code == code)
        seen: tuple[Quote, ...] = (quote("authentication", detail),)
        topic = code
        if code == "other-recipient" and named:
            seen = (quote("to", ", ".join(named[:MAX_NAMED])), *seen)
        elif code == "other-recipient":
            topic = "no-recipient"
        yield Finding(ID, Kind.NOTE, Strength.WEAK, Layer.OUTER, seen, topic)
