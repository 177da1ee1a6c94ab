"""What a log line is about: keys that stand beside its message, set once for everything that a thread says (docs/operation.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Final

KEYS: Final = ("account", "folder", "uid", "sha256", "lag_seconds", "lag_uids", "alert", "exception")
"""Every key that a line may carry beside at, level, logger and message. None of them ever holds mail content."""
NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
_current: ContextVar[Mapping[str, object]] = ContextVar("log_keys", default=NOTHING)


def current() -> Mapping[str, object]:
    """The keys that hold here."""
    return _current.get()


@contextmanager
def about(**keys: object) -> Iterator[None]:
    """Within the block every line of this thread carries these keys, too."""
    unknown = set(keys) - set(KEYS)
    assert not unknown, unknown
    token = _current.set({**_current.get(), **keys})
    try:
        yield
    finally:
        _current.reset(token)
