"""A link shows an official address and leads somewhere else (C-25, C-33)."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.rules.checks.link_outside import leads_outside, unread
from vigie.rules.issuer import shown_host
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "link-disguised"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("threats C-25, C-33", "peers section e no. 7")


def check(view: View) -> Iterator[Finding]:
    """At most one finding a layer. A newsletter's click counter does the same, so it is never decisive."""
    layers = set()
    for link in view.links:
        if link.layer in layers or not leads_outside(view, link) or unread(view, link):
            continue
        userinfo = link.target.partition("://")[2].partition("/")[0].rpartition("@")[0].lower()
        shown = shown_host(link.shown)
        if view.brand.official_host(shown) or any(item.host in userinfo for item in view.brand.hosts):
            layers.add(link.layer)
            yield contradiction(ID, "", link.where, f"{link.shown} -> {link.target}", layer=link.layer)
