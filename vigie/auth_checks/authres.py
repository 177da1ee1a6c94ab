"""Authentication-Results of our own servers (RFC 8601), and results in our name that only a stranger can have put there.

A field is believed when its authserv-id is ours and it stands above the Received field of our border, for everything
below that was in the message when it reached us (section 5). One of ours below it is a forgery: a border must remove
such fields. Where no border hop is known, above and below cannot be told apart: nothing is believed, nobody is accused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from vigie.auth_checks.border import Trust
from vigie.auth_checks.spf import ADDR_SPEC
from vigie.auth_checks.types import DmarcResult, Provenance, SpfResult, Status
from vigie.message.types import Message

MAX_FIELD = 16_384
MAX_FIELDS = 50
MAX_DEPTH = 20
MAX_RESULTS = 100

KEYWORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?")
TOKEN = re.compile(r"""[^\s()<>@,;:\\"/\[\]?=]+""")
PVALUE = re.compile(r"""[^\s;()"]+""")
QUOTED = re.compile(r'"((?:[^"\\\x00]|\\.)*)"', re.DOTALL)
BLANKS = re.compile(r"\s+")
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


class AuthResultsError(ValueError):
    """The field breaks the grammar of RFC 8601 section 2.2; it is read as if it were not there."""


@dataclass(frozen=True, slots=True)
class MethodResult:
    """One `method=result` with its properties, e.g. {"header.from": "example.org"}; names in lower case."""

    method: str
    result: str
    properties: dict[str, str] = field(default_factory=dict)
    reason: str = ""


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
    """A field in our name stands below our border's Received field."""
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
    """The believed results of the message, and whether some were forged in our name. Never raises."""
    if border_index is None or not trust.authserv_ids:
        return BorderResults()
    believed: list[MethodResult] = []
    forged = discarded = False
    fields = [header for header in message.headers if header.name == "authentication-results"]
    for header in fields[:MAX_FIELDS]:
        text = header.raw[: MAX_FIELD + 1].decode("utf-8", "replace")
        above = header.index < border_index
        try:
            parsed = parse(text)
        except AuthResultsError:
            # Unreadable, but in our name all the same: below the border it was meant to deceive another reader.
            forged = forged or (not above and trust.is_ours(_first_word(text)))
            continue
        if not trust.is_ours(parsed.authserv_id):
            continue
        if above:
            believed.extend(parsed.results)
            discarded = discarded or parsed.discarded > 0
        else:
            forged = True
    return BorderResults(tuple(believed), forged, discarded)


def parse(text: str) -> AuthResults:
    """The field body of one Authentication-Results (RFC 8601 section 2.2). Raises AuthResultsError."""
    if len(text) > MAX_FIELD:
        raise AuthResultsError("longer than 16 KB")
    if "\0" in text:
        raise AuthResultsError("a NUL stands in the field")
    scanner = _Scanner(text)
    scanner.skip()
    authserv_id = scanner.value()
    scanner.skip()
    version = scanner.take(re.compile(r"[0-9]+"))
    if version not in {"", "1"}:
        raise AuthResultsError("the version is not 1")
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
            raise AuthResultsError("more than a hundred results")
    return AuthResults(authserv_id, tuple(results), discarded)


def _resinfo(scanner: _Scanner) -> tuple[MethodResult | None, bool]:
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
    reason = ""
    clean = True
    while not scanner.at_end_of_result():
        name = scanner.need(KEYWORD, "a property").lower()
        if name == "reason":
            scanner.skip()
            scanner.expect("=")
            scanner.skip()
            reason = scanner.value()
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
    return MethodResult(method, result, properties, reason), clean


def _property(scanner: _Scanner) -> tuple[str, bool]:
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
        raise AuthResultsError("a quote or parenthesis inside a value")
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
    host = value.strip("<>").rpartition("@")[2].lower().removesuffix(".")
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


class _Scanner:
    """A position in the text; white space and comments are skipped as RFC 5322 says."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def more(self) -> bool:
        self.skip()
        return self.position < len(self.text)

    def at_end_of_result(self) -> bool:
        return self.peek() in {"", ";"}

    def accept(self, char: str) -> bool:
        if self.peek() != char:
            return False
        self.position += 1
        return True

    def expect(self, char: str) -> None:
        if not self.accept(char):
            raise AuthResultsError(f"{char} is missing")

    def take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.position)
        if match is None:
            return ""
        self.position = match.end()
        return match[0]

    def need(self, pattern: re.Pattern[str], what: str) -> str:
        word = self.take(pattern)
        if not word:
            raise AuthResultsError(f"{what} is missing")
        return word

    def value(self) -> str:
        """A token or a quoted string."""
        if self.peek() == '"':
            match = QUOTED.match(self.text, self.position)
            if match is None:
                raise AuthResultsError("a quoted string does not end")
            self.position = match.end()
            return re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
        return self.need(TOKEN, "a value")

    def skip(self) -> None:
        """White space and comments, nested ones included. Raises AuthResultsError for a comment that does not end."""
        while self.position < len(self.text):
            if self.text[self.position].isspace():
                self.position += 1
            elif self.text[self.position] == "(":
                self._comment()
            else:
                return

    def _comment(self) -> None:
        depth = 0
        while self.position < len(self.text):
            char = self.text[self.position]
            if char == "\\":
                self.position += 1
            elif char == "(":
                depth += 1
                if depth > MAX_DEPTH:
                    raise AuthResultsError("comments nested too deeply")
            elif char == ")":
                depth -= 1
            self.position += 1
            if depth == 0:
                return
        raise AuthResultsError("a comment does not end")
