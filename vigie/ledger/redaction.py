"""What names the recipient is taken out of texts, header fields and links of a fraud. Pure and total.

Only what a server needs to find the sender is kept: fields of a fixed list, and the links. The words of the mail are not among
it. What stands for something taken out is `[...]`, which no address, name or link can be.

Kept on purpose: host names, since it is them who are to be taken down, and the sender's own words for himself. RFC 6590 would
have a token of its own for each recipient, by which reports about him can be put together: nobody needs that here.
"""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from vigie.ledger.masking import masked
from vigie.message.fields import Field, header_text, scan
from vigie.message.fold import fold
from vigie.message.senders import read_mailboxes

GONE: Final = "[...]"
KEPT_FIELDS: Final = (
    *("received", "return-path", "from", "sender", "reply-to", "subject", "date", "message-id"),
    *("x-originating-ip", "x-mailer", "user-agent"),
)
"""No DKIM-Signature: without the body nobody can verify it. No List-Unsubscribe: its links are the recipient's own."""
_HIS: Final = (
    *("to", "cc", "bcc", "resent-to", "resent-cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to"),
    *("apparently-to", "x-delivered-to", "x-forwarded-to", "x-rcpt-to", "original-recipient", "final-recipient"),
)
"""Fields that say whose mailbox it is."""
_ADDRESS: Final = re.compile(r"[^\s<>@,;:\"'()\[\]]{1,64}@[^\s<>@,;:\"'()\[\]]{1,255}")
_FOR: Final = re.compile(r"\bfor\s+(?:<[^>]*>|[^\s;]+)", re.IGNORECASE)
_GREETED: Final = re.compile(
    r"\b((?i:bonjour|bonsoir|madame|monsieur|mme|mlle|ch[eè]re?|dear|hello|hi|mr|mrs|ms|m\.))(\s*[,.]?\s+)"
    r"((?:[A-ZÀ-Ý][\w'’-]*[ ]?){1,4})"
)
_LEAST_NAME: Final = 3
"""Letters of a name: shorter ones stand in half of all words."""
_LEAST_CODED: Final = 4
"""The same of a name that is looked for in Base64: three letters make four, which stand anywhere."""
_MOST_KNOWN: Final = 300
"""Addresses, and names, that are looked for: the mailbox's own and those of the topmost fields, which our servers wrote, come first."""
_ROLES: Final = frozenset(
    {
        *(
            "accueil",
            "contact",
            "info",
            "infos",
            "mail",
            "email",
            "admin",
            "postmaster",
            "hostmaster",
            "webmaster",
            "abuse",
        ),
        *(
            "root",
            "support",
            "service",
            "services",
            "secretariat",
            "bureau",
            "office",
            "noreply",
            "reply",
            "com",
            "www",
            "org",
            "net",
        ),
    }
)
"""Local parts that name nobody (RFC 2142 and the French ones): taken out of every text they would take host names with them."""
_WORDS: Final = re.compile(r"[^\W\d_]{3,}")
_MOST: Final = 4000
"""Characters of a field or link that are looked at and told: a hostile one of megabytes must not hold up the service."""
_LINK: Final = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.)[^\s<>\"]+", re.IGNORECASE)
_PLAIN_SEGMENT: Final = re.compile(r"[a-z]{1,20}(?:[-_.][a-z]{1,20}){0,5}[-_]?[0-9]{0,3}", re.IGNORECASE)
_PLAIN_KEY: Final = re.compile(r"[a-z_]{1,12}", re.IGNORECASE)
_TOKEN: Final = re.compile(r"(?=[\w+/=-]*[0-9])[\w+/=-]{12,}|[A-Za-z0-9_-]{24,}")


@dataclass(frozen=True, slots=True)
class Person:
    """Whose mail it was: all that is known of him."""

    addresses: tuple[str, ...]
    names: tuple[str, ...]


def person(raw: bytes, own: Sequence[str] = ()) -> Person:
    """Who got the message, by its fields. `own`: addresses of the mailbox that it lay in."""
    fields = scan(raw).fields
    addresses, names = [*own], list[str]()
    for field in fields:
        if field.name in _HIS:
            text = header_text(field.raw)
            addresses += _ADDRESS.findall(text)
            for mailbox in read_mailboxes(field):
                names += _WORDS.findall(mailbox.display)
                addresses.append(mailbox.addr)
        elif field.name == "received":
            addresses += [
                found for clause in _FOR.findall(header_text(field.raw)) for found in _ADDRESS.findall(clause)
            ]
    return owner(addresses, names)


def owner(addresses: Sequence[str], names: Sequence[str] = ()) -> Person:
    """Whoever these addresses are of, with the names that stand in them."""
    known = tuple(dict.fromkeys(address.strip("<>").casefold() for address in addresses if "@" in address))[
        :_MOST_KNOWN
    ]
    every = [*(word for address in known for word in _WORDS.findall(address.rpartition("@")[0])), *names[:_MOST_KNOWN]]
    return Person(known, tuple(dict.fromkeys(name for name in every if _folded(name) not in _ROLES))[: 2 * _MOST_KNOWN])


