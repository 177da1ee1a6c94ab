"""Answers go to an address that is not the brand's, while the author is somebody else or claims to be the brand."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.fold import to_alabel
from vigie.rules.lookalike import registrable
from vigie.rules.quoting import lure
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "reply-outside"
KINDS = (Kind.LURE,)
SOURCES = ("pandore-gendarmerie.org 2024-10: genuine From, foreign Reply-To", "threats S-22", "house: LURE")


def check(view: View) -> Iterator[Finding]:
    """One finding per foreign Reply-To of another domain than the author's, and per mailto link that leads outside."""
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
        addr = link.target.partition(":")[2].partition("?")[0].strip().lower()
        domain = to_alabel(addr.rpartition("@")[2])
        if addr and domain and addr not in seen and not view.brand.owns(domain):
            seen.add(addr)
            mine = registrable(domain) in authors
            yield lure(
                ID, "mailto", link.where, addr, layer=link.layer, strength=Strength.WEAK if mine else Strength.STRONG
            )
