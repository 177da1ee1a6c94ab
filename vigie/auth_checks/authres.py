"""Authentication-Results of our own servers (RFC 8601), and results in our name that only a stranger can have put there.

A field is believed when its authserv-id is ours and it stands above the Received field of our border, for everything
below that was in the message when it reached us (section 5). One of ours below it is a forgery: a border must remove
such fields. Where no border hop is known, above and below cannot be told apart: nothing is believed, nobody is accused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vigie.auth_checks.lexer import BLANKS, KEYWORD, MAX_FIELD, PVALUE, FieldError, Lexer
from vigie.auth_checks.passages import Hand, hand_of
from vigie.auth_checks.spf import ADDR_SPEC
from vigie.auth_checks.trust import Trust, plain_host
from vigie.auth_checks.types import DmarcResult, Provenance, SpfResult, Status
from vigie.message.types import Header, Message

MAX_FIELDS = 50
MAX_RESULTS = 100

INSTANCE = re.compile(r"\A\s*i\s*=\s*[0-9]{1,2}\s*;")
HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?")

IDENTITIES = frozenset({"smtp.mailfrom", "smtp.helo", "header.from", "header.d", "header.i"})
"""Properties that name somebody: injections aim at them (S-02, S-04..S-07)."""

WORST = (
    Status.FAIL,
    Status.PERMERROR,
    Status.TEMPERROR,
    Status.SOFTFAIL,
    Status.POLICY,
    Status.NEUTRAL,
    Status.NONE,
    Status.PASS,
)
"""Which of two results for one method counts: the first in this order."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One `method=result` with its properties, e.g. {"header.from": "example.org"}; names in lower case."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuthResults:
    """One field: who speaks, and what was found. Results with a property that could be an injection are left out."""

    authserv_id: str
    results: tuple[MethodResult, ...]
    discarded: int = 0


@dataclass(frozen=True, slots=True)
class BorderResults:
    """What our border says about this message."""

    results: tuple[MethodResult, ...] = ()
    forged: bool = False
    """A field in our name came with the message."""
    earlier: bool = False
    """A field in our name stands where an earlier passage through our border leaves it."""
    discarded: bool = False
    """A result was left out, so the others of that field were made from the same injected text."""

    def dmarc(self, author_domain: str) -> DmarcResult | None:
        """The border's DMARC result for the author domain; the worst where it gives several."""
        found = [
            status
            for result in self.results
            if result.method == "dmarc"
            and (status := _status(result.result)) is not None
            and _host(result.properties.get("header.from", "")) == author_domain
        ]
        if not found or not author_domain or self.discarded:
            return None
        status = min(found, key=WORST.index)
        return DmarcResult(status, author_domain, Provenance.BORDER, f"our border says dmarc={status}")

    def spf(self) -> SpfResult | None:
        """The border's SPF result; only with the identity that it is about (S-01)."""
        found = [
            (status, domain)
            for result in self.results
            if result.method == "spf"
            and (status := _status(result.result)) is not None
            and (domain := _host(result.properties.get("smtp.mailfrom", "")))
        ]
        if not found or self.discarded:
            return None
        status, domain = min(found, key=lambda pair: WORST.index(pair[0]))
        return SpfResult(status, domain, Provenance.BORDER, f"our border says spf={status} for {domain}")


def border_results(message: Message, trust: Trust, border_index: int | None) -> BorderResults:
    """The believed results of the message, and whether others carry our name. Never raises."""
    if border_index is None or not trust.authserv_ids:
        return BorderResults()
    believed: list[MethodResult] = []
    hands: set[Hand] = set()
    discarded = False
    for header, text in _fields(message, trust, border_index):
        hand = hand_of(message, trust, border_index, header.index)
        try:
            parsed = parse(text)
        except FieldError:
            # Unreadable, but in our name all the same: below the border it was meant to deceive another reader.
            if hand is not Hand.OURS and trust.is_ours(_first_word(text)):
                hands.add(Hand.STRANGER if hand is Hand.EARLIER else hand)
            continue
        if not trust.is_ours(parsed.authserv_id):
            continue
        hands.add(hand)
        if hand is Hand.OURS:
            believed.extend(parsed.results)
            discarded = discarded or parsed.discarded > 0
    return BorderResults(tuple(believed), Hand.STRANGER in hands, Hand.EARLIER in hands, discarded)


