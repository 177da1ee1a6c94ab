"""What the ledger keeps only sealed: AES-256-GCM with a key in a file of its own beside the ledger (W-19, W-25).

A copy of the database alone opens nothing. Where the key is lost, what was sealed is lost with it, and nothing else.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vigie.ledger.faults import LedgerError

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class Sealer:
    """Opens nothing before it is used; makes the key at the first use."""

    def __init__(self, ledger: Path) -> None:
        self._file = ledger.with_name(f"{ledger.name}.key")

    def seal(self, data: bytes, about: str) -> bytes:
        """`about`: what it belongs to; opened under another name it is refused. Raises LedgerError."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key()).encrypt(nonce, data, about.encode())

    def unseal(self, sealed: bytes, about: str) -> bytes | None:
        """None where it was changed, belongs to something else, or was sealed with another key. Raises LedgerError."""
        try:
            return AESGCM(self._key()).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):
            return None

    def _key(self) -> bytes:
        try:
            return self._read() or self._made()
        except OSError as error:
            raise LedgerError(f"the key {self._file}: {error.strerror}", temporary=False) from None

    def _read(self) -> bytes | None:
        try:
            key = self._file.read_bytes()
        except FileNotFoundError:
            return None
        if len(key) != _KEY_BYTES:
            raise LedgerError(f"the key {self._file} is damaged: restore it from a backup", temporary=False)
        return key

    def _made(self) -> bytes:
        """Whole or not at all, and the first one wins: two programs may need it at the same moment."""
        draft = self._file.with_name(f"{self._file.name}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, self._file)
        finally:
            draft.unlink()
        key = self._read()
        assert key is not None
        return key
