"""How values are written into columns and read back: instants, lists, text that a database refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from vigie.ledger.types import Place


def instant_text(instant: datetime) -> str:
    """UTC with microseconds, fixed width: sorts as text. A naive instant is a fault of the caller (ValueError)."""
    if instant.tzinfo is None:
        raise ValueError("the ledger takes aware instants only")
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def instant(text: str) -> datetime:
    """The instant, aware, in UTC."""
    return datetime.fromisoformat(text)


def optional_instant_text(value: datetime | None) -> str | None:
    """As instant_text; None stays None."""
    return None if value is None else instant_text(value)


def optional_instant(text: str | None) -> datetime | None:
    """As instant; None stays None."""
    return None if text is None else instant(text)


def storable(text: str) -> str:
    """Text that every database takes: a NUL or half a surrogate pair, which hostile headers carry, becomes U+FFFD."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def list_text(values: tuple[str, ...]) -> str:
    """A JSON list."""
    return json.dumps([storable(value) for value in values], ensure_ascii=False)


def text_list(text: str) -> tuple[str, ...]:
    """The strings of a JSON list."""
    return tuple(json.loads(text))


def place(account: str, folder: str, uidvalidity: int, uid: int) -> Place:
    """A place from its four columns."""
    return Place(account=account, folder=folder, uidvalidity=uidvalidity, uid=uid)
