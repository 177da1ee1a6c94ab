"""A link leads to a host whose name imitates the brand's."""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules.copied import Copied, copied
from vigie.rules.lookalike import Grade, likeness
from vigie.rules.quoting import contradiction
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.unnamed import defanged
from vigie.rules.view import View

ID = "host-lookalike"
KINDS = (Kind.CONTRADICTION,)
SOURCES = ("facts/ameli.md sections 3.3 and 3.4", "threats C-22 to C-25", "house: CONTRADICTION, decisive")

MAX_HOSTS = 1_200
"""All that a message may hold (X-15): two hundred harmless ones must not hide the one that imitates. A third of a millisecond each."""


def check(view: View) -> Iterator[Finding]:
    """One finding per imitating host. Links of quoted and forwarded text are shown too; the policy does not count those layers."""
    seen: set[tuple[str, Layer]] = set()
    for link in view.links:
        for host in (link.host, *link.other_hosts):
            if not host or (host, link.layer) in seen or len(seen) >= MAX_HOSTS:
                continue
            seen.add((host, link.layer))
            grade = likeness(host, view.brand).grade
            if grade is not Grade.NONE:
                # A name that others might use too (urgencevitale.org) is a strong sign, not proof; so is one in a mail that somebody shows.
                certain = grade is Grade.CERTAIN and not defanged(link) and view.once(copied) is Copied.NOT
                strength = Strength.DECISIVE if certain else Strength.STRONG
                yield contradiction(ID, "", link.where, link.target, layer=link.layer, strength=strength)
