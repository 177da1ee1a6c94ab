"""Time-based one-time passwords: RFC 6238 with SHA-1, 30 seconds and six digits, what every authenticator app understands."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps that the clock of a phone may differ (RFC 6238 section 5.2)."""
RECOVERY_CODES: Final = 10
_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")


def new_secret() -> bytes:
    """160 bits (RFC 4226 section 4, R6)."""
    return secrets.token_bytes(20)


def code(secret: bytes, counter: int) -> str:
    """RFC 4226 section 5.3."""
    digest = hmac.new(secret, counter.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching(secret: bytes, given: str, at: datetime) -> int | None:
    """The counter that the code is of, now or a step beside; None: it is wrong. Whether it was used before the ledger knows."""
    typed = "".join(given.split())
    if not _CODE.fullmatch(typed):
        return None
    now = int(at.timestamp()) // STEP_S
    found = None
    for counter in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(code(secret, counter).encode(), typed.encode()):
            found = counter
    return found


def in_letters(secret: bytes) -> str:
    """For who types it: base 32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, name: str, host: str) -> str:
    """What the QR code holds."""
    told = {"secret": in_letters(secret).replace(" ", ""), "issuer": f"Vigie ({host})"}
    return f"otpauth://totp/{quote(f'Vigie ({host}):{name}')}?{urlencode(told, quote_via=quote)}"


def recovery_codes() -> tuple[str, ...]:
    """50 bits each, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return tuple(
        "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    )


def as_recovery_code(given: str) -> str:
    """As it was shown, however it was typed."""
    text = "".join(char for char in given.casefold() if char.isalnum())
    return f"{text[:5]}-{text[5:]}" if len(text) == 10 else ""
