"""Received fields as hops. Nothing here trusts them: `auth_checks.border` says which one our own server wrote.

A server writes into its field what its client said: HELO, envelope sender, ident, the name in a certificate. None of it may
change the client address, the by-host or the envelope sender that are read here (S-05, S-64): a field is read by the exact form of a
known server, and where the client's words leave two readings open, the address is left empty.
"""

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

_KEYWORD = re.compile(r"(?:\A|\s)(from|by|with|id|for|via)(?=\s)", re.IGNORECASE)
_ENVELOPE = re.compile(r"envelope-(?:from|sender)\s+(?:<(?P<path>.*)>|(?P<bare>[^\s<>()]+))", re.IGNORECASE)
_ADDRESS = re.compile(r"(?<![\w.-])(?:IPv6:)?([0-9A-Fa-f:.]{2,45})(?![\w.-])", re.IGNORECASE)

_IP = r"(?:IPv6:)?(?P<ip>[0-9A-Fa-f:.]{2,45})(?:%[\w.]{1,20})?"
_BOX = rf"\[{_IP}\](?::\d{{1,5}})?"
_GREETING = r"(?:HELO|EHLO|LHLO)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # Yahoo: 192.0.2.1 (EHLO helo)
        rf"{_IP} \({_GREETING} (?P<helo>[^()]*)\)",
        # qmail, OVH's store, IronPort: rdns (HELO helo) (ident@192.0.2.1)
        rf"(?P<rdns>[^\s()]+) \({_GREETING} (?P<helo>[^()]*)\) \((?:[^()@\[\]]*@)?(?:{_IP}|\[{_IP.replace('<ip>', '<ip2>')}\])\)",
        # Postfix, Sendmail, Gmail, Exim without more: helo (ident@rdns [192.0.2.1] (may be forged))
        rf"(?P<helo>[^()]{{1,255}}) \((?!{_GREETING} )(?P<rdns>(?:[^\s()\[\]=]+ )?){_BOX}(?: \(may be forged\))?\)",
        # Exim, vger: rdns ([192.0.2.1]:25 helo=helo)
        rf"(?P<rdns>[^\s()]+) \({_BOX} (?P<said>[^()]*)\)",
        # Exim where the address has no name: [192.0.2.1] (port=25 helo=helo)
        rf"{_BOX} \((?P<said>(?:port|helo|ident)=[^()]*)\)",
        # Exchange: helo (192.0.2.1)
        rf"(?P<helo>[^()]{{1,255}}) \({_IP}\)",
        # Mailo: name [192.0.2.1]
        rf"(?P<helo>[^\s()\[\]]+) {_BOX}\Z",
    )
)
_HELO_SAID = re.compile(r"\b(?:helo|ehlo)[= ]\s*\[?([^\s\[\]()\"]{1,255})", re.IGNORECASE)


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


def addresses(text: str) -> list[str]:
    """Every IP address in the text in its usual form, whatever the notation around it."""
    return [address for address in map(_plain_ip, _ADDRESS.findall(text)) if address]


def _hop(field: Field) -> Hop:
    text = " ".join(plain_text(unfold(field.raw[: _FIELD_CHARS * 2])).split())[:_FIELD_CHARS]
    body, _, date = text.rpartition(";")
    if not body:
        body, date = text, ""
    # A long HELO must not push the server's own words out of what is read.
    clauses = _clauses(body) if len(field.raw) <= _FIELD_CHARS else {}
    helo, rdns, ip = _origin(clauses.get("from", ""))
    return Hop(
        raw=text,
        by=_first_word(clauses.get("by", "")),
        helo=helo,
        rdns=rdns,
        ip=ip,
        with_=_first_word(clauses.get("with", "")),
        for_=_first_word(clauses.get("for", "")).strip("<>"),
        envelope_from=_envelope_sender(clauses.get("after", "")),
        date=parse_date(date.strip()) if date else None,
        index=field.index,
    )


