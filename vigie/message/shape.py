"""What the mails of one campaign have in common, as one hash: the sender's shape, the subject's and the links', the page's bones.

What differs from copy to copy is taken out first: numbers, references, addresses, the recipient's names, hosts. For grouping
what a person looks at, never for deciding: whoever has seen a mail can write another one of the same shape.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from vigie.message.fields import scan
from vigie.message.fold import fold
from vigie.message.readings import Ledger, leaves
from vigie.message.types import Layer, Link, Message

_TEXT = 500
_LINKS = 32
_SEGMENTS = 12
_TAGS = 4_000
_PAGE_BYTES = 1 << 19
_LINES = 500
_WORD = re.compile(r"[a-z]{2,24}(?:[-_][a-z]{2,24}){0,3}")
_TOKEN = re.compile(r"[^\s]+")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_NAME = re.compile(r"[a-z]{3,40}")
_ANSWERED = re.compile(r"^(?:(?:re|fwd?|tr|rep)\s*:\s*)+")
_OPENING = re.compile(rb"<([a-zA-Z][a-zA-Z0-9]{0,15})")
_FILE = re.compile(r"\.[a-z]{2,5}\Z")
_SIZES = (4, 8, 16, 32)
"""Words of a line of plain text, in which copies differ by a name here and there."""


def campaign(message: Message) -> str:
    """Sixteen hexadecimal digits; "" for a message that has neither a subject nor a text."""
    if not message.subject.strip() and not any(block.text.strip() for block in message.texts(Layer.OUTER)):
        return ""
    names = _recipients(message)
    shape = [_sender(message, names), template(message.subject, names), _links(message), list(_bones(message))]
    return hashlib.sha256(json.dumps(shape, ensure_ascii=True).encode()).hexdigest()[:16]


def template(text: str, names: frozenset[str] = frozenset()) -> str:
    """The text folded, with one mark for each address, number, reference and word of `names`."""
    folded = _ADDRESS.sub("@", _ANSWERED.sub("", fold(text[:_TEXT])))
    words = [_mark(word, names) for word in _TOKEN.findall(folded)]
    return " ".join(word for word, before in zip(words, ["", *words], strict=False) if word != before or len(word) > 1)


def _mark(word: str, names: frozenset[str]) -> str:
    if any(char.isdigit() for char in word):
        return "#"
    return "*" if names.intersection(_NAME.findall(word)) else word


def _recipients(message: Message) -> frozenset[str]:
    """The words by which a letter may call the person that it was sent to."""
    known = " ".join(f"{address.display} {address.addr.partition('@')[0]}" for address in message.recipients[:20])
    return frozenset(_NAME.findall(fold(known[: 4 * _TEXT])))


def _sender(message: Message, names: frozenset[str]) -> str:
    """The author's display name, else what stands before the @: domains change faster than names."""
    if not message.authors:
        return ""
    author = message.authors[0]
    return template(author.display or author.addr.partition("@")[0], names)


def _links(message: Message) -> list[str]:
    """Where links lead on a host, whichever that is: a kit keeps its paths when it moves."""
    clickable = (link for link in message.links if link.layer is Layer.OUTER and link.clickable)
    return sorted({_path(link) for link in clickable})[:_LINKS]


def _path(link: Link) -> str:
    try:
        parts = urlsplit(link.target)
    except ValueError:  # an address in brackets that is none
        return f"{link.scheme} ?"
    if link.scheme in ("mailto", "tel"):
        return link.scheme
    path = "/".join(_segment(segment) for segment in fold(parts.path[:_TEXT]).split("/")[:_SEGMENTS])
    keys = sorted({_segment(pair.partition("=")[0]) for pair in fold(parts.query[:_TEXT]).split("&")})
    return f"{link.kind} {path}?{'&'.join(keys)}"


def _segment(text: str) -> str:
    ending = _FILE.search(text)
    stem = text[: ending.start()] if ending else text
    return (stem if not stem or _WORD.fullmatch(stem) else "#") + (ending[0] if ending else "")


def _bones(message: Message) -> Iterator[str]:
    """The page's opening tags in their order, a run of one kind once; of plain text its lines by their length."""
    page = _page(message)
    before = b""
    for found, match in enumerate(_OPENING.finditer(page)):
        if found == _TAGS:
            return
        tag = match[1].lower()
        if tag != before:
            yield tag.decode()
        before = tag
    if not page:
        for block in message.texts(Layer.OUTER):
            if block.where == "text/plain":
                yield from (_length(line) for line in block.text.splitlines()[:_LINES] if line.strip())


def _length(line: str) -> str:
    words = len(line.split())
    return str(sum(words >= size for size in _SIZES))


def _page(message: Message) -> bytes:
    """The first HTML body, decoded from its transfer encoding; b"" where there is none."""
    found = scan(message.raw)
    for leaf in leaves(found.fields, found.body, Ledger()):
        if leaf.content_type == "text/html" and leaf.disposition != "attachment":
            return leaf.data[:_PAGE_BYTES]
    return b""
