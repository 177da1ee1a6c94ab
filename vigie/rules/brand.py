"""The Brand model: one TOML file per protected sender, each fact with its source and date."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Sourced(_Data):
    """A fact with its source: where it was published, when, and how sure we are (H, M, L)."""

    source: str
    dated: str
    confidence: str = "H"


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
    expires: date | None = None
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
    phones: tuple[Phone, ...]
    claim: Claim
    facts: tuple[Fact, ...] = ()
    official: dict[str, str] = Field(default_factory=dict)
    """By language: what the institution says it never does, with its source."""
    advice: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By language: how to reach the real one."""
    neighbours: tuple[Neighbour, ...] = ()
    innocent_hosts: tuple[str, ...] = Field(default=())
    """Hosts that look like the brand's and are somebody else's harmless ones."""
    spf_alone_proves: bool = False
    """For a brand that does not sign: its SPF pass proves, unless its policy lets in more than a few (S-52). None does so far."""

    def official_host(self, host: str) -> bool:
        """True where `host` (lower-case A-labels) is listed, or lies below a listed one with `subdomains`.

        Whole labels, never a substring: `assure.ameli.fr.evil.example` is not official.
        """
        name = host.rstrip(".")
        return any(name == item.host or (item.subdomains and name.endswith("." + item.host)) for item in self.hosts)

    def official_author(self, addr: str, domain: str) -> bool:
        """True where the address is a published sender, or of a domain listed as a whole."""
        return any(item.address in (addr.lower(), "@" + domain) for item in self.senders)

    def owns(self, domain: str) -> bool:
        """True where `domain` is one of the brand's own, or below one."""
        return any(domain == own or domain.endswith("." + own) for own in self.owned_domains)


@cache
def load(name: str) -> Brand:
    """The brand of `brands/<name>.toml`. Raises KeyError for an unknown name, pydantic.ValidationError for a bad file."""
    path = resources.files(__package__) / "brands" / f"{name}.toml"
    if not path.is_file():
        raise KeyError(name)
    return Brand.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def names() -> tuple[str, ...]:
    """Every brand that is shipped, sorted."""
    folder = resources.files(__package__) / "brands"
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))
