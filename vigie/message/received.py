"""Received fields as hops. Nothing here trusts them: `auth_checks.border` says which one our own server wrote."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from vigie.message.fields import Field, plain_text, unfold
from vigie.message.types import Hop

HOPS = 200
_FIELD_CHARS = 4_096

_BRACKETED = re.compile(r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})(?:%[\w.]{1,20})?\](?::\d{1,5})?", re.IGNORECASE)
_BARE_IP = re.compile(r"(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})\Z")
_HELO = re.compile(r"\b(?:helo|ehlo)[= ]\s*\[?([^\s\[\]()]{1,255})", re.IGNORECASE)
_ENVELOPE = re.compile(r"envelope-(?:from|sender)\s+<?([^\s<>()]*)>?", re.IGNORECASE)
_COMMENT = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*){0,8})\)")
_KEYWORD = re.compile(r"(?:\A|\s)(from|by|with|id|for|via)\s", re.IGNORECASE)


def read_hops(fields: Iterable[Field]) -> tuple[Hop, ...]:
    """The Received fields as hops, newest first, at most `HOPS`; a field that cannot be read gives an almost empty hop."""
    found = [field for field in fields if field.name == "received"]
    return tuple(_hop(field) for field in found[:HOPS])


def parse_date(text: str) -> datetime | None:
    """An RFC 5322 date as aware UTC; None when unreadable."""
    try:
        date = parsedate_to_datetime(text[:128])
        if date.tzinfo is None:  # "-0000" (RFC 5322 section 3.3): the time is UTC, its origin unsaid
            return date.replace(tzinfo=UTC)
        return date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _hop(field: Field) -> Hop:
    text = " ".join(plain_text(unfold(field.raw[: _FIELD_CHARS * 2])).split())[:_FIELD_CHARS]
    body, _, date = text.rpartition(";")
    if not body:
        body, date = text, ""
    clauses = _clauses(body)
    helo, rdns, ip = _origin(clauses.get("from", ""))
    envelope = _ENVELOPE.search(body)
    return Hop(
        raw=text,
        by=_first_word(clauses.get("by", "")),
        helo=helo,
        rdns=rdns,
        ip=ip,
        with_=_first_word(clauses.get("with", "")),
        for_=_first_word(clauses.get("for", "")).strip("<>"),
        envelope_from=envelope[1] if envelope else None,
        date=parse_date(date.strip()) if date else None,
        index=field.index,
    )


def _clauses(body: str) -> dict[str, str]:
    """Keyword -> text, keywords inside comments not counted; the first of each keyword wins (RFC 5321 section 4.4)."""
    blanked = _COMMENT.sub(lambda comment: "(" + "x" * (len(comment[0]) - 2) + ")", body)
    found = list(_KEYWORD.finditer(blanked))
    clauses: dict[str, str] = {}
    ends = [*(keyword.start() for keyword in found[1:]), len(body)]
    for keyword, end in zip(found, ends, strict=False):
        clauses.setdefault(keyword[1].lower(), body[keyword.end() : end].strip())
    return clauses


def _first_word(clause: str) -> str:
    return clause.split("(", 1)[0].split(" ", 1)[0].rstrip(";,") if clause else ""


def _origin(clause: str) -> tuple[str, str, str]:
    """HELO name, verified host name and IP of a from clause, in the styles of the usual servers.

    Postfix, Sendmail, Gmail `helo (rdns [ip])`; Exim `rdns ([ip] helo=helo)` or `[ip] (helo=helo)`; Exchange
    `helo (ip)`; qmail `rdns (HELO helo) (ip)`. The IP is looked for in the comments first: the word before them is
    what the client said of itself.
    """
    word = clause.split("(", 1)[0].strip()
    comments = [comment[1] for comment in _COMMENT.finditer(clause)]
    literal = _ip(word)
    helo_said = next((match[1] for match in map(_HELO.search, comments) if match), "")
    ip, rdns = "", ""
    for comment in comments:
        brackets = list(_BRACKETED.finditer(comment))
        bracketed = _ip(brackets[-1][0]) if brackets else ""
        if bracketed:
            ip, rdns = bracketed, _name(comment[: brackets[-1].start()])
            break
        bare = _ip(comment.rsplit("@", 1)[-1].strip())
        if bare:
            ip = bare
            break
    if helo_said:  # Exim, qmail: the word in front is the verified name, or the address
        return helo_said, rdns or ("" if literal else _name(word)), ip or literal
    return word.strip("[]") if literal else word.split(" ", 1)[0], rdns, ip or literal


def _name(text: str) -> str:
    """The last word of a comment as a host name; "" for none and for "unknown"."""
    words = text.replace("=", " ").split()
    name = words[-1].rsplit("@", 1)[-1].rstrip(".:") if words else ""
    return "" if name.lower() in {"unknown", "helo", "port", "may"} or "." not in name else name


def _ip(text: str) -> str:
    """The text as an IP address in its usual form, brackets and IPv6: tag removed; "" if it is none."""
    bracketed = _BRACKETED.match(text)
    candidate = bracketed[1] if bracketed else text.removeprefix("IPv6:").removeprefix("ipv6:")
    if not bracketed and not _BARE_IP.match(candidate):
        return ""
    try:
        address = ipaddress.ip_address(candidate)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
