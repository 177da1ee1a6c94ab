"""What people hand in: through what it came, and what a reviewer said about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from vigie.ledger.review_types import CaseLine, Scope
from vigie.ledger.token_types import Token


class SourceKind(StrEnum):
    """Through what a message was handed in."""

    TOKEN = "token"  # noqa: S105 - no secret, the kind of a source
    """A program that asks the API."""
    FOLDER = "folder"
    """A folder of a mailbox that people drop messages into."""


class HandedState(StrEnum):
    """What became of a message that somebody handed in."""

    OPEN = "open"
    """No reviewer has said anything."""
    CONFIRMED = "confirmed"
    """A fraud: it can be reported further like any other."""
    DISMISSED = "dismissed"
    """None, or none that anything is done about."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who or what hands messages in. The same message by the same source is kept once."""

    kind: SourceKind
    id: str
    """Of the token; of a folder its mailbox account, and more where that has several such folders."""
    name: str
    """What reviewers know it by."""
    accounts: Scope
    """The mailboxes that it is about; None: all of them."""

    @classmethod
    def of_token(cls, token: Token) -> Self:
        """A program, by its token."""
        return cls(SourceKind.TOKEN, token.id, token.name, token.accounts)

    @classmethod
    def of_folder(cls, account: str, folder: str) -> Self:
        """A folder of a mailbox."""
        return cls(SourceKind.FOLDER, f"{account}\0{folder}", folder, frozenset({account}))

    @property
    def account(self) -> str:
        """Whose case it becomes: the one mailbox that the source is about. Else "": of nobody's, for who sees every mailbox (W-12)."""
        return next(iter(self.accounts)) if self.accounts is not None and len(self.accounts) == 1 else ""

    @property
    def who(self) -> str:
        """How the audit log calls it."""
        return f"mailbox:{self.account}" if self.kind is SourceKind.FOLDER else f"{self.kind.value}:{self.name}"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One line of the list of what people have handed in."""

    case: CaseLine
    kind: SourceKind
    source: str
    """Its name."""
    at: datetime
    state: HandedState
    by: str
    """Who confirmed or dismissed it; ""."""
    kept: bool
    """The message itself is there still."""
