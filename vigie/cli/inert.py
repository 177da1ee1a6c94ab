"""Addresses of a mail as text that no terminal makes a link of: whoever reads why a mail is false must not click into it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ADDRESS = re.compile(r"\b(?:(h)tt(ps?://)|(?=www\.))([^\s/?#»”]+)", re.IGNORECASE)


def inert(text: str) -> str:
    """Every http(s) and www address as analysts write it: hxxps://fraud[.]example/a."""
    return _ADDRESS.sub(_disarmed, text)


def _disarmed(found: re.Match[str]) -> str:
    scheme = f"{found[1]}xx{found[2]}" if found[2] else ""
    return scheme + found[3].replace(".", "[.]")


def quoting_inertly(text: str, quotes: Iterable[str]) -> str:
    """An explanation in which what the mail says is inert; addresses of our own, such as a fact's source, stay as they are."""
    for quote in sorted({quote for quote in quotes if quote}, key=len, reverse=True):
        text = text.replace(quote, inert(quote))
    return text
