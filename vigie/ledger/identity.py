"""Ids that people type and read aloud: Crockford's base 32, lower-case, without i, l, o and u."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

from vigie.ledger.types import Place

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 12
_READ_AS = str.maketrans("oil", "011")


def record_id(place: Place) -> str:
    """The id of a place's record: always the same, so that a scan that is repeated after a kill finds its own records again."""
    text = "\0".join((place.account, place.folder, str(place.uidvalidity), str(place.uid)))
    return _spelt(int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()))


def mailbox_mark(account: str, addresses: Iterable[str]) -> str:
    """What a mailbox's addresses are recognised by without being kept (RGPD article 5); "" where there are none."""
    known = sorted({address.strip().lower() for address in addresses} - {""})
    return (
        hashlib.sha256("\0".join((account, *known)).encode("utf-8", "surrogatepass")).hexdigest()[:16] if known else ""
    )


def fresh_id() -> str:
    """An id that nobody has: for intents."""
    return _spelt(secrets.randbits(5 * LENGTH))


def as_typed(text: str) -> str:
    """What was meant by an id that a person typed: case, and the letters that ids do not use, are forgiven."""
    return text.strip().lower().translate(_READ_AS)


def _spelt(number: int) -> str:
    return "".join(ALPHABET[(number >> 5 * position) & 31] for position in range(LENGTH))
