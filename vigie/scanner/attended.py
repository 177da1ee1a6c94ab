"""One mailbox at work: its supervisor, and a watcher for each folder. What a reload keeps, it keeps whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from vigie.scanner.mailboxes import imap
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor
from vigie.scanner.watch import Watcher

LATE = timedelta(minutes=2)
"""A scan that is late, because the machine is busy, is no deafness yet."""


class Attended:
    """The threads of one account."""

    def __init__(self, account: AccountSettings, supervisor: Callable[[AccountSettings], Supervisor]) -> None:
        """Raises LedgerError, and ValueError for a `cron` that is none."""
        self.account = account
        self.trigger = trigger(account)
        self.supervisor = supervisor(account)
        self._watchers = _watchers(self.supervisor) if account.idle else []

    @property
    def threads(self) -> Sequence[threading.Thread]:
        """All of them."""
        return (self.supervisor, *self._watchers)

    def is_as(self, account: AccountSettings) -> bool:
        """Nothing is new about the account, and nothing wrong with its work: a reload has no reason to disturb it."""
        return self.account == account and self.supervisor.is_sound

    def start(self) -> None:
        """Returns at once; every folder is looked at right away."""
        self.supervisor.request()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Ends them after the current command; does not wait."""
        self.supervisor.stop()


def trigger(account: AccountSettings) -> CronTrigger | IntervalTrigger:
    """The account's `cron`, else its `schedule`, with jitter: forty mailboxes of one server do not come at once."""
    if account.cron is not None:
        return CronTrigger.from_crontab(account.cron)
    return IntervalTrigger(seconds=account.schedule_s, jitter=min(account.schedule_s // 10, 30) or None)


def patience(account: AccountSettings, since: datetime) -> timedelta:
    """How long after `since` the server is to be heard again, by the account's schedule; then nobody knows the lag."""
    if account.cron is None:
        return timedelta(seconds=account.schedule_s) + LATE
    due = trigger(account).get_next_fire_time(None, since)
    return (due - since if due is not None else timedelta(days=366)) + LATE


def _watchers(one: Supervisor) -> Sequence[Watcher]:
    def wake(folder: str, uidnext: int, idling: bool) -> None:
        one.request((folder,), uidnext=uidnext, idling=idling)

    return [
        Watcher(one.account, folder, wake, one.stopping, connect=imap.connect, gate=one.gate)
        for folder in one.account.watched
    ]
