"""How wide an SPF policy is. A pass that half the Internet can get says nothing about who sent (BreakSPF, S-52).

Counted over the whole policy, includes and all, and not over the mechanism that matched: who shares a sending service with the
brand is let in by another line of the same policy.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, field

from spftrace.errors import SpfPermError
from spftrace.parser import VERSION_RE, Record, Term, parse

from vigie.auth_checks.resolver import DnsFault, NoSuchName, Resolver

MOST = {4: 1 << 18, 6: 1 << 96}
"""Addresses, by IP version: four /16 networks; one /32, which is what a provider as a whole gets."""
MAX_POLICIES = 11
"""RFC 7208 section 4.6.4: ten includes and redirects below the domain's own policy."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(slots=True)
class _Count:
    """What the policies that were read let pass."""

    everybody: str = ""
    """The domain whose policy says `+all`."""
    networks: list[Network] = field(default_factory=list)
    elsewhere: dict[int, int] = field(default_factory=lambda: {4: 0, 6: 0})
    """Addresses around hosts (`a/16`), whose own addresses are not asked for: their number is known without."""

    def addresses(self, version: int) -> int:
        found = [network for network in self.networks if network.version == version]
        merged = ipaddress.collapse_addresses(found)  # type: ignore[type-var]  # of one version, which the type cannot say
        return self.elsewhere[version] + sum(network.num_addresses for network in merged)


def too_wide(domain: str, versions: tuple[int, ...], resolver: Resolver) -> str:
    """Why a pass of this domain's policy says nothing about who sent; "" where it does. Never raises.

    `versions`: of the IP addresses that are of interest. Policies that cannot be read now are not counted.
    """
    count = _Count()
    waiting, seen = [domain], set[str]()
    while waiting and len(seen) < MAX_POLICIES:
        name = waiting.pop(0).lower().removesuffix(".")
        if name not in seen:
            seen.add(name)
            waiting.extend(_add(name, count, resolver))
    if count.everybody:
        return f"the policy of {count.everybody} lets everybody pass"
    for version in versions:
        number = count.addresses(version)
        if number > MOST[version]:
            size = f"{number} addresses" if version == 4 else f"2^{number.bit_length() - 1} addresses"
            return f"the policy of {domain} lets {size} of IPv{version} pass"
    return ""


def _add(domain: str, count: _Count, resolver: Resolver) -> list[str]:
    """Adds what this policy lets pass; the names of the policies that it goes on to."""
    record = _policy(domain, resolver)
    if record is None:
        return []
    further = []
    for term in _evaluated(record):
        if term.name == "redirect" or (term.name == "include" and term.qualifier == "+"):
            further.append(term.arg or "")
        elif term.qualifier == "+":
            _let_in(term, domain, count)
    return [name for name in further if name and "%" not in name]


def _evaluated(record: Record) -> Iterator[Term]:
    """The mechanisms up to `all`, and `redirect` where there is no `all` (RFC 7208 sections 5.1, 6.1)."""
    for term in record.terms:
        if term.is_mechanism:
            yield term
            if term.name == "all":
                return
    if record.redirect is not None:
        yield record.redirect


def _let_in(term: Term, domain: str, count: _Count) -> None:
    if term.name == "all":
        count.everybody = count.everybody or domain
    elif term.name in {"ip4", "ip6"}:
        prefix = term.cidr4 if term.name == "ip4" else term.cidr6
        count.networks.append(ipaddress.ip_network(f"{term.arg}/{prefix}", strict=False))
    elif term.name in {"a", "mx"}:
        for version, bits, prefix in ((4, 32, term.cidr4), (6, 128, term.cidr6)):
            count.elsewhere[version] += 1 << (bits - (bits if prefix is None else prefix))


def _policy(domain: str, resolver: Resolver) -> Record | None:
    """The domain's one policy, where it has one that can be read."""
    try:
        texts = [record.decode("utf-8", "replace") for record in resolver.txt(domain)]
    except (NoSuchName, DnsFault):
        return None
    found = [text for text in texts if VERSION_RE.match(text)]
    try:
        return parse(found[0]) if len(found) == 1 else None
    except SpfPermError:
        return None
