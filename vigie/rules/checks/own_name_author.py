"""The author is plainly another body: an authenticated domain that its own display name fits, by a word that names somebody.

Void for look-alike domains and where the name or the signature is the brand's (house: EXCUSE). Words of administration fit any
domain that a fraudster registers for the purpose (Données <x@protection-donnees.example>): they excuse nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from vigie.message.types import Layer
from vigie.rules.desks import BODY
from vigie.rules.issuer import shown_in_links
from vigie.rules.letterhead import outright
from vigie.rules.lookalike import likeness
from vigie.rules.naming import is_person, names_of, readable
from vigie.rules.quoting import quote
from vigie.rules.speech import signs
from vigie.rules.standing import fits_domain
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View
from vigie.rules.weights import weights

ID = "own-name-author"
KINDS = (Kind.EXCUSE,)
SOURCES = ("house: EXCUSE", "peers section e nos. 11 and 12")


def check(view: View) -> Iterator[Finding]:
    """One finding, where the one author's domain passed aligned authentication and the display name is that domain's."""
    authors = view.message.authors
    domain = view.evidence.authenticated_domain
    if domain is None or len(authors) != 1 or authors[0].domain != domain:
        return
    if view.brand.owns(domain) or likeness(domain, view.brand).grade:
        return
    display = readable(view.folded(authors[0].display), view.brand)
    if names_of(view.brand).names.search(display) and not is_person(display, view.brand):
        return
    if not fits_domain(display, domain, view.brand) or _signed_as_brand(view):
        return
    if BODY.search(display) or not _poses_by_the_way(view):
        yield Finding(
            ID, Kind.EXCUSE, Strength.STRONG, Layer.OUTER, (quote("from", f"{authors[0].display} <{authors[0].addr}>"),)
        )


def _poses_by_the_way(view: View) -> bool:
    """The brand's letterhead, or an address of its own over another link: no excuse but to a body that has to do with it."""
    found = outright(view.spoken, names_of(view.brand), view.brand)
    if any(sign.topic == "letterhead" and sign.weight >= weights().enough for sign in found):
        return True
    return any(sign.topic == "shown-address" for sign in shown_in_links(view.outer_links, view.brand))


def _signed_as_brand(view: View) -> bool:
    """The text ends with the brand's name below a closing: whoever owns the mailbox, he does not speak for himself."""
    found = signs(view)
    enough = weights().enough
    speaks = any(
        sign.topic in {"issuer", "tells-reader"} or (sign.topic == "subject" and sign.weight >= enough)
        for sign in found
    )
    return any(sign.topic in {"signature", "speaks-for"} and (sign.weight >= enough or speaks) for sign in found)
