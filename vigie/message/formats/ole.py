"""Office documents in the old form (doc, xls, ppt, msg): opaque, but for links and runs of text in their bytes (threats C-39)."""

from __future__ import annotations

import re

from vigie.message.formats.opened import Allowance, Opened
from vigie.message.layers import Line
from vigie.message.readings import Leaf
from vigie.message.text import Page, Target

_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BYTES = 8 << 20
_RUNS = 2_000
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){12,2000}")
_NARROW = re.compile(rb"[\x20-\x7e\x92\x9c\xa0-\xff]{12,2000}")
_URL = re.compile(r"(?:https?|ftp|file)://[^\s\"'<>()]{4,2048}", re.IGNORECASE)
_MACROS = tuple(name.encode("utf-16-le") for name in ("_VBA_PROJECT", "Macros", "VBA"))


def fits(leaf: Leaf) -> bool:
    """A compound file, by its first bytes."""
    return leaf.data.startswith(_START)


def opened(leaf: Leaf, allowance: Allowance) -> Opened:
    """One page of what stands readable in it."""
    data = leaf.data[:_BYTES]
    if "EncryptedPackage".encode("utf-16-le") in data:
        allowance.ledger.note("encrypted-document", "a document that asks for a password")
        return Opened()
    allowance.ledger.note("opaque-document", "a document in an old format, searched for text and links only")
    runs = [run.decode("utf-16-le") for run in _found(_WIDE, data)] + [
        run.decode("cp1252", "replace") for run in _found(_NARROW, data)
    ]
    page = Page()
    for run in runs:
        page.targets += [Target(url, "", "document", len(page.lines)) for url in _URL.findall(run)[:16]]
        if sum(map(str.isalpha, run)) * 10 >= len(run) * 7:
            page.lines.append(Line(" ".join(run.split())))
    macros = any(name in data for name in _MACROS)
    return Opened([page] if page.lines or page.targets else [], active=macros)


def _found(pattern: re.Pattern[bytes], data: bytes) -> list[bytes]:
    found = []
    for match in pattern.finditer(data):
        found.append(match[0])
        if len(found) >= _RUNS:
            break
    return found
