"""Text as plain ASCII digits and letters, however they were written, with the way back to where each stood. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

_CODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|nbsp|thinsp|ensp|emsp);")
_INVISIBLE = frozenset(("Cf", "Mn", "Me"))
"""Categories that are drawn upon another character, or not at all: zero-width marks, variation selectors, keycaps."""
_READ_AS = str.maketrans("OoQIliZzSsGB", "000111225568")
"""Letters that a scanner of paper, or somebody who hides a number, writes for digits."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The same text, one ASCII character for each digit or letter; `starts[n]`: where character n begins in the original.

    One entry more than characters: the end of the text.
    """

    text: str
    starts: tuple[int, ...]

    def span(self, first: int, after: int) -> tuple[int, int]:
        """Where the characters from `first` up to `after` stand in the original."""
        return self.starts[first], self.starts[after]


def plain(text: str) -> Plain:
    """Digits of every script, full-width and circled ones, percent-encoding and HTML entities read; what is invisible left out."""
    if text.isascii() and "%" not in text and "&" not in text:
        return Plain(text, tuple(range(len(text) + 1)))
    chars: list[str] = []
    starts: list[int] = []
    end = 0
    for coded in _CODED.finditer(text):
        _add(text[end : coded.start()], end, chars, starts)
        at = coded.start()
        for char, width in _decoded(coded[0]):
            _add(char, at, chars, starts)
            at += width
        end = coded.end()
    _add(text[end:], end, chars, starts)
    return Plain("".join(chars), (*starts, len(text)))


def as_digits(text: str) -> str:
    """The same length, with letters that look like digits as those digits."""
    return text.translate(_READ_AS)


def _add(piece: str, at: int, chars: list[str], starts: list[int]) -> None:
    for offset, char in enumerate(piece):
        read = _ascii(char)
        if read:
            chars.append(read)
            starts.append(at + offset)


def _decoded(coded: str) -> Iterator[tuple[str, int]]:
    """The characters that are meant, each with how many characters it takes in the text."""
    if coded.startswith("&"):
        yield html.unescape(coded)[:1], len(coded)
        return
    octets = unquote_to_bytes(coded)
    try:
        meant = octets.decode()
    except UnicodeDecodeError:
        meant = octets.decode("latin-1")
        yield from ((char, 3) for char in meant)
    else:
        yield from ((char, 3 * len(char.encode())) for char in meant)


def _ascii(char: str) -> str:
    """One character, or none for what nobody sees."""
    if char.isascii():
        return char
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(char) in _INVISIBLE:
        return ""
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 and folded.isalnum() else char
