"""Answers go to an address that is not the brand's, while the author is somebody else or claims to be the brand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.fold import to_alabel
from vigie.message.links import addresses
from vigie.rules.lookalike import registrable
from vigie.rules.quoting import lure
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "reply-outside"
KINDS = (Kind.LURE,)
SOURCES = ("pandore-gendarmerie.org 2024-10: genuine From, foreign Reply-To", "threats S-22", "house: LURE")

MAX_WRITTEN = 8
_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24}(?![a-z0-9@-])")
_AT = re.compile("[@\ufe6b\uff20]")
"""What folds to an at sign."""
_SENDS = re.compile(
    r"\b(?:envo[iy]|transm|retourn|adress|ecri[rv]|repond|communiqu|contact|joindre|mail|courriel|send|reply|write)"
)
_BEFORE = 120


def check(view: View) -> Iterator[Finding]:
    """One finding per foreign Reply-To of another domain than the author's, and per address to write to that is outside."""
    authors = {registrable(author.domain) for author in view.message.authors}
    seen: set[str] = set()
    for reply in view.message.reply_to:
        if not reply.domain or view.brand.owns(reply.domain) or reply.addr in seen:
            continue
        seen.add(reply.addr)
        other = registrable(reply.domain) not in authors
        yield lure(ID, "", reply.field, reply.addr, strength=Strength.STRONG if other else Strength.WEAK)
    for link in view.outer_links:
        if link.scheme != "mailto" or link.where.startswith("header:"):
            continue
        for addr in addresses(link.target):
            domain = to_alabel(addr.rpartition("@")[2])
            if domain and addr not in seen and not view.brand.owns(domain):
                seen.add(addr)
                strength = Strength.WEAK if registrable(domain) in authors else Strength.STRONG
                yield lure(ID, "mailto", link.where, addr, layer=link.layer, strength=strength)
    yield from _written(view, authors, seen)


def _written(view: View, authors: set[str], seen: set[str]) -> Iterator[Finding]:
    """Addresses that stand in the outer text without being links: strong where the words before them ask to write there."""
    for block in view.outer:
        text = (
            view.folded(block.text) if _AT.search(block.text) else ""
        )  # folded whole, where anybody is named at all
        for match in _ADDRESS.finditer(text):
            addr, domain = match[0], match[0].rpartition("@")[2]
            if addr in seen or view.brand.owns(domain) or view.brand.official_host(domain):
                continue
            if len(seen) >= MAX_WRITTEN:
                return
            seen.add(addr)
            asks = _SENDS.search(text[max(match.start() - _BEFORE, 0) : match.start()]) is not None
            strong = asks and registrable(domain) not in authors
            strength = Strength.STRONG if strong else Strength.WEAK
            yield lure(ID, "mailto", block.where, addr, layer=block.layer, strength=strength)