class Redactor:
    """Takes out what names one person, in whatever form it was written."""

    def __init__(self, who: Person) -> None:
        forms = {form for address in who.addresses for form in _forms(address)}
        names = {name for name in who.names if len(name) >= _LEAST_NAME}
        self._addresses = sorted(map(_folded, forms))
        self._folded = sorted(map(_folded, forms | names))
        local = {address.rpartition("@")[0] for address in who.addresses}
        coded = {word for word in local | names if len(word) >= _LEAST_CODED and _folded(word) not in _ROLES}
        # The longest first: of an address its name alone would leave the end.
        every = {form for word in coded.union(who.addresses) for form in _encoded(word)}
        self._exact = tuple(sorted(every, key=len, reverse=True))

    def text(self, text: str) -> str:
        """A line of words: without his addresses and names, numbers of his, and tokens; links as `link` has them."""
        text = _GREETED.sub(lambda found: f"{found[1]}{found[2]}{GONE} ", _visible(text[:_MOST]))
        parts, start = [], 0
        for found in _LINK.finditer(text):
            parts += [self._words(text[start : found.start()]), self.link(found[0])]
            start = found.end()
        return "".join((*parts, self._words(text[start:])))

    def link(self, target: str) -> str:
        """An address of the web with its host, and of the rest only what is no token; other kinds only by their scheme."""
        target = target[:_MOST]
        scheme, mark, rest = target.partition("://")
        if not mark:
            scheme, rest = "", target
            if not target.lower().startswith("www."):
                return self._words(target.split(":", 1)[0]) + ":" + GONE
        authority, path, query, fragment = _split(rest)
        host = authority.rpartition("@")[2]
        kept = (f"{scheme}{mark}" if mark else "") + self._without(host, self._addresses)
        kept += "".join(f"/{self._segment(segment)}" for segment in path.split("/")[1:]) if path else ""
        kept += "?" + "&".join(self._parameter(part) for part in query.split("&")) if query else ""
        return kept + (f"#{GONE}" if fragment else "")

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        clean = not segment or (_PLAIN_SEGMENT.fullmatch(plain) is not None and self._his(plain) == plain)
        return segment if clean else GONE

    def _parameter(self, part: str) -> str:
        key, equals, _ = part.partition("=")
        return f"{key}={GONE}" if equals and _PLAIN_KEY.fullmatch(key) and self._his(key) == key else GONE

    def _words(self, text: str) -> str:
        return masked(self._his(_TOKEN.sub(GONE, _ADDRESS.sub(self._address, self._his(text)))))

    def _address(self, found: re.Match[str]) -> str:
        """Somebody else's stays: it is the sender's, or the one to answer to. Its local part may carry a token."""
        local, _, domain = found[0].rpartition("@")
        return f"{GONE if _TOKEN.search(local) or '=' in local else local}@{domain}"

    def _his(self, text: str) -> str:
        """Without any of his addresses and names; letter case and accents make no difference."""
        return self._without(text, self._folded)

    def _without(self, text: str, folded: Sequence[str]) -> str:
        for form in self._exact:
            text = text.replace(form, GONE)
        return _cut(text, folded)


def one_line(text: str) -> str:
    """What a reader could not see goes into no report and no form: a line end in it would be a field of its own, in our name."""
    return "".join(char if char.isprintable() else " " for char in text).strip()


def fields(raw: bytes, redactor: Redactor) -> Iterator[tuple[str, str]]:
    """The header fields that are told, in their order: (name, value on one line)."""
    for field in scan(raw).fields:
        if field.name in KEPT_FIELDS:
            yield field.name, _field(field, redactor)


def _field(field: Field, redactor: Redactor) -> str:
    text = " ".join(header_text(field.raw).split())
    if field.name == "received":
        # Our own servers' names stay: who is asked for a log needs them. An id of a queue is no secret, but looks like a token.
        return redactor.text(_FOR.sub(f"for {GONE}", text))
    return redactor.text(text)


def _forms(address: str) -> Iterator[str]:
    """An address as links and bounce addresses write it."""
    local, _, domain = address.rpartition("@")
    yield address
    yield quote(address, safe="")
    yield quote(quote(address, safe=""), safe="")
    for between in ("=", "-at-", " at ", "(at)", "[at]", "_", "."):
        yield f"{local}{between}{domain}"


def _encoded(word: str) -> Iterator[str]:
    """An address or a name as trackers write it: Base64, Base32 (in host names), hexadecimal, hashed."""
    for form in {word, word.casefold(), word.upper(), word.capitalize()}:
        plain = form.encode("utf-8", "replace")
        for coded in (base64.b64encode(plain), base64.urlsafe_b64encode(plain)):
            yield coded.decode().rstrip("=")
        yield base64.b32encode(plain).decode().rstrip("=")
        yield base64.b32encode(plain).decode().rstrip("=").lower()
        yield plain.hex()
        yield plain.hex().upper()
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, plain, usedforsecurity=False).hexdigest()
            yield digest
            yield digest.upper()


def _split(rest: str) -> tuple[str, str, str, str]:
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    # Browsers take a backslash for a slash (WHATWG URL, "relative slash state").
    authority, slash, path = rest.replace("\\", "/").partition("/")
    return authority, slash + path, query, fragment


def _folded(text: str) -> str:
    """Without case, accents, invisible characters, and with look-alike letters as their models (C-20, C-22)."""
    return "".join(map(_letter, text))


def _letter(char: str) -> str:
    return char.lower() if char.isascii() else " " if char.isspace() else fold(char)


def _visible(text: str) -> str:
    """Without what leaves no mark on the screen: between two letters it would make two words of a name."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(char for char in composed if char.isascii() or char.isspace() or fold(char))


def _cut(text: str, folded: Sequence[str]) -> str:
    # Composed first: an accent that stands by itself would hide the name from its composed form.
    text = unicodedata.normalize("NFC", text)
    letters = [_letter(char) for char in text]
    seen = "".join(letters)
    place = [at for at, piece in enumerate(letters) for _ in piece]
    marks = bytearray(len(text))
    for form in folded:
        start = seen.find(form) if form else -1
        while start >= 0:
            first, last = place[start], place[start + len(form) - 1]
            marks[first : last + 1] = b"\1" * (last + 1 - first)
            start = seen.find(form, start + 1)
    return re.sub("\0+", GONE, "".join("\0" if mark else char for char, mark in zip(text, marks, strict=True)))
