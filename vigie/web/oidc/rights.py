"""What the groups of a person allow her: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from vigie.ledger.people_types import Rights, Role
from vigie.ledger.review_types import Scope
from vigie.web.settings import OidcSettings

NAMES: Final = ("preferred_username", "name", "email", "sub")
LONGEST_NAME: Final = 60


def of_groups(claims: Mapping[str, Any], settings: OidcSettings) -> Rights | None:
    """The highest role that one of her groups has, for the accounts of the groups with that role; None: no group of ours."""
    told = claims.get(settings.groups_claim)
    names = {told} if isinstance(told, str) else set(filter(_is_text, told)) if isinstance(told, list) else set()
    groups = [group for group in settings.groups if group.name in names]
    for role in (Role.ADMIN, Role.REVIEWER, Role.READER):
        with_it = [group for group in groups if group.role is role]
        if with_it:
            accounts: Scope = frozenset()
            for group in with_it:
                accounts = None if accounts is None or group.accounts is None else accounts | set(group.accounts)
            return Rights(role, accounts)
    return None


def name_of(claims: Mapping[str, Any]) -> str:
    """What colleagues and the log call her. Nothing is decided by it: anybody may be allowed to choose his own."""
    for key in NAMES:
        told = claims.get(key)
        if isinstance(told, str):
            text = " ".join("".join(char if char.isprintable() else " " for char in told).split())[:LONGEST_NAME]
            if text:
                return text
    return "?"


def _is_text(value: object) -> bool:
    return isinstance(value, str)
