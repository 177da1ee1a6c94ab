"""Which Received hop is ours: hence the client's IP, HELO and MAIL FROM, or why they are unknown.

Everything below the hop that our border MTA wrote was written by strangers and is never looked at (RFC 8601 section 5).
"""

from __future__ import annotations

import re

from vigie.auth_checks import receivedspf
from vigie.auth_checks.trust import PRIVATE, Trust, ip_address, plain_host, within
from vigie.auth_checks.types import BorderHop
from vigie.message.types import Hop, Message

MAX_HOPS = 50

SUBMITTED = frozenset({"ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA"})
"""Protocols of an authenticated user (RFC 3848, RFC 6531): what stands below was written by him, wherever he sits."""


def border_index(message: Message, trust: Trust) -> int | None:
    """The header index of the hop that our border wrote; None when it is unknown. What stands above it is ours."""
    hop = _walk(message, trust)
    return hop.index if isinstance(hop, Hop) else None


def find_border(message: Message, trust: Trust) -> BorderHop:
    """What our border saw of the SMTP client. Never raises; without trust settings it is simply unknown."""
    hop = _walk(message, trust)
    if not isinstance(hop, Hop):
        return BorderHop(found=False, reason=hop)
    learned = receivedspf.beside(message, trust, hop)
    return BorderHop(
        found=True,
        reason=f"Received by {hop.by}, from a client that is not ours",
        client_ip=str(ip_address(_client(message, trust, hop))),
        helo=plain_host(hop.helo or (learned.helo if learned else "")),
        mail_from=_mail_from(message, hop, learned.envelope_from if learned else None),
        above=tuple(_shown(ours.by) for ours in message.hops if ours.index < hop.index),
    )


def _walk(message: Message, trust: Trust) -> Hop | str:
    """From the newest hop down while we wrote it, to the first client that is not ours; else why there is none."""
    if not trust.knows_border:
        return "no border_hosts in [trust]"
    if not message.hops:
        return "the message has no Received field"
    for hop in message.hops[:MAX_HOPS]:
        if not trust.is_border(hop.by):
            return f"the Received field of {_shown(hop.by)} stands above any of a border host"
        if hop.with_.upper().startswith("LMTP"):
            continue  # RFC 2033 section 5: never over the Internet, whatever the address
        client = _client(message, trust, hop)
        if ip_address(client) is None:
            if trust.is_inner(hop.by) or _mere_transit(hop, trust):
                continue
            # Without an address we cannot tell a stranger from ourselves, and the field below may be his.
            return f"the Received field of {_shown(hop.by)} names no client address, or several"
        if trust.is_relay(client):
            if hop.with_.upper() in SUBMITTED:  # S-65
                return f"the message was submitted by an authenticated user of {_shown(hop.by)}"
            continue
        if within(client, PRIVATE):
            return f"the Received field of {_shown(hop.by)} names a private address that [trust] relays does not"
        return hop
    return "every Received field names a client of ours"


def _mere_transit(hop: Hop, trust: Trust) -> bool:
    """The field tells of no client at all, and its by-host is an address of ours (Gmail's inner hops)."""
    return hop.raw[:3].lower() == "by " and within(hop.by, trust.relays)


def _client(message: Message, trust: Trust, hop: Hop) -> str:
    """The client's address: from the field itself, else from our own Received-SPF right above it."""
    if hop.ip:
        return hop.ip
    learned = receivedspf.beside(message, trust, hop)
    return learned.client_ip if learned else ""


def _mail_from(message: Message, hop: Hop, learned: str | None) -> str | None:
    """The envelope sender: from the border's own field, else from a Return-Path or Received-SPF that was put above it."""
    if hop.envelope_from is not None:
        return hop.envelope_from
    for header in message.headers:
        if header.index >= hop.index:
            break
        if header.name == "return-path":
            return _path(header.raw.decode("utf-8", "replace"))
    return learned


def _path(text: str) -> str:
    """The reverse-path without its brackets; "" is the null one. Nothing else is interpreted (S-02, S-05)."""
    bare = re.sub(r"\r?\n[ \t]+", "", text).strip()
    return bare[1:-1] if bare.startswith("<") and bare.endswith(">") else bare


def _shown(host: str) -> str:
    return "".join(char for char in host[:80] if char.isprintable()) or "an unnamed host"
