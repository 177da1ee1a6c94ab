"""Pages that a test can sign in to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from tests.web.served import CHEAP, Served, kept_password, serve
from vigie.web.people import passwords
from vigie.web.site import Mailbox

MAILBOXES = tuple(
    Mailbox(name, "imap.example.org", f"{name}@example.org", ("INBOX",), "enforce", "Quarantaine", "5m")
    for name in ("accueil", "compta")
)


REAL = passwords._HASHER


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look at a password costs a second on purpose; here it is the same with less."""
    monkeypatch.setattr(passwords, "_HASHER", CHEAP)
    monkeypatch.setattr(passwords, "_NOBODY", kept_password())


@pytest.fixture
def real_passwords(cheap_passwords: None, monkeypatch: pytest.MonkeyPatch) -> PasswordHasher:
    """As they are hashed outside of the tests."""
    monkeypatch.setattr(passwords, "_HASHER", REAL)
    return REAL


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Two mailboxes, nobody in the ledger."""
    with serve(tmp_path, mailboxes=MAILBOXES) as pages:
        yield pages
