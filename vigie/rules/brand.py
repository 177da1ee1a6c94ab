"""The Brand model: one TOML file per protected sender, each fact with its source and date."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vigie.rules.schemas import Address, Domain, Number, Pattern, Seen, Word, told
from vigie.rules.types import Label

MAX_FILE = 256 * 1024
UNREADABLE = "ne peut pas être lu : vérifiez le chemin et les droits"
MAX_PACKS = 50
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAME = re.compile(r"[a-z][a-z0-9-]{1,39}")


class BrandError(ValueError):
    """A pack that cannot be used. The text is one line, also in `french`: the file, the place in it, what is wrong."""

    temporary = False

    def __init__(self, place: str, english: str, french: str) -> None:
        self.french = " ".join(f"{place} : {french}".split())
        super().__init__(" ".join(f"{place}: {english}".split()))


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Sourced(_Data):
    """A fact with its source: where it was published, when that was seen last, and how sure we are (H, M, L)."""

    source: str = Field(min_length=1)
    seen: Seen
    confidence: Literal["H", "M", "L"] = "H"
    expires: date | None = None
    """From then on somebody should look whether it still holds; None: with the brand's `review`. It never changes a verdict."""


class Sender(Sourced):
    """An official author address ("local@domain") or, where only the domain is known, "@domain" (subdomains not included)."""

    address: Address


class Host(Sourced):
    """An official web host. With `subdomains`, every host below it too (whole labels)."""

    host: Domain
    subdomains: bool = False
    historic: bool = False


class Phone(Sourced):
    """An official number, digits only, national form ("3646", "0553356237"), or international with a leading +."""

    number: Number


class Claim(_Data):
    """Words that name the brand. All are in `fold` form and match at word boundaries of folded text."""

    names: tuple[Word, ...]
    """Say who speaks: enough in a display name, letterhead or signature."""
    products: tuple[Word, ...] = ()
    """Name something of the brand's (carte vitale): a claim only together with a first person or a demand."""
    not_names: tuple[Word, ...] = ()
    """Phrases that contain a name and name somebody else (a foreign body, a given name): blanked before names are matched."""
    issuer: tuple[Pattern, ...] = ()
    """Patterns over folded clauses that only the issuer says; like a fact's patterns, but nothing that is denied."""
    slips: tuple[tuple[Pattern, str], ...] = ()
    """How a name is miswritten among words of the brand's, as patterns over folded text, and what is meant."""
    matters: tuple[Pattern, ...] = ()
    """Patterns of what the brand decides about people (a refund, rights, a card): an issuer's sentence says what becomes of it."""
    services: tuple[Word, ...] = ()
    """Products whose name is a sender's too."""
    whole_names: tuple[Word, ...] = ()
    """Name the speaker only as a whole display name, where the text names the brand too."""
    given_names: tuple[Word, ...] = ()
    """Names that people bear too: with a family name beside them they name a person."""
    host_stems: tuple[Word, ...] = ()
    """Stems that a lookalike domain is built of; alone as a label they pose as the brand."""
    host_weak_stems: tuple[Word, ...] = ()
    """Stems that say so only beside one of `host_words`."""
    host_ordinary_stems: tuple[Word, ...] = ()
    """Weak stems that are words of everyday language (an adjective, a given name): glue beside them says nothing."""
    host_words: tuple[Word, ...] = ()
    """Words of the brand's subject, as they are glued into host names."""
    subjects: tuple[Word, ...] = ()
    """Words of the brand's subject that name nobody, as a sender may call his desk (ald, indemnites)."""
    own_words: tuple[Word, ...] = ()
    """Words of the brand's trade that would otherwise speak for another body (cotisation, offre d'emploi, mutuelle), or parts of them."""
    addressing: tuple[Pattern, ...] = ()
    """Patterns by which it alone addresses people (cher assuré)."""
    not_issuer: tuple[Pattern, ...] = ()
    """Patterns of clauses that name it and that others say."""
    innocent_words: tuple[str, ...] = ()
    """Words one typing error away from a stem that mean something else."""
    generic_stems: tuple[str, ...] = ()
    """Stems that are ordinary words under the top-level domains of `foreign_suffixes`."""
    foreign_suffixes: tuple[str, ...] = ()


class Fact(Sourced):
    """Something that the institution publicly denies: `id` names the pattern and the sentences that explain it."""

    id: str
    patterns: tuple[Pattern, ...]
    """What contradicts it, clause by clause."""
    says: dict[str, str] = Field(default_factory=dict)
    """By language: what the institution says about it, one sentence for the person who got the mail."""


class Neighbour(Sourced):
    """A body of its own whose mails name the brand or its products legitimately; the source says how its domains are known."""

    name: str
    domains: tuple[Domain, ...]


class Sample(_Data):
    """A short mail that the pack is held to: a genuine one, a false one, or somebody else's that names the brand."""

    kind: Literal["genuine", "false", "other"]
    """Genuine: signed by its author's domain. False and other: their own domain, where it is not the brand's, is authenticated too."""
    author: str = Field(max_length=300)
    subject: str = Field(max_length=300)
    body: str = Field(max_length=20_000)
    links: tuple[str | tuple[str, str], ...] = Field(default=(), max_length=20)
    """Addresses, or [shown text, address] pairs, below the text."""
    accept: tuple[Label, ...] = ()
    """The verdicts that are right; left out: genuine, impersonation, unrelated, as its kind says."""

    @property
    def accepted(self) -> tuple[Label, ...]:
        """`accept`, or what the kind says."""
        usual = {"genuine": Label.GENUINE, "false": Label.IMPERSONATION, "other": Label.UNRELATED}
        return self.accept or (usual[self.kind],)


