"""The person who is signed in, as every handler sees her."""

from __future__ import annotations

from dataclasses import dataclass

from vigie.ledger.people_types import Rights, Role
from vigie.ledger.review_types import Scope


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in, with the rights that she has at this very request."""

    id: str
    name: str
    rights: Rights
    language: str
    """fr or en."""
    session: str
    """Id of the session; no secret."""
    has_second_factor: bool = False
    must_set_up: bool = False
    """She has to set up a second factor before anything else."""

    @property
    def who(self) -> str:
        """How the audit log calls her."""
        return f"web:{self.name}"

    @property
    def role(self) -> Role:
        """Her role."""
        return self.rights.role

    @property
    def accounts(self) -> Scope:
        """The mailbox accounts that she may see; None: all."""
        return self.rights.accounts

    def may(self, role: Role) -> bool:
        """She may do what that role may, in the accounts that she sees."""
        return self.rights.role.includes(role)

    def sees(self, account: str) -> bool:
        """That mailbox account is hers to see."""
        return self.rights.sees(account)
