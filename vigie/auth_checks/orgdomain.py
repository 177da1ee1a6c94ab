"""The organizational domain by the DNS tree walk of RFC 9989 section 4.10, at most eight questions a walk.

Only published records unite domains: where the walk finds none, a domain is its own organizational domain. The Public
Suffix List widens nothing; it only keeps a registry's record from uniting its customers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vigie.auth_checks.resolver import NoSuchName, Resolver
from vigie.message.suffixes import registries

MAX_LABELS = 8
"""RFC 9989 section 4.10: a longer name is cut to seven labels after the first question."""
MAX_RECORD = 4096

VERSION = re.compile(r"\s*v\s*=\s*DMARC1\s*(?:;|$)")
POLICIES = frozenset({"none", "quarantine", "reject"})


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """One DMARC policy record, with the defaults of RFC 9989 section 4.7 put in. Unknown tags are ignored."""

    domain: str
    """The name that it speaks for, without `_dmarc.`."""
    policy: str
    subdomain_policy: str
    nonexistent_policy: str
    strict_dkim: bool
    strict_spf: bool
    psd: str
    """y, n or u."""
    testing: bool
    says_sp: bool
    says_np: bool


@dataclass(frozen=True, slots=True)
class Walk:
    """What one tree walk found."""

    start: str
    records: tuple[DmarcRecord, ...]
    """In the order of the walk: the longest name first."""
    organizational_domain: str
    found_by: str

    def record(self) -> DmarcRecord | None:
        """The record that applies (section 4.10.1): the start's own, else the organizational domain's, else a psd=y one."""
        wanted = (self.start, self.organizational_domain)
        for name in wanted:
            for record in self.records:
                if record.domain == name:
                    return record
        return next((record for record in self.records if record.psd == "y"), None)


def walk(domain: str, resolver: Resolver) -> Walk:
    """The tree walk from `domain` (lower-case A-labels). Raises DnsFault: half a walk decides nothing."""
    records: list[DmarcRecord] = []
    for name in names_to_ask(domain):
        record = _record_at(name, resolver)
        if record is None:
            continue
        records.append(record)
        if record.psd in {"y", "n"}:
            break
    organizational, found_by = _organizational(domain, tuple(records))
    return Walk(domain, tuple(records), organizational, found_by)


def names_to_ask(domain: str) -> tuple[str, ...]:
    """The names whose `_dmarc` is asked, in order; eight at most (RFC 9989 section 4.10, steps 1 and 4)."""
    labels = domain.split(".")
    rest = labels[1:] if len(labels) < MAX_LABELS else labels[-(MAX_LABELS - 1) :]
    return (domain, *(".".join(rest[start:]) for start in range(len(rest))))


def registrable(domain: str) -> str:
    """The domain below its public suffix (ICANN section of the list); the domain itself where it is a suffix."""
    return registries().privatesuffix(domain) or domain


def parse_record(text: bytes, domain: str) -> DmarcRecord | None:
    """The record, or None when the text is none. `v=DMARC1` must come first (RFC 9989 section 4.7)."""
    if len(text) > MAX_RECORD:
        return None
    decoded = text.decode("utf-8", "replace")
    if VERSION.match(decoded) is None:
        return None
    tags: dict[str, str] = {}
    for tag in decoded.split(";"):
        name, equals, value = tag.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip().lower())
    policy = tags.get("p", "none")
    if policy not in POLICIES:
        policy = "none"
    subdomain = tags["sp"] if tags.get("sp") in POLICIES else policy
    psd = tags.get("psd", "u")
    return DmarcRecord(
        domain=domain,
        policy=policy,
        subdomain_policy=subdomain,
        nonexistent_policy=tags["np"] if tags.get("np") in POLICIES else subdomain,
        strict_dkim=tags.get("adkim") == "s",
        strict_spf=tags.get("aspf") == "s",
        psd=psd if psd in {"y", "n"} else "u",
        testing=tags.get("t") == "y",
        says_sp=tags.get("sp") in POLICIES,
        says_np=tags.get("np") in POLICIES,
    )


def _record_at(name: str, resolver: Resolver) -> DmarcRecord | None:
    """The one valid record there; several are none at all, and stray text does not stop the walk (step 2)."""
    try:
        texts = resolver.txt(f"_dmarc.{name}")
    except NoSuchName:
        return None
    found = [record for text in texts if (record := parse_record(text, name)) is not None]
    return found[0] if len(found) == 1 else None


def _organizational(start: str, records: tuple[DmarcRecord, ...]) -> tuple[str, str]:
    """RFC 9989 section 4.10.2: psd=n, else one label below psd=y, else the shortest name with a record, else the start."""
    for record in records:
        if record.psd == "n":
            return record.domain, f"psd=n at _dmarc.{record.domain}"
        if record.psd == "y" and record.domain != start:
            return _one_below(start, record.domain), f"psd=y at _dmarc.{record.domain}"
    # Stricter than the RFC: a record of a public suffix that does not say psd=y would align the whole registry (S-55).
    usable = [record for record in records if record.domain == start or not _is_suffix(record.domain)]
    if usable:
        shortest = min(usable, key=lambda record: record.domain.count("."))
        return shortest.domain, f"the record at _dmarc.{shortest.domain}"
    if records:
        return start, f"itself: the only record, at _dmarc.{records[-1].domain}, is a public suffix's without psd=y"
    return start, "itself: no DMARC record on the walk"


def _one_below(domain: str, suffix: str) -> str:
    labels = domain.split(".")
    return ".".join(labels[-(suffix.count(".") + 2) :])


def _is_suffix(domain: str) -> bool:
    return registries().is_public(domain)
