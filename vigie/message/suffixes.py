"""The public suffix list inside the wheel, read once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from publicsuffixlist import PSLFILE, PublicSuffixList


@cache
def registries() -> PublicSuffixList:
    """The ICANN section: a private suffix is a customer's name space, not a registry."""
    return PublicSuffixList(_lines(), accept_encoded_idn=False, only_icann=True)


def _lines() -> Iterator[str]:
    """The list, with the A-labels of its names that are no ASCII: asked for them, the library encodes all ten thousand."""
    with Path(PSLFILE).open(encoding="utf-8") as file:
        for line in file:
            yield line
            if not line.isascii() and not line.startswith("//"):
                rule = line.split()[0].lower()
                yield ("!" if rule[0] == "!" else "") + rule.lstrip("!").encode("idna").decode()
