"""What an account logs in with now: its password, or a token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vigie.scanner.credentials.schemas import SecretStr
from vigie.scanner.credentials.tokens import TokenKeeper
from vigie.scanner.settings import AccountSettings


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret. `is_token`: it is shown as OAuth has it. `old`: where it is refused, another may be accepted."""

    secret: SecretStr
    is_token: bool = False
    old: bool = False


def obtain(account: AccountSettings, *, refused: Credential | None = None) -> Credential:
    """The password, read anew, or a token that is good for some minutes, another than `refused`. Raises SecretError."""
    if account.oauth is None:
        return Credential(account.password())
    keeper = TokenKeeper(account.name, account.oauth)
    bearer = keeper.bearer(refused=refused.secret if refused else None)
    return Credential(bearer.token, is_token=True, old=bearer.old)


def secret_files(account: AccountSettings) -> Sequence[Path]:
    """The files that hold a secret of this account, whether or not they exist."""
    oauth = account.oauth
    files = (account.password_file, oauth and oauth.client_secret_file, oauth and oauth.token_file)
    return [file for file in files if file]
