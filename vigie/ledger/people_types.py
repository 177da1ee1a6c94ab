"""Who may use the web pages: people with a role, their sessions, invitations. Secrets are hashes here, or sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # every command reads the settings, which name roles: it need not load the whole review for that
    from vigie.ledger.review_types import Scope


class Role(StrEnum):
    """What somebody may do, in the accounts of his scope. Each includes the ones before it."""

    READER = "reader"
    """Sees cases."""
    REVIEWER = "reviewer"
    """Decides about them."""
    ADMIN = "admin"
    """Invites people, reads the audit log and the settings."""

    def includes(self, other: Role) -> bool:
        """Whoever has this role may do what `other` may."""
        return _RANK[self] >= _RANK[other]


_RANK: Final[Mapping[Role, int]] = {Role.READER: 0, Role.REVIEWER: 1, Role.ADMIN: 2}


@dataclass(frozen=True, slots=True)
class Rights:
    """A role and the accounts that it is for."""

    role: Role
    accounts: Scope

    def sees(self, account: str) -> bool:
        """That account is in the scope."""
        return self.accounts is None or account in self.accounts

    def covers(self, other: Rights) -> bool:
        """Nothing that `other` allows is denied by these: whoever has these may give the others away."""
        wide = self.accounts is None or (other.accounts is not None and other.accounts <= self.accounts)
        return wide and self.role.includes(other.role)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in."""

    id: str
    name: str
    """Unique, whatever the case of its letters; shown, and written into the audit log."""
    rights: Rights
    language: str
    created_at: datetime
    disabled: bool = False
    password: str | None = field(default=None, repr=False)
    """An argon2id hash; None: signs in by the identity provider, or was invited to choose one."""
    totp: bytes | None = field(default=None, repr=False)
    """The sealed secret of the second factor; None: none was set up."""
    linked: bool = False
    """Signs in by the identity provider."""
    address: str = ""
    """Where she wants the digest; "": nowhere."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which somebody is signed in."""

    id: str
    user_id: str
    began_at: datetime
    seen_at: datetime
    """To the minute."""
    agent: str
    """What the browser says it is, cut."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that makes one account, or gives one a new password, once. Only a hash of the link is kept."""

    id: str
    rights: Rights
    by: str
    created_at: datetime
    ends_at: datetime
    user_id: str | None = None
    """Whose password it renews; None: it makes a new account."""
    note: str = ""
    """For whom it is, in the words of who made it."""


@dataclass(frozen=True, slots=True)
class By:
    """In whose name something is done, and with which rights."""

    who: str
    """For the audit log: "web:marie", "cli:root"."""
    rights: Rights


ALL_RIGHTS: Final = Rights(Role.ADMIN, None)


class Told(StrEnum):
    """What became of a change."""

    DONE = "done"
    UNKNOWN = "unknown"
    """There is no such person or invitation, or it is over."""
    DENIED = "denied"
    """Nobody gives away, or takes from another, what he does not have himself."""
    LAST_ADMIN = "last-admin"
    """Then nobody could let anybody in again."""
    NAME_TAKEN = "name-taken"


def may_change(by: By, person: Rights, becomes: Rights | None = None) -> bool:
    """Rights over a person: an admin, for those whose rights his own cover, to rights that his own cover."""
    wanted = (person,) if becomes is None else (person, becomes)
    return by.rights.role is Role.ADMIN and all(by.rights.covers(one) for one in wanted)
