"""The author's display name names the brand, whatever the address behind it.

"Ameli Durand" is a person; "Régie de l'assurance maladie du Québec" is another body. An address written as a display name counts
as the address it shows (S-40). Who names himself and the brand as where he works ("Jean Roux (CPAM 69)" <jean.roux@...>) may do so:
what he writes decides whether he speaks for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vigie.message.types import Address
from vigie.rules.desks import FOLLOWERS
from vigie.rules.doubt import doubt, is_brief, signed
from vigie.rules.givenname import named_alike, named_otherwise
from vigie.rules.issuer import patterns_of
from vigie.rules.lookalike import Grade, likeness, misspelt_name
from vigie.rules.naming import family_name_in, glued_name, is_person, may_name, names_of, readable
from vigie.rules.policy import policy
from vigie.rules.quoting import claim
from vigie.rules.standing import Standing, fits_domain, namesake, staff, telling
from vigie.rules.types import Finding, Kind, Strength
from vigie.rules.view import View

ID = "claim-display-name"
KINDS = (Kind.CLAIM,)
SOURCES = ("facts/ameli.md section 3.1 no. 24 (linternaute 3255953)", "threats C-20, C-22", "peers section e no. 1")

MAX_DISPLAY = 300


def check(view: View) -> Iterator[Finding]:
    """One finding per author reading whose display name poses as the brand."""
    alike = named_alike(view)
    if alike and not named_otherwise(view) and _says_nothing_of_the_kind(view):
        return
    for author in view.message.authors:
        if not author.display:
            continue
        display = readable(view.folded(author.display[:MAX_DISPLAY]), view.brand)
        written = f"{author.display} <{author.addr}>"
        poses = _poses(view, display, author)
        if poses and (_sent_through(view, display, author) or staff(display, author, view.brand)):
            if _named(view):
                yield claim(ID, "beside-another", author.field, written, strength=Strength.WEAK)
        elif poses:
            unlike = _stands_before(display, view) and not is_brief(view) and _says_nothing_of_the_kind(view)
            doubted = alike or unlike or _of_his_own(view, display, author)
            yield claim(ID, "", author.field, written, strength=Strength.WEAK if doubted else Strength.STRONG)
        elif display in view.brand.claim.whole_names and _named(view):
            doubted = view.standing is Standing.ANOTHER or _says_nothing_of_the_kind(view)
            yield claim(ID, "", author.field, written, strength=Strength.WEAK if doubted else Strength.STRONG)
        elif _shows_official_address(view, author):
            yield claim(ID, "address-as-name", author.field, written)


def _says_nothing_of_the_kind(view: View) -> bool:
    """What the sender writes is in no part like what is written in the brand's name."""
    careful = view.once(doubt)
    return careful is not None and careful < policy().doubt.nothing


def _stands_before(display: str, view: View) -> bool:
    """A word that names somebody stands before the brand's name ("Section CPAM 31"); behind it the brand's offices have their towns."""
    name = names_of(view.brand).names.search(display)
    return name is not None and bool(telling(display[: name.start()], view.brand))


def _of_his_own(view: View, display: str, author: Address) -> bool:
    """A word that the author's domain bears stands beside the name ("Helvesana Assurance-maladie"), and the rest is not to be doubted."""
    careful = view.once(doubt)
    if careful is None or careful >= policy().doubt.careful or signed(view):
        return False
    return fits_domain(display, author.domain, view.brand)


_SEAT = re.compile(r"(?<![a-z])([a-z]{3,5})(?=(?:\d[\dab]|97\d)(?!\w))")
"""An acronym and a department in one word: CPAM75, CPAM974."""


def _poses(view: View, display: str, author: Address) -> bool:
    if misspelt_name(display, view.brand):
        return not namesake(display, author.domain, view.brand)
    if not may_name(display, view.brand) or FOLLOWERS.match(display) or namesake(display, author.domain, view.brand):
        return False
    if is_person(display, view.brand):
        return not family_name_in(display, view.folded(author.addr), view.brand) and _named(view, beside=display)
    seated = _SEAT.sub(r"\1 ", display)
    return bool(names_of(view.brand).names.search(seated)) or glued_name(display, view.brand)


_VIA = re.compile(r"(?<=.) (?:via|par l'intermediaire de) ([^\n]{3,60})$")


def _sent_through(view: View, display: str, author: Address) -> bool:
    """The words "CPAM Recrutement via Jobvista" <x@jobvista.example>: the sender says himself that he is another."""
    through = _VIA.search(display)
    return through is not None and fits_domain(through[1], author.domain, view.brand)


def _named(view: View, *, beside: str = "") -> bool:
    """The text names the brand, or speaks of what the brand decides about people (a refund, rights).

    `beside`: a name by which somebody signs, which counts for nothing.
    """
    words = names_of(view.brand)
    wanted = (words.names, words.products, *patterns_of(view.brand.claim.matters))
    texts = (item.text.replace(beside, " ") if beside else item.text for item in view.spoken)
    return any(pattern.search(text) for text in texts for pattern in wanted)


def _shows_official_address(view: View, author: Address) -> bool:
    """The words "assurance-maladie@info.ameli.fr" <x@evil.example>: the host part of the shown address or name."""
    for word in view.folded(author.display[:MAX_DISPLAY]).replace("@", " ").split():
        host = word.strip("<>()[]\"',;:")
        if "." in host and (view.brand.owns(host) or likeness(host, view.brand).grade is Grade.CERTAIN):
            return True
    return False