class Brand(_Data):
    """One protected sender. Facts carry over from here into rules; rules carry none of their own."""

    name: str
    title: dict[str, str]
    """By language, as people call it: fr = "l'Assurance Maladie"."""
    senders: tuple[Sender, ...]
    owned_domains: tuple[Domain, ...]
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
    """Hosts of others to which honest mails send people, beside those of public.toml: following a link there leads to no fraudster."""
    samples: tuple[Sample, ...] = Field(default=(), max_length=200)
    """Mails that the pack is held to (trials.py)."""
    review: date | None = None
    """When somebody has to look through the whole file again."""
    spf_alone_proves: bool = False
    """For a brand that does not sign: its SPF pass proves, unless its policy lets in more than a few (S-52). None does so far."""

    def official_host(self, host: str) -> bool:
        """True where `host` (lower-case A-labels) is listed, or lies below a listed one with `subdomains`; other bodies' places too.

        Whole labels, never a substring: `assure.ameli.fr.evil.example` is not official.
        """
        name = host.rstrip(".")
        return self._hosts_listed.hold(name) or self._places_listed.hold(name)

    def own_host(self, host: str) -> bool:
        """True where `host` is one of the brand's own: showing it means to pose as the brand, which another body's does not."""
        return self._hosts_listed.hold(host.rstrip("."))

    @cached_property
    def _hosts_listed(self) -> _Listed:
        return _Listed(self.hosts)

    @cached_property
    def _places_listed(self) -> _Listed:
        return _Listed(self.places)

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


class _Listed:
    """A list of hosts, prepared: a thousand links ask it seven times each."""

    __slots__ = ("_above", "_all")

    def __init__(self, hosts: tuple[Host, ...]) -> None:
        self._all = frozenset(item.host for item in hosts)
        self._above = frozenset(item.host for item in hosts if item.subdomains)

    def hold(self, name: str) -> bool:
        """The name, in lower-case A-labels, is listed, or lies below one that is listed with `subdomains`."""
        if name in self._all:
            return True
        _, dot, above = name.partition(".")
        while dot:
            if above in self._above:
                return True
            _, dot, above = above.partition(".")
        return False


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
def load(name: str, folder: Path | None = None) -> Brand:
    """The brand of `brands/<name>.toml`, or of `folder` where it is not shipped.

    Raises KeyError for an unknown name, BrandError for a bad file.
    """
    path = resources.files(__package__) / "brands" / f"{name}.toml"
    if _NAME.fullmatch(name) and path.is_file():
        return read(path.read_text(encoding="utf-8"), f"{name}.toml")
    if folder is None or name not in names(folder):
        raise KeyError(name)
    own = folder / f"{name}.toml"
    try:
        with own.open("rb") as stream:
            raw = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise BrandError(
            str(own), f"it cannot be read: {error.strerror}", "ne peut pas être lu : vérifiez le chemin et les droits"
        ) from None
    if len(raw) > MAX_FILE:
        raise BrandError(str(own), f"more than {MAX_FILE // 1024} KB", f"plus de {MAX_FILE // 1024} Ko")
    if raw.startswith(_UTF_16):
        raise BrandError(str(own), "it is UTF-16: save it as UTF-8", "est en UTF-16 : enregistrez-le en UTF-8")
    found = read(raw.decode("utf-8-sig", "replace"), str(own))
    if found.name != name:
        wanted = f'name = "{name}"'
        raise BrandError(str(own), f"{wanted} is needed, as the file is called", f"il faut {wanted}, comme le fichier")
    return found


def read(text: str, called: str) -> Brand:
    """The brand that stands in the TOML text, completed. `called` names the file in the BrandError that a bad one raises."""
    try:
        return completed(Brand.model_validate(tomllib.loads(text)))
    except tomllib.TOMLDecodeError as error:
        raise BrandError(called, str(error), f"TOML incorrect : {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise BrandError(f"{called}: {place}", *told(first, place)) from None


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
            "places": (*brand.places, *(item for item in known.hosts if item.host not in own)),
            "phones": (*brand.phones, *(item for item in known.phones if item.number not in numbers)),
            "neighbours": (*brand.neighbours, *bodies),
        }
    )


def names(folder: Path | None = None) -> tuple[str, ...]:
    """Every brand that is shipped or lies in `folder`, sorted. Raises BrandError where the folder cannot be used."""
    shipped = {item.name.removesuffix(".toml") for item in (resources.files(__package__) / "brands").iterdir()}
    shipped = {name for name in shipped if _NAME.fullmatch(name)}
    if folder is None:
        return tuple(sorted(shipped))
    try:
        own = [path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")]
    except OSError as error:
        raise BrandError(
            str(folder),
            f"it cannot be read: {error.strerror}",
            "ne peut pas être lu : vérifiez le chemin et les droits",
        ) from None
    if len(own) > MAX_PACKS:
        raise BrandError(str(folder), f"more than {MAX_PACKS} packs", f"plus de {MAX_PACKS} fichiers")
    for name in own:
        path = str(folder / f"{name}.toml")
        if name in shipped:
            raise BrandError(
                path, "Vigie has a pack of that name; call yours otherwise", "Vigie a déjà une marque de ce nom"
            )
        if not _NAME.fullmatch(name):
            raise BrandError(
                path, "lower-case letters, digits and hyphens alone", "minuscules, chiffres et tirets seulement"
            )
    return tuple(sorted((*shipped, *own)))
