"""Whose ground a link leads to where that says something: shorteners, free hosting, click counters (hosting.toml), bare addresses.

Nothing is accused by it: it tells the reader why the name that he sees says nothing about who is behind it (threats C-28, C-45..C-47).
"""

from __future__ import annotations

import ipaddress
import tomllib
from functools import cache, lru_cache
from importlib import resources

KINDS = ("shortener", "free-hosting", "counter", "address")


@lru_cache(maxsize=4096)
def ground(host: str, path: str = "") -> str:
    """One of KINDS, or "" for a host of whoever it names. `path` counts where a service is known by it; the longest name wins."""
    if _is_address(host):
        return "address"
    known = _known()
    labels = host.rstrip(".").split(".")
    for start in range(len(labels)):
        name = ".".join(labels[start:])
        for held, kind in known.get(name, ()):
            if path.startswith(held):
                return kind
    return ""


def _is_address(host: str) -> bool:
    """An IP address instead of a name (C-28)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@cache
def _known() -> dict[str, tuple[tuple[str, str], ...]]:
    """Host -> (path, kind), the longest path first."""
    text = (resources.files(__package__) / "hosting.toml").read_text(encoding="utf-8")
    found: dict[str, list[tuple[str, str]]] = {}
    for kind, names in tomllib.loads(text).items():
        for name in names:
            host, slash, path = name.partition("/")
            found.setdefault(host, []).append((slash + path, kind))
    return {host: tuple(sorted(held, key=lambda pair: -len(pair[0]))) for host, held in found.items()}
