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
    for account in accounts:
        lines.append(
            f'[[accounts]]\nname = "{account.name}"\nhost = "{account.host}"\nport = {account.port}\nca_file = "{account.ca_file}"\n'
            f'username = "{account.username}"\npassword_file = "{account.password_file}"\nmode = "{mode}"\n'
            + "".join(f"{key} = {value}\n" for key, value in extra.items())
        )
    path = folder / "vigie.toml"
    path.write_text("\n".join(lines))
    return path