def _clauses(body: str) -> dict[str, str]:
    """Keyword -> text, keywords inside comments not counted (RFC 5321 section 4.4); "after" is all from the by clause on.

    Nothing where a parenthesis stays open or `from` or `by` stands twice: then the client's words reach into the server's.
    """
    blanked = _blanked(body)
    if blanked is None:
        return {}
    found = list(_KEYWORD.finditer(blanked))
    words = [keyword[1].lower() for keyword in found]
    if words.count("by") != 1 or words.count("from") > 1 or "from" in words[1:]:
        return {}
    by = words.index("by")
    clauses: dict[str, str] = {"after": body[found[by].start() :]}
    if words[0] == "from":  # all up to `by` is its text: the client may say "with LMTP", too
        clauses["from"] = body[found[0].end() : found[by].start()].strip()
    ends = [*(keyword.start() for keyword in found[by + 1 :]), len(body)]
    for word, keyword, end in zip(words[by:], found[by:], ends, strict=True):
        clauses.setdefault(word, body[keyword.end() : end].strip())
    return clauses


def _blanked(text: str) -> str | None:
    """The text with the insides of its comments blanked out, of the same length; None where parentheses do not match.

    A backslash hides no parenthesis: a client may have put it there, and a server that did not look.
    """
    out: list[str] = []
    depth = 0
    for char in text:
        depth -= char == ")"
        if depth < 0:
            return None
        out.append("x" if depth else char)
        depth += char == "("
    return None if depth else "".join(out)


def _comments(text: str) -> list[tuple[str, str]]:
    """The outermost comments, without their parentheses, each with all the text behind it."""
    found: list[tuple[str, str]] = []
    depth = start = 0
    for at, char in enumerate(text):
        if char == "(":
            start = start if depth else at + 1
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                found.append((text[start:at], text[at + 1 :]))
    return found


def _envelope_sender(text: str) -> str | None:
    """What the one comment `envelope-from <path>` behind the by clause says, taken literally; "" is the null path.

    None where the same marks end a comment further on: they may stand in the client's path, as in <">) (z"@evil.example>, and
    what seems to end it is then his.
    """
    found = [(match, rest) for comment, rest in _comments(text) if (match := _ENVELOPE.fullmatch(comment))]
    if len(found) != 1:
        return None
    match, rest = found[0]
    if match["path"] is not None:
        return None if ">)" in rest else match["path"]
    return None if ")" in rest else match["bare"]


def _first_word(clause: str) -> str:
    return clause.split("(", 1)[0].split(" ", 1)[0].rstrip(";,") if clause else ""


def _origin(clause: str) -> tuple[str, str, str]:
    """HELO name, host name and IP address of a from clause. The address is "" unless the clause has the form of a known server.

    A HELO may bring comments of its own, in front of those of the server. But the server always writes the address: so
    a form that fits is the server's only if no address stands behind it.
    """
    for form in _FORMS:
        match = form.match(clause)
        if match is None or addresses(clause[match.end() :]):
            continue
        parts = match.groupdict()
        ip = _plain_ip(parts["ip"] or parts.get("ip2") or "")
        if not ip:
            continue
        helo = parts.get("helo") or ""
        if "said" in parts:
            said = _HELO_SAID.search(parts["said"])
            helo = said[1] if said else parts.get("rdns") or ""
        return _helo(helo), _name(parts.get("rdns") or ""), ip
    return _helo(clause.split("(", 1)[0].strip()), "", ""


def _helo(text: str) -> str:
    """The name, or the address literal without its brackets."""
    first = text.split(" ", 1)[0]
    return first.strip("[]") if first.startswith("[") else first


def _name(text: str) -> str:
    """The last word of a comment as a host name; "" for none and for "unknown"."""
    words = text.split()
    name = words[-1].rsplit("@", 1)[-1].rstrip(".:") if words else ""
    return "" if "." not in name or "[" in name else name


def _plain_ip(text: str) -> str:
    """The text as an IP address in its usual form; "" if it is none. An IPv4 address that is mapped is one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address)
