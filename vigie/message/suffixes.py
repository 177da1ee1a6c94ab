"""The public suffix list inside the wheel, read once: that takes a tenth of a second."""

from __future__ import annotations

from functools import cache

from publicsuffixlist import PublicSuffixList


@cache
def registries() -> PublicSuffixList:
    """The ICANN section: a private suffix is a customer's name space, not a registry."""
    return PublicSuffixList(only_icann=True)
