"""Whose hand wrote a field in our border's name: ours on this passage, ours on an earlier one, or a stranger's.

A border must remove fields in its own name from what comes in (RFC 8601 section 5), and not all do. So an honest mail that
went out through a list or a forwarder and came back still carries what our border wrote the first time. There it stands in one
block with the Received field of that passage.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from vigie.auth_checks.trust import Trust
from vigie.message.types import Message

TRACE = re.compile(r"authentication-results|received-spf|arc-[a-z-]+|x-[!-~]+")
"""What a border writes beside its Received field, and what may stand between."""


class Hand(Enum):
    """Who wrote a field that carries our border's name."""

    OURS = auto()
    """It stands above our border's Received field: it is believed."""
    OURS_BELOW = auto()
    """It stands where this provider writes its own below it: neither believed nor a forgery."""
    EARLIER = auto()
    """It stands in the block that an earlier passage through our border leaves: a forger can build the same."""
    STRANGER = auto()


def hand_of(message: Message, trust: Trust, top: int, index: int) -> Hand:
    """Who wrote the field at `index`, which carries our name; `top` is the index of our border's Received field."""
    if index < top:
        return Hand.OURS
    if trust.preset.own_below == "anywhere":
        return Hand.OURS_BELOW
    if trust.preset.own_below == "next":
        return _under_a_hop(message, trust, top, index)
    below = index + 1
    while below < len(message.headers) and TRACE.fullmatch(message.headers[below].name):
        below += 1
    return Hand.EARLIER if _is_ours(message, trust, below) else Hand.STRANGER


def _under_a_hop(message: Message, trust: Trust, top: int, index: int) -> Hand:
    """The host writes one field of each name right below its Received field; a second one came with the message."""
    above = index - 1
    while above > top and TRACE.fullmatch(message.headers[above].name):
        if message.headers[above].name == message.headers[index].name:
            return Hand.STRANGER
        above -= 1
    if above == top:
        return Hand.OURS_BELOW
    return Hand.EARLIER if _is_ours(message, trust, above) else Hand.STRANGER


def _is_ours(message: Message, trust: Trust, index: int) -> bool:
    return any(hop.index == index and trust.is_border(hop.by) for hop in message.hops)
