"""What the ledger keeps only encrypted: AES-256-GCM with a key in a file beside it (W-19, W-25, RGPD article 32).

Messages that are looked at, secrets of second factors. Who has a copy of the ledger alone reads nothing. What is sealed is bound
to its row: put into another one, it does not open.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vigie.ledger.faults import LedgerError

_KEY_BYTES = 32
_NONCE_BYTES = 12
"""NIST SP 800-38D section 8.2.2: random ones of 96 bits do for 2^32 messages under one key."""


class UnreadableError(LedgerError):
    """One value does not open: it was sealed with another key, for another row, or was changed. The others may well open."""


def seal(ledger: Path, plain: bytes, about: str) -> bytes:
    """Encrypted for the row `about`. Raises LedgerError where the key cannot be read or made."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(_key(ledger)).encrypt(nonce, plain, about.encode())


def unseal(ledger: Path, sealed: bytes, about: str) -> bytes:
    """The plain bytes. Raises UnreadableError, and LedgerError where there is no key to try."""
    key = _key(ledger)
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except (InvalidTag, ValueError):  # ValueError: shorter than a nonce
        raise UnreadableError(
            f"ledger {ledger}: something in it does not open with the key {key_path(ledger)}", temporary=False
        ) from None


def key_path(ledger: Path) -> Path:
    """vigie.db -> vigie.db-key.

    Lost with it: messages that live ten minutes or were handed in, and second factors, which are set up anew.
    """
    return ledger.with_name(f"{ledger.name}-key")


def _key(ledger: Path) -> bytes:
    path = key_path(ledger)
    try:
        if not path.exists():
            _make(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            raise LedgerError(f"{path}: others can read this key (mode {mode:04o}): chmod 600", temporary=False)
        key = path.read_bytes()
    except OSError as error:
        raise LedgerError(f"{path}: this key cannot be used: {error.strerror}", temporary=False) from None
    if len(key) != _KEY_BYTES:
        raise LedgerError(f"{path}: this is no key of Vigie: remove it, a new one is made", temporary=False)
    return key


def _make(path: Path) -> None:
    """Whole or not at all, for its owner alone; of two programs that make one at a time the first one's stays."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)
