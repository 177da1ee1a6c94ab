"""Received-SPF of our own border (RFC 7208 section 9.1): what it found, and what it saw of the client.

A field is believed when `receiver` is one of our names and it stands above our border's Received field. Nothing in it is taken
from its comment, which repeats what the client said. It has no ancestor in our name below the border but a forged one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from vigie.auth_checks.authres import WORST
from vigie.auth_checks.lexer import BLANKS, KEYWORD, MAX_FIELD, FieldError, Lexer
from vigie.auth_checks.passages import Hand, hand_of
from vigie.auth_checks.spf import ADDR_SPEC, WORDS
from vigie.auth_checks.trust import Trust, ip_address, plain_host
from vigie.auth_checks.types import BorderHop, Provenance, SpfResult, Status
from vigie.message.types import Header, Hop, Message

MAX_FIELDS = 20
MAX_PAIRS = 30

KEY = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
VALUE = re.compile(r"""[^\s;()"\\]*""")
HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?\.?")

OLDER = {"error": Status.TEMPERROR, "unknown": Status.PERMERROR}
"""Result words of RFC 4408 section 2.5 and before, with their heirs."""


@dataclass(frozen=True, slots=True)
class ReceivedSpf:
    """One field. `pairs` has lower-case keys; a path is without its angle brackets."""

    status: Status
    pairs: dict[str, str] = field(default_factory=dict)

    @property
    def client_ip(self) -> str:
        """The address in its usual form; "" where there is none."""
        address = ip_address(self.pairs.get("client-ip", ""))
        return str(address) if address is not None else ""

    @property
    def helo(self) -> str:
        """What the client said, where it is a host name; else ""."""
        said = self.pairs.get("helo", "")
        return plain_host(said) if HOST.fullmatch(said) else ""

    @property
    def envelope_from(self) -> str | None:
        """MAIL FROM; "" is the null one, None: unsaid."""
        return self.pairs.get("envelope-from")


@dataclass(frozen=True, slots=True)
class SpfFields:
    """What the Received-SPF fields of a message are to us."""

    believed: tuple[ReceivedSpf, ...] = ()
    forged: bool = False
    """One in our name came with the message."""
    earlier: bool = False
    """One in our name stands where an earlier passage through our border leaves it."""

    def result(self, border: BorderHop) -> SpfResult | None:
        """The worst that they say of the client and the envelope sender that our border saw; None where they say nothing."""
        found = [pair for read in self.believed if (pair := _of(read, border)) is not None]
        if not found:
            return None
        status, domain = min(found, key=lambda pair: WORST.index(pair[0]))
        return SpfResult(status, domain, Provenance.BORDER, f"our border's Received-SPF says {status} for {domain}")


def spf_fields(message: Message, trust: Trust, top: int | None) -> SpfFields:
    """The believed fields, and whether others carry our name. `top`: index of our border's Received field. Never raises."""
    if top is None:
        return SpfFields()
    believed: list[ReceivedSpf] = []
    hands: set[Hand] = set()
    for header, read in _ours(message.headers, trust):
        hand = hand_of(message, trust, top, header.index)
        if hand is Hand.OURS:
            believed.append(read)
        hands.add(hand)
    return SpfFields(tuple(believed), Hand.STRANGER in hands, Hand.EARLIER in hands)


def beside(message: Message, trust: Trust, hop: Hop) -> ReceivedSpf | None:
    """The one field in our name right above this hop of ours, which its host wrote with it; None where there are several.

    Only for a hop above which everything is ours.
    """
    above = [other.index for other in message.hops if other.index < hop.index]
    block = message.headers[max(above, default=-1) + 1 : hop.index]
    found = [read for _, read in _ours(block, trust)]
    if len(found) != 1 or (hop.ip and hop.ip != found[0].client_ip):
        return None
    return found[0]


def parse(text: str) -> ReceivedSpf:
    """The field body of one Received-SPF. Raises FieldError."""
    if len(text) > MAX_FIELD:
        raise FieldError("longer than 16 KB")
    if "\0" in text:
        raise FieldError("a NUL stands in the field")
    lexer = Lexer(text)
    lexer.skip()
    word = lexer.need(KEYWORD, "a result").lower()
    status = WORDS.get(word) or OLDER.get(word)
    if status is None:
        raise FieldError("no result of SPF")
    pairs: dict[str, str] = {}
    while lexer.more():
        key, value = _pair(lexer)
        # The same key twice names two clients: a HELO or an envelope sender may have brought one of them.
        if pairs.setdefault(key, value) != value or len(pairs) > MAX_PAIRS:
            raise FieldError("a key stands twice, or too many do")
        if lexer.more():
            lexer.expect(";")
    return ReceivedSpf(status, pairs)


def _pair(lexer: Lexer) -> tuple[str, str]:
    key = lexer.need(KEY, "a key").lower()
    lexer.skip()
    lexer.expect("=")
    lexer.take(BLANKS)
    value = lexer.value() if lexer.peek() == '"' else lexer.take(VALUE)
    if not lexer.at_end_of_result() and not lexer.peek().isspace():
        raise FieldError("something is glued to a value")
    if value.startswith("<") and value.endswith(">"):
        value = value[1:-1]
    return key, value


def _ours(headers: tuple[Header, ...], trust: Trust) -> Iterator[tuple[Header, ReceivedSpf]]:
    """The readable fields whose receiver is one of our names."""
    fields = [header for header in headers if header.name == "received-spf"]
    for header in fields[:MAX_FIELDS]:
        try:
            read = parse(header.raw[: MAX_FIELD + 1].decode("utf-8", "replace"))
        except FieldError:
            continue
        receiver = read.pairs.get("receiver", "")
        if trust.is_ours(receiver) or trust.names_border(receiver):
            yield header, read


def _of(read: ReceivedSpf, border: BorderHop) -> tuple[Status, str] | None:
    """The result and the domain it is about; None where the field is about another client or names no identity (S-01)."""
    if not border.found or read.client_ip != border.client_ip:
        return None
    sender = read.envelope_from
    if sender is None or (border.mail_from is not None and border.mail_from.lower() != sender.lower()):
        return None
    if sender == "":
        # RFC 7208 section 2.4: only with the null reverse-path does HELO speak for the sender
        return (read.status, read.helo) if read.helo else None
    match = ADDR_SPEC.fullmatch(sender)
    if match is None or read.pairs.get("identity", "mailfrom").lower() != "mailfrom":
        return None
    return read.status, match[1].lower()
