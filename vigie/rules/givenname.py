"""Firms and people whose own name is spelled like the brand's: "Améli & Co", "Ameli Photo", "Carte Vitaléa" of the Vitaléa spa.

The name alone then accuses nobody: whoever poses as the brand says somewhere what he is taken for (its long name, its card, its office).
"""

from __future__ import annotations

import re

from vigie.message.types import Address
from vigie.rules.lookalike import Grade, likeness, misspelt_name
from vigie.rules.naming import names_of, readable
from vigie.rules.standing import fits_domain
from vigie.rules.view import View

_FIRM = re.compile(
    r"(?:&|\+|\bet|\band) (?:co|cie|fils|fille|soeurs?|freres|associes)\b|\b(?:sarl|sasu?|eurl|ltd|inc|gmbh)\b"
)

_AND_YOU = re.compile(r"\b(?:vous|nous|moi|toi|you|me)\b")
"""Words of nobody's firm: "ameli & vous"."""

_DISCLAIMED = re.compile(
    r"(?:\b(?:ne (?:sommes|suis)|n'(?:est|avons|ai)) (?:\w+ ){0,2}(?:pas|rien|aucun\w*)(?: \w+){0,3}|\brien a voir avec"
    r"|\b(?:aucun|sans) (?:lien|rapport) avec|\bpas affilie\w* a) (?:la |le |l')?\Z"
)
"""What stands before a name that somebody says is not his: "nous ne sommes pas"."""


def own_name(view: View) -> bool:
    """Every author's display name is his own, of the brand's spelling, and nothing else in the mail names the brand."""
    return named_alike(view) and not named_otherwise(view)


def named_alike(view: View) -> bool:
    """Every author's display name is his own, of the brand's spelling: it has a word of his own, and his domain bears it."""
    authors = view.message.authors
    return bool(authors) and all(_own(view, author) for author in authors)


def _own(view: View, author: Address) -> bool:
    display = view.folded(author.display)
    if misspelt_name(display, view.brand):
        alike = likeness(author.domain, view.brand).grade is not Grade.NONE
        return not alike and fits_domain(display, author.domain, view.brand)
    words = names_of(view.brand)
    display = readable(display, view.brand)
    found = [name[0].strip() for name in words.names.finditer(display)]
    if not found or not words.given.issuperset(found) or words.products.search(display) or _AND_YOU.search(display):
        return False
    if _FIRM.search(display):
        return True
    return any(name in author.domain for name in found) and fits_domain(display, author.domain, view.brand)


def named_otherwise(view: View) -> bool:
    """The text names the brand by more than a name that people and firms have; not where it says that it is another."""
    words = names_of(view.brand)
    return any(
        found[0].strip() not in words.given
        and not _DISCLAIMED.search(item.text[max(0, found.start() - 60) : found.start()])
        for item in view.spoken
        for pattern in (words.names, words.products)
        for found in pattern.finditer(item.text)
    )