def _fields(message: Message, trust: Trust, top: int) -> Iterator[tuple[Header, str]]:
    """The fields that may hold our results, with what they say."""
    fields = [header for header in message.headers if header.name == "authentication-results"]
    for header in fields[:MAX_FIELDS]:
        yield header, header.raw[: MAX_FIELD + 1].decode("utf-8", "replace")
    if trust.preset.arc_results:
        sealed = [header for header in message.headers[:top] if header.name == "arc-authentication-results"]
        for header in sealed[:MAX_FIELDS]:
            yield header, INSTANCE.sub("", header.raw[: MAX_FIELD + 1].decode("utf-8", "replace"), count=1)


def parse(text: str) -> AuthResults:
    """The field body of one Authentication-Results (RFC 8601 section 2.2). Raises FieldError."""
    if len(text) > MAX_FIELD:
        raise FieldError("longer than 16 KB")
    if "\0" in text:
        raise FieldError("a NUL stands in the field")
    scanner = Lexer(text)
    scanner.skip()
    authserv_id = scanner.value()
    scanner.skip()
    version = scanner.take(re.compile(r"[0-9]+"))
    if version not in {"", "1"}:
        raise FieldError("the version is not 1")
    results: list[MethodResult] = []
    discarded = 0
    while scanner.more():
        scanner.expect(";")
        scanner.skip()
        if not scanner.more():
            break
        result, clean = _resinfo(scanner)
        if result is not None and clean:
            results.append(result)
        discarded += 0 if clean else 1
        if len(results) > MAX_RESULTS:
            raise FieldError("more than a hundred results")
    return AuthResults(authserv_id, tuple(results), discarded)


def _resinfo(scanner: Lexer) -> tuple[MethodResult | None, bool]:
    """One result and whether its properties are beyond doubt; None for the word `none` (no-result)."""
    method = scanner.need(KEYWORD, "a method").lower()
    scanner.skip()
    if scanner.accept("/"):
        scanner.skip()
        scanner.need(re.compile(r"[0-9]+"), "a method version")
        scanner.skip()
    if method == "none" and scanner.at_end_of_result():
        return None, True
    scanner.expect("=")
    scanner.skip()
    result = scanner.need(KEYWORD, "a result").lower()
    scanner.skip()
    properties: dict[str, str] = {}
    clean = True
    while not scanner.at_end_of_result():
        name = scanner.need(KEYWORD, "a property").lower()
        if name == "reason":
            scanner.skip()
            scanner.expect("=")
            scanner.skip()
            scanner.value()  # of reason=: free text, which may hold a semicolon
        else:
            scanner.skip()
            scanner.expect(".")
            scanner.skip()
            name = f"{name}.{scanner.need(KEYWORD, 'a property').lower()}"
            value, plain = _property(scanner)
            # The same property twice names two people: neither is believed.
            clean = clean and plain and properties.get(name, value) == value
            properties[name] = value
            clean = clean and (name not in IDENTITIES or _harmless(value))
        scanner.skip()
    return MethodResult(method, result, properties), clean


def _property(scanner: Lexer) -> tuple[str, bool]:
    """The value, and whether it is free of quotes and comments glued to it."""
    scanner.skip()
    scanner.expect("=")
    scanner.take(BLANKS)
    commented = scanner.peek() == "("  # the grammar allows it; a crafted envelope sender looks just the same (S-02)
    scanner.skip()
    if scanner.peek() == '"':
        value = scanner.value()
        rest = scanner.take(PVALUE)
        return value + rest, not commented and not rest and "@" not in value
    value = scanner.take(PVALUE)
    if scanner.peek() in {'"', ")"}:
        raise FieldError("a quote or parenthesis inside a value")
    return value, not commented and scanner.peek() != "("


def _harmless(value: str) -> bool:
    """An address, `@domain` or a domain without anything that a parser could read in two ways."""
    if value.startswith("<") and value.endswith(">"):
        value = value[1:-1]
    if not value:
        return True
    host = value.removeprefix("@")
    return HOST.fullmatch(host.lower()) is not None or ADDR_SPEC.fullmatch(value) is not None


def _host(value: str) -> str:
    """The domain of a property value, lower-case; "" where there is none."""
    host = plain_host(value.strip("<>").rpartition("@")[2])
    return host if HOST.fullmatch(host) else ""


def _status(word: str) -> Status | None:
    if word == "hardfail":  # written by older filters for fail
        return Status.FAIL
    if word == "bestguesspass":
        return Status.NONE
    return next((status for status in Status if status.value == word), None)


def _first_word(text: str) -> str:
    words: Sequence[str] = re.split(r"[\s;(]+", text.strip(), maxsplit=1)
    return words[0].strip('"') if words else ""
