"""`[trust]` in the form in which header fields are compared with it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace

from vigie.auth_checks.providers import NO_PRESET, PRESETS, Preset
from vigie.auth_checks.settings import TrustSettings

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""A content filter hands the message back to its own MTA over loopback: such a hop is never the border."""
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16"),
        *("fc00::/7", "fe80::/10"),
    )
)
"""Nobody reaches a border from the Internet with such an address."""


@dataclass(frozen=True, slots=True)
class Trust:
    """The admin's own words and those of the preset, put together."""

    border_hosts: tuple[str, ...]
    relays: tuple[Network, ...]
    authserv_ids: tuple[str, ...]
    preset: Preset = NO_PRESET

    @property
    def knows_border(self) -> bool:
        """Some by-host is ours."""
        return bool(self.border_hosts or self.preset.patterns)

    def is_border(self, host: str) -> bool:
        """The by-host is one of ours; `.example.org` stands for every host below example.org, never for a mere ending."""
        return self.names_border(host) or self.is_inner(host) or within(host, self.relays)

    def names_border(self, host: str) -> bool:
        """The host is a border host by its name, as a server would call itself."""
        host = plain_host(host)
        return named(host, self.border_hosts) or any(pattern.fullmatch(host) for pattern in self.preset.patterns)

    def is_inner(self, host: str) -> bool:
        """The by-host never faces the Internet, says the preset."""
        return named(plain_host(host), self.preset.inner_hosts)

    def is_relay(self, ip: str) -> bool:
        """The client is one of our own machines."""
        return within(ip, (*LOOPBACK, *self.relays))

    def is_ours(self, authserv_id: str) -> bool:
        """Results of that authserv-id claim to be ours (compared without case, RFC 8601 section 2.5)."""
        return named(plain_host(authserv_id), self.authserv_ids)


def trust_of(settings: TrustSettings) -> Trust:
    """The settings with the preset of their provider put in. A relay that is no network trusts nothing."""
    preset = PRESETS[settings.provider] if settings.provider else NO_PRESET
    if settings.results_below and not preset.own_below:
        preset = replace(preset, own_below="next")
    relays = []
    for text in (*preset.relays, *settings.relays):
        try:
            relays.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            continue
    return Trust(
        border_hosts=tuple(filter(None, map(plain_host, (*preset.border_hosts, *settings.border_hosts)))),
        relays=tuple(relays),
        authserv_ids=tuple(filter(None, map(plain_host, (*preset.authserv_ids, *settings.authserv_ids)))),
        preset=preset,
    )


def ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address of a Received field: brackets and the `IPv6:` prefix of RFC 5321 section 4.1.3 are taken off."""
    bare = text.strip().strip("[]")
    if bare.lower().startswith("ipv6:"):
        bare = bare[5:]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def within(ip: str, networks: tuple[Network, ...]) -> bool:
    """The text is an address of one of these networks."""
    address = ip_address(ip)
    return address is not None and any(address in network for network in networks if network.version == address.version)


def named(host: str, ours: tuple[str, ...]) -> bool:
    """The plain host is one of these, or lies below one that starts with a dot."""
    return bool(host) and any(host.endswith(name) if name.startswith(".") else host == name for name in ours)


def plain_host(text: str) -> str:
    """A host name as it is compared: lower-case, without a final dot."""
    return text.strip().lower().removesuffix(".")
