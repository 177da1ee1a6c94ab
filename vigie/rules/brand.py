"""The Brand model: one TOML file per protected sender, each fact with its source and date."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


def _whole_date(value: object) -> object:
    """A year or a month as its first day: sources often tell no more."""
    return f"{value}-01-01"[:10] if isinstance(value, str) and len(value) in {4, 7} else value


Seen = Annotated[date, BeforeValidator(_whole_date)]
"""2026-11-22, or "2026-11", or "2026"."""


class Sourced(_Data):
    """A fact with its source: where it was published, when that was seen last, and how sure we are (H, M, L)."""

    source: str = Field(min_length=1)
    seen: Seen
    confidence: Literal["H", "M", "L"] = "H"
    expires: date | None = None
    """From then on somebody should look whether it still holds; None: with the brand's `review`. It never changes a verdict."""


class Sender(Sourced):
    """An official author address ("local@domain") or, where only the domain is known, "@domain" (subdomains not included)."""

    address: str


class Host(Sourced):
    """An official web host. With `subdomains`, every host below it too (whole labels)."""

    host: str
    subdomains: bool = False
    historic: bool = False


class Phone(Sourced):
    """An official number, digits only, national form ("3646", "0553356237"), or international with a leading +."""

    number: str


class Claim(_Data):
    """Words that name the brand. All are in `fold` form and match at word boundaries of folded text."""

    names: tuple[str, ...]
    """Say who speaks: enough in a display name, letterhead or signature."""
    products: tuple[str, ...] = ()
    """Name something of the brand's (carte vitale): a claim only together with a first person or a demand."""
    not_names: tuple[str, ...] = ()
    """Phrases that contain a name and name somebody else (a foreign body, a given name): blanked before names are matched."""
    issuer: tuple[str, ...] = ()
    """Patterns over folded clauses that only the issuer says; like a fact's patterns, but nothing that is denied."""
    matters: tuple[str, ...] = ()
    """Patterns of what the brand decides about people (a refund, rights, a card): an issuer's sentence says what becomes of it."""
    services: tuple[str, ...] = ()
    """Products whose name is a sender's too."""
    whole_names: tuple[str, ...] = ()
    """Name the speaker only as a whole display name, where the text names the brand too."""
    given_names: tuple[str, ...] = ()
    """Names that people bear too: with a family name beside them they name a person."""
    host_stems: tuple[str, ...] = ()
    """Stems that a lookalike domain is built of; alone as a label they pose as the brand."""
    host_weak_stems: tuple[str, ...] = ()
    """Stems that say so only beside one of `host_words`."""
    host_words: tuple[str, ...] = ()
    """Words of the brand's subject, as they are glued into host names."""
    subjects: tuple[str, ...] = ()
    """Words of the brand's subject that name nobody, as a sender may call his desk (ald, indemnites)."""
    innocent_words: tuple[str, ...] = ()
    """Words one typing error away from a stem that mean something else."""
    generic_stems: tuple[str, ...] = ()
    """Stems that are ordinary words under the top-level domains of `foreign_suffixes`."""
    foreign_suffixes: tuple[str, ...] = ()


class Fact(Sourced):
    """Something that the institution publicly denies: `id` names the pattern and the sentences that explain it."""

    id: str
    patterns: tuple[str, ...]
    """Regular expressions over folded clauses; linear, bounded."""
    says: dict[str, str] = Field(default_factory=dict)
    """By language: what the institution says about it, one sentence for the person who got the mail."""


class Neighbour(Sourced):
    """A body of its own whose mails name the brand or its products legitimately; the source says how its domains are known."""

    name: str
    domains: tuple[str, ...]


