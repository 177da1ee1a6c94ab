"""Subject without the tag that our own gateway put before it, such as "[EXTERNE]": what the sender had signed.

Every candidate is held against the signature, so nothing is gained by writing the tag oneself: the reader then sees the
admin's own words before the signed subject.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import replace

from vigie.auth_checks.letter import Letter, plain_name

MAX_TAGS = 20
MAX_CANDIDATES = 6
"""Each one costs an RSA operation for every signature that does not fit."""
MAX_SUBJECT = 8_192

BLANKS = b" \t\r\n"
WORD = re.compile(rb"=\?([A-Za-z0-9_-]{2,20})\?([QqBb])\?([^? \t\r\n]{0,400})\?=")
"""An encoded word (RFC 2047 section 2)."""
OCTET = re.compile(rb"=[0-9A-Fa-f]{2}|[^=]")


def untagged(letter: Letter, tags: tuple[str, ...]) -> tuple[Letter, ...]:
    """The letter with every plausible Subject that stood there before one of the tags was put in front; () for none."""
    places = [number for number, (name, _) in enumerate(letter.fields) if plain_name(name) == "subject"]
    if len(places) != 1 or not tags:
        return ()
    name, value = letter.fields[places[0]]
    if len(value) > MAX_SUBJECT:
        return ()
    blanks = value[: len(value) - len(value.lstrip(BLANKS))]
    text = value[len(blanks) :]
    found = [rest for tag in tags[:MAX_TAGS] if tag.strip() for rest in _without(text, tag.strip())]
    before, after = letter.fields[: places[0]], letter.fields[places[0] + 1 :]
    return tuple(
        replace(letter, fields=(*before, (name, blanks + rest), *after))
        for rest in list(dict.fromkeys(found))[:MAX_CANDIDATES]
    )


def _without(text: bytes, tag: str) -> Iterator[bytes]:
    """What may have stood there: the bytes behind the tag, or an encoded word that begins with it, shortened."""
    plain = tag.encode()
    if text.startswith(plain):
        yield text[len(plain) :].lstrip(BLANKS) or b"\r\n"
        return
    word = WORD.match(text)
    if word is None:
        return
    behind = text[word.end() :]
    for rest in _word_without(word, tag):
        # The tag alone in a word of its own, with the sender's words untouched behind it.
        yield b"=?%b?%b?%b?=%b" % (word[1], word[2], rest, behind) if rest else behind.lstrip(BLANKS)
        # A gateway encodes the whole line where only its tag, or nothing, called for it.
        decoded = _decoded(word[2], rest)
        if decoded and decoded.isascii() and decoded.isprintable():
            yield decoded.encode() + behind


def _word_without(word: re.Match[bytes], tag: str) -> Iterator[bytes]:
    """The encoded text of the word without the tag and the blanks behind it, as the same encoder would write it."""
    try:
        wanted = tag.encode(word[1].decode("ascii"))
    except (LookupError, UnicodeError):
        return
    if word[2] in b"Bb":
        try:
            octets = base64.b64decode(word[3], validate=True)
        except binascii.Error:
            return
        if octets.startswith(wanted):
            yield base64.b64encode(octets[len(wanted) :].lstrip(b" \t"))
        return
    tokens = OCTET.findall(word[3])
    octets = b"".join(_octet(token) for token in tokens)
    if octets.startswith(wanted) and len(octets) == len(tokens):
        kept = len(octets) - len(octets[len(wanted) :].lstrip(b" \t"))
        yield b"".join(tokens[kept:])


def _octet(token: bytes) -> bytes:
    if token == b"_":
        return b" "
    return bytes.fromhex(token[1:].decode("ascii")) if token[:1] == b"=" else token


def _decoded(encoding: bytes, text: bytes) -> str:
    """The text of an encoded word whose octets are ASCII; "" for any other."""
    octets = base64.b64decode(text) if encoding in b"Bb" else b"".join(map(_octet, OCTET.findall(text)))
    return octets.decode("ascii", "ignore") if octets.isascii() else ""
