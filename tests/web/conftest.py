"""Pages that a test can sign in to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.served import Served, serve
from vigie.web.site import Mailbox

MAILBOXES = tuple(
    Mailbox(name, "imap.example.org", f"{name}@example.org", ("INBOX",), "enforce", "Quarantaine", "5m")
    for name in ("accueil", "compta")
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Two mailboxes, nobody in the ledger."""
    with serve(tmp_path, mailboxes=MAILBOXES) as pages:
        yield pages
