"""The accounts among each other, and their schedules: what vigie.toml alone shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from vigie.cli.checkup.found import Found, note, wrong
from vigie.cli.config import AccountSettings, Config
from vigie.scanner import attended

CONNECTIONS: Final = 10
"""Dovecot's mail_max_userip_connections (I-44)."""


def accounts(config: Config) -> Iterator[Found]:
    """Everything about them that needs no server."""
    if not config.accounts:
        yield wrong("no-account")
    yield from _together(config.accounts)
    for account in config.accounts:
        yield from schedule(account)
        if not account.recipients:
            yield note("no-own-address", account.name)


def _together(all_accounts: tuple[AccountSettings, ...]) -> Iterator[Found]:
    watching: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    connections: dict[tuple[str, str], int] = defaultdict(int)
    for account in all_accounts:
        for folder in dict.fromkeys(map(_same, account.watched)):
            watching[(*_mailbox(account), folder)].append(account.name)
        connections[_mailbox(account)] += 1 + (len(account.watched) if account.idle else 0)
    for (_, _, folder), names in watching.items():
        if len(names) > 1:
            yield wrong("same-mailbox", ", ".join(names), folder)
    for account in all_accounts:
        others = set(watching.get((*_mailbox(account), _same(account.quarantine_folder)), ())) - {account.name}
        if others and account.mode == "enforce":
            yield wrong("quarantine-watched", f"{account.name}/{account.quarantine_folder}", ", ".join(sorted(others)))
    for (host, user), count in connections.items():
        if count > CONNECTIONS:
            yield wrong("too-many-connections", f"{user}@{host}", str(count))


def _mailbox(account: AccountSettings) -> tuple[str, str]:
    return account.host.lower().removesuffix("."), account.username


def _same(folder: str) -> str:
    """INBOX alone is the same in any case (RFC 9051 section 5.1)."""
    return folder.upper() if folder.upper() == "INBOX" else folder


def schedule(account: AccountSettings) -> Iterator[Found]:
    """A cron that is none, or that never comes."""
    if account.cron is None:
        return
    try:
        trigger = attended.trigger(account)
    except ValueError:
        yield wrong("cron-wrong", account.name, account.cron)
        return
    if trigger.get_next_fire_time(None, datetime.now(UTC)) is None:
        yield wrong("cron-never", account.name, account.cron)


def too_short(account: AccountSettings, pass_s: float) -> Iterator[Found]:
    """`pass_s`: how long it took just now to log in and to look at each folder, without judging anything."""
    if account.cron is None and account.schedule_s <= pass_s:
        yield wrong("schedule-short", account.name, f"{account.schedule} ≤ {pass_s:.1f} s")
