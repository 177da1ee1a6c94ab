"""The author domain of a message (RFC 9989 section 5.3.1): the one that every reader sees, in A-labels, or why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vigie.auth_checks.letter import Letter, plain_name
from vigie.message.fold import is_domain_name, to_unicode
from vigie.message.types import Message

MAX_READINGS = 16
MAX_READING = 160


@dataclass(frozen=True, slots=True)
class Author:
    """The author domain, "" where there is none; `obstacle` says in one sentence what keeps it from being proven, "" if nothing."""

    domain: str
    obstacle: str
    readings: tuple[str, ...]
    """Every address that some mail client could show, as "address (field)"."""


def find_author(message: Message, letter: Letter) -> Author:
    """Never raises. The domain is "" when readers may see different ones (S-08..S-18, S-53) or when it is no domain name."""
    readings = tuple(_reading(author.addr, author.field) for author in message.authors[:MAX_READINGS])
    if message.author_readings != 1:
        sentence = f"The message can be read as coming from {message.author_readings} different authors."
        return Author("", sentence if message.author_readings else "The message has no author.", readings)
    domains = {author.domain.lower() for author in message.authors}
    domain = domains.pop() if len(domains) == 1 else ""
    if not domain:
        return Author("", "The message has no author domain.", readings)
    if not is_domain_name(domain):
        # RFC 9989 section 5.3.1 asks for A-labels; what IDNA refuses has none, and no DNS answer would be about it.
        return Author("", f"The author's domain {_plain(domain)} is no domain name (RFC 5891).", readings)
    if not _shown_plainly(letter, domain):
        return Author(domain, "The From field does not show the author's domain plainly, once.", readings)
    return Author(domain, "", readings)


def _shown_plainly(letter: Letter, domain: str) -> bool:
    """One From field, and the domain stands in its bytes, each label as A-label or as the U-label of RFC 6532.

    So no encoding, no other field and no mapping of look-alike characters hides the author (S-12, S-14).
    """
    values = [value for name, value in letter.fields if plain_name(name) == "from"]
    if len(values) != 1:
        return False
    forms = (f"(?:{re.escape(label)}|{re.escape(to_unicode(label))})" for label in domain.split("."))
    return re.search("@" + r"\.".join(forms), values[0].decode("utf-8", "replace").lower()) is not None


def _reading(address: str, field: str) -> str:
    return f"{_plain(address)} ({field})"


def _plain(text: str) -> str:
    """One line; what leaves no mark on the screen becomes U+FFFD, so that it is seen."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:MAX_READING])
