"""The author's address is the brand's, or is made to look like it.

A look-alike counts here only where nobody else has a reason for the name (`Grade.CERTAIN`): contact@ameli-photo.example claims nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.rules.lookalike import Grade, likeness
from vigie.rules.naming import NOT_FAMILY_NAMES, names_of, readable
from vigie.rules.quoting import claim
from vigie.rules.types import Finding, Kind
from vigie.rules.view import View

ID = "claim-author"
KINDS = (Kind.CLAIM,)
SOURCES = (
    "https://assurance-maladie.ameli.fr/presse/2022-04-07-cp-phishing",
    "threats C-22, C-23",
    "facts/ameli.md section 3.2",
)


def check(view: View) -> Iterator[Finding]:
    """One finding per author reading."""
    for author in view.message.authors:
        if view.brand.official_author(author.addr, author.domain):
            yield claim(ID, "official", author.field, author.addr)
        elif view.brand.owns(author.domain):
            yield claim(ID, "owned", author.field, author.addr)
        elif likeness(author.domain, view.brand).grade is Grade.CERTAIN:
            yield claim(ID, "imitated", author.field, author.addr)
        elif author.addr and _local_part_poses(view, author.addr):
            yield claim(ID, "local-part", author.field, author.addr)


_FREE = frozenset(
    {
        "service",
        "services",
        "noreply",
        "no-reply",
        "reply",
        "nepasrepondre",
        "contact",
        "info",
        "support",
        "client",
        "clients",
    }
)


def _local_part_poses(view: View, addr: str) -> bool:
    """assurance-maladie@, noreply.ameli@: the name with nothing beside it that could be a person's or a firm's.

    The bare name ("ameli@firm.example") may be a person or a firm's alias.
    """
    local = addr.rpartition("@")[0]
    text = readable(view.folded(re.sub(r"[._+-]+|\d+", " ", local)), view.brand).strip()
    if not names_of(view.brand).names.search(text):
        return False
    words = re.findall(r"[a-z]+", names_of(view.brand).names.sub(" ", text))
    several = len(text.split()) > 1
    acronym = any(len(item) <= 5 and item in text.split() for item in view.brand.claim.names)
    if acronym:
        return bool(words) and all(word in NOT_FAMILY_NAMES for word in words) and any(word in _FREE for word in words)
    return several and all(word in NOT_FAMILY_NAMES for word in words)
