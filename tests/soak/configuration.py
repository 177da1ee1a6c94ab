"""A vigie.toml for accounts of a test server."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from vigie.scanner.settings import AccountSettings

VIGIE = str(Path(sys.executable).with_name("vigie"))


def write_config(folder: Path, accounts: Sequence[AccountSettings], mode: str, **extra: str) -> Path:
    """Writes the file and an empty DNS zone; `extra` are more lines of each account, as key and TOML value."""
    (folder / "zone.toml").write_text("[txt]\n")
    lines = [f'[ledger]\nurl = "sqlite:///{folder}/vigie.db"', '[dns]\nzone_file = "zone.toml"']
    lines += [_account(account, {"mode": f'"{mode}"', **extra}) for account in accounts]
    path = folder / "vigie.toml"
    path.write_text("\n".join(lines))
    return path


def _account(account: AccountSettings, extra: dict[str, str]) -> str:
    known = {"name": account.name, "host": account.host, "username": account.username}
    files = {"ca_file": account.ca_file, "password_file": account.password_file}
    values = {key: f'"{value}"' for key, value in (known | files).items()}
    return "[[accounts]]\n" + "".join(
        f"{key} = {value}\n" for key, value in (values | {"port": str(account.port)} | extra).items()
    )