class Brand(_Data):
    """One protected sender. Facts carry over from here into rules; rules carry none of their own."""

    name: str
    title: dict[str, str]
    """By language, as people call it: fr = "l'Assurance Maladie"."""
    senders: tuple[Sender, ...]
    owned_domains: tuple[str, ...]
    """Registrable domains that the brand owns: an author there is official, not a lookalike; still unproven without authentication."""
    hosts: tuple[Host, ...]
    phones: tuple[Phone, ...] = ()
    claim: Claim
    facts: tuple[Fact, ...] = ()
    official: dict[str, str] = Field(default_factory=dict)
    """By language: what the institution says it never does, with its source."""
    advice: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By language: how to reach the real one."""
    neighbours: tuple[Neighbour, ...] = ()
    innocent_hosts: tuple[str, ...] = Field(default=())
    """Hosts that look like the brand's and are somebody else's harmless ones."""
    places: tuple[Host, ...] = ()
    """Hosts of other public bodies to which honest mails send people (public.toml): following a link there leads to no fraudster."""
    review: date | None = None
    """When somebody has to look through the whole file again."""
    spf_alone_proves: bool = False
    """For a brand that does not sign: its SPF pass proves, unless its policy lets in more than a few (S-52). None does so far."""

    def official_host(self, host: str) -> bool:
        """True where `host` (lower-case A-labels) is listed, or lies below a listed one with `subdomains`; other bodies' places too.

        Whole labels, never a substring: `assure.ameli.fr.evil.example` is not official.
        """
        name = host.rstrip(".")
        return _listed(name, self.hosts) or _listed(name, self.places)

    def own_host(self, host: str) -> bool:
        """True where `host` is one of the brand's own: showing it means to pose as the brand, which another body's does not."""
        return _listed(host.rstrip("."), self.hosts)

    def sourced(self) -> Iterator[tuple[str, Sourced]]:
        """Every fact of the file with a name for it, but for historic ones, which never change again."""
        yield from ((item.address, item) for item in self.senders)
        yield from ((item.host, item) for item in self.hosts if not item.historic)
        yield from ((item.number, item) for item in self.phones)
        yield from ((item.id, item) for item in self.facts)
        yield from ((item.name, item) for item in self.neighbours)

    def expired(self, today: date) -> tuple[str, ...]:
        """The facts that somebody should look at again. Nothing that judges asks for it."""
        return tuple(
            name
            for name, item in self.sourced()
            if (until := item.expires or self.review) is not None and until <= today
        )

    def official_author(self, addr: str, domain: str) -> bool:
        """True where the address is a published sender, or of a domain listed as a whole."""
        return any(item.address in (addr.lower(), "@" + domain) for item in self.senders)

    def owns(self, domain: str) -> bool:
        """True where `domain` is one of the brand's own, or below one."""
        return any(domain == own or domain.endswith("." + own) for own in self.owned_domains)


def _listed(name: str, hosts: tuple[Host, ...]) -> bool:
    return any(name == item.host or (item.subdomains and name.endswith("." + item.host)) for item in hosts)


class Public(_Data):
    """public.toml: what is no brand's own, and known to all of them."""

    hosts: tuple[Host, ...]
    phones: tuple[Phone, ...] = ()
    bodies: tuple[Neighbour, ...]


@cache
def public() -> Public:
    """The public places and the known bodies."""
    text = (resources.files(__package__) / "public.toml").read_text(encoding="utf-8")
    return Public.model_validate(tomllib.loads(text))


@cache
def load(name: str) -> Brand:
    """The brand of `brands/<name>.toml`. Raises KeyError for an unknown name, pydantic.ValidationError for a bad file."""
    path = resources.files(__package__) / "brands" / f"{name}.toml"
    if not path.is_file():
        raise KeyError(name)
    return completed(Brand.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))))


def completed(brand: Brand) -> Brand:
    """The brand with the public places, numbers and bodies, but for those that are its own."""
    known = public()
    own = {item.host for item in brand.hosts} | set(brand.owned_domains)
    numbers = {item.number for item in brand.phones}
    named = {domain for item in brand.neighbours for domain in item.domains}
    named |= {domain for body in known.bodies for domain in body.domains if brand.owns(domain)}
    others = ((body, tuple(domain for domain in body.domains if domain not in named)) for body in known.bodies)
    bodies = tuple(body.model_copy(update={"domains": domains}) for body, domains in others if domains)
    return brand.model_copy(
        update={
            "places": tuple(item for item in known.hosts if item.host not in own),
            "phones": (*brand.phones, *(item for item in known.phones if item.number not in numbers)),
            "neighbours": (*brand.neighbours, *bodies),
        }
    )


def names() -> tuple[str, ...]:
    """Every brand that is shipped, sorted."""
    folder = resources.files(__package__) / "brands"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))
