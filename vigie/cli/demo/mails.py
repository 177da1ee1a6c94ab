"""The demo's mails: what arrives when, and which verdicts are right for it."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from vigie.judge.examine import author_line
from vigie.judge.examine import shown as one_line
from vigie.message.parse import parse

FOLDER = Path(__file__).parent.parent / "demo_mails"
ZONE = FOLDER / "zone.toml"
"""The DNS of the demo's world."""
BORDER = "mx.demo.example"
"""The demo's own MX, as its Received fields name it."""


@dataclass(frozen=True)
class DemoMail:
    """One mail of mails.toml."""

    file: str
    theme: str
    expect: tuple[str, ...]
    arrives: float
    """Seconds after the service has judged what lay there; 0: it lies there from the start."""
    why: str
    raw: bytes

    @cached_property
    def sha256(self) -> str:
        """Of the bytes, as the ledger names them."""
        return hashlib.sha256(self.raw).hexdigest()

    @cached_property
    def shown(self) -> tuple[str, str]:
        """Author and subject. The ledger keeps them only of mail that concerns a protected sender."""
        message = parse(self.raw)
        return author_line(message), one_line(message.subject)


def load() -> tuple[DemoMail, ...]:
    """All of them by arrival."""
    index = tomllib.loads((FOLDER / "mails.toml").read_text(encoding="utf-8"))
    found = [
        DemoMail(
            file=mail["file"],
            theme=mail["theme"],
            expect=tuple(mail["expect"]),
            arrives=0.0 if mail["arrives"] == "start" else float(mail["arrives"]),
            why=mail["why"],
            raw=(FOLDER / mail["file"]).read_bytes(),
        )
        for mail in index["mail"]
    ]
    return tuple(sorted(found, key=lambda mail: (mail.arrives, mail.file)))
