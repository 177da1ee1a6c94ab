"""Which Received hop is ours: hence the client's IP, HELO and MAIL FROM, or why they are unknown.

Everything below the hop that our border MTA wrote was written by strangers and is never looked at (RFC 8601 section 5).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from vigie.auth_checks.providers import PRESETS
from vigie.auth_checks.settings import TrustSettings
from vigie.auth_checks.types import BorderHop
from vigie.message.types import Hop, Message

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""A content filter hands the message back to its own MTA over loopback: such a hop is never the border."""
MAX_HOPS = 50

ADDRESS = re.compile(r"(?<![\w.-])(?:[Ii][Pp][Vv]6:)?[0-9A-Fa-f:.]{2,45}(?![\w.-])")


@dataclass(frozen=True, slots=True)
class Trust:
    """`[trust]` with the preset of a provider put in."""

    border_hosts: tuple[str, ...]
    relays: tuple[Network, ...]
    authserv_ids: tuple[str, ...]

    def is_border(self, host: str) -> bool:
        """The by-host is one of ours; `.example.org` stands for every host below example.org, never for a mere ending."""
        host = _host(host)
        return bool(host) and any(
            host.endswith(ours) if ours.startswith(".") else host == ours for ours in self.border_hosts
        )

    def is_relay(self, ip: str) -> bool:
        """The client is one of our own machines."""
        address = ip_address(ip)
        return address is not None and any(
            address in network for network in (*LOOPBACK, *self.relays) if network.version == address.version
        )

    def is_ours(self, authserv_id: str) -> bool:
        """Results of that authserv-id claim to be ours (compared without case, RFC 8601 section 2.5)."""
        return _host(authserv_id) in self.authserv_ids or any(
            _host(authserv_id).endswith(ours) for ours in self.authserv_ids if ours.startswith(".")
        )


def trust_of(settings: TrustSettings) -> Trust:
    """The settings in the form in which they are compared. A relay that is no network trusts nothing."""
    preset = PRESETS[settings.provider] if settings.provider else TrustSettings()
    relays = []
    for text in (*preset.relays, *settings.relays):
        try:
            relays.append(ipaddress.ip_network(text.strip(), strict=False))
        except ValueError:
            continue
    return Trust(
        border_hosts=tuple(filter(None, map(_host, (*preset.border_hosts, *settings.border_hosts)))),
        relays=tuple(relays),
        authserv_ids=tuple(filter(None, map(_host, (*preset.authserv_ids, *settings.authserv_ids)))),
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


def border_index(message: Message, trust: Trust) -> int | None:
    """The header index of the hop that our border wrote; None when it is unknown. What stands above it is ours."""
    hop = _walk(message, trust)
    return hop.index if isinstance(hop, Hop) else None


def find_border(message: Message, trust: Trust) -> BorderHop:
    """What our border saw of the SMTP client. Never raises; without trust settings it is simply unknown."""
    hop = _walk(message, trust)
    if not isinstance(hop, Hop):
        return BorderHop(found=False, reason=hop)
    return BorderHop(
        found=True,
        reason=f"Received by {hop.by}, from a client that is not ours",
        client_ip=str(ip_address(hop.ip)),
        helo=_host(hop.helo),
        mail_from=_mail_from(message, hop),
        authserv_id=hop.by.lower(),
    )


def _walk(message: Message, trust: Trust) -> Hop | str:
    """From the newest hop down while we wrote it, to the first client that is not ours; else why there is none."""
    if not trust.border_hosts:
        return "no border_hosts in [trust]"
    if not message.hops:
        return "the message has no Received field"
    for hop in message.hops[:MAX_HOPS]:
        if not trust.is_border(hop.by):
            return f"the Received field of {_shown(hop.by)} stands above any of a border host"
        if trust.is_relay(hop.ip):
            if all(trust.is_relay(address) for address in _client_addresses(hop)):
                continue
            # A client's HELO may hold an address of ours, to lead us below the real border.
            return f"the Received field of {_shown(hop.by)} names several client addresses"
        if ip_address(hop.ip) is not None:
            return hop
        if not hop.with_.upper().startswith("LMTP"):
            # Without an address we cannot tell a stranger from ourselves, and the field below may be his.
            return f"the Received field of {_shown(hop.by)} names no client address"
    return "every Received field names a client of ours"


def _client_addresses(hop: Hop) -> list[str]:
    """Every address that the field gives for its client, whatever the notation."""
    return [found for found in ADDRESS.findall(hop.raw.rpartition(" by ")[0]) if ip_address(found) is not None]


def _mail_from(message: Message, hop: Hop) -> str | None:
    """The envelope sender: from the border's own field, else from a Return-Path that was put above it."""
    if hop.envelope_from is not None:
        return _path(hop.envelope_from)
    for header in message.headers:
        if header.index >= hop.index:
            break
        if header.name == "return-path":
            return _path(header.raw.decode("utf-8", "replace"))
    return None


def _path(text: str) -> str:
    """The reverse-path without its brackets; "" is the null one. Nothing else is interpreted (S-02, S-05)."""
    bare = re.sub(r"\r?\n[ \t]+", "", text).strip()
    return bare[1:-1] if bare.startswith("<") and bare.endswith(">") else bare


def _host(text: str) -> str:
    return text.strip().lower().removesuffix(".")


def _shown(host: str) -> str:
    return "".join(char for char in host[:80] if char.isprintable()) or "an unnamed host"
