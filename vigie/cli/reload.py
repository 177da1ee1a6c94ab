"""vigie.toml for a service: at its start whole, at a reload account by account. A wrong account goes on as it was.

What all accounts share (ledger, DNS, trust, limits, alerts) is one thing: where it is wrong, nothing of the file is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from vigie.cli.config import AccountSettings, Config, ConfigError, Read, find, load, load_by_account
from vigie.cli.config_faults import of_account
from vigie.cli.language import say
from vigie.scanner import attended


def loaded(path: Path | None, before: Config | None) -> Config:
    """What a service can work with. `before`: what it works with now; None: nothing yet. Raises ConfigError."""
    file = find(path)
    if file is None:
        return load(path)
    read = load_by_account(file)
    wrong = {**dict(_without_schedule(read, file)), **read.wrong}
    if wrong and before is None:
        raise wrong[min(wrong)]
    config = _mended(read, wrong, before) if before is not None else read.config
    if not config.accounts:
        none, right = (
            say("aucun compte", "no account"),
            say("ajoutez une section [[accounts]]", "add an [[accounts]] section"),
        )
        raise wrong[min(wrong)] if wrong else ConfigError(file, None, "", none, right)
    return config


def readable(path: Path | None) -> Config:
    """What can be read of the file, for a command that shows it: wrong accounts are named in `refused`. Raises ConfigError."""
    file = find(path)
    if file is None:
        return load(path)
    read = load_by_account(file)
    wrong = {**dict(_without_schedule(read, file)), **read.wrong}
    return _mended(read, wrong, None) if wrong else read.config


def _mended(read: Read, wrong: dict[int, ConfigError], before: Config | None) -> Config:
    """With the accounts as they were in the place of those that are wrong; new ones that are wrong are left out."""
    for number, fault in sorted(wrong.items()):
        if not read.names[number]:
            raise fault  # nobody knows whose it is: all would have to stay, and what is gone from the file with them
    refused = {read.names[number]: str(fault) for number, fault in sorted(wrong.items())}
    accounts: dict[str, AccountSettings] = {}
    for number, name in enumerate(read.names):
        account = read.right.get(number)
        if name in refused:  # also the right one of two that have the same name: nobody knows which is meant
            account = None if before is None else before.account(name)
        if account is not None:
            accounts[name] = account
    return replace(read.config, accounts=tuple(accounts.values()), refused=refused)


def _without_schedule(read: Read, file: Path) -> Iterator[tuple[int, ConfigError]]:
    for number, account in read.right.items():
        try:
            attended.trigger(account)
        except ValueError:
            wrong = say("valeur incorrecte", "wrong value")
            right = say('cinq champs de cron : "*/5 * * * *"', 'five fields of cron: "*/5 * * * *"')
            yield number, of_account(file, read.text, number, account, ("cron",), wrong, right)
