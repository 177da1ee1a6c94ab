"""The mailbox service: accounts, schedules, IDLE and signals wired together. No logic: see supervisor, watch and cycle."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Protocol, TypeVar

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WorkerPool
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner import supervisor, upkeep
from vigie.scanner.digest.post import LOOK_S, Post
from vigie.scanner.errands import Errands
from vigie.scanner.mailboxes import imap
from vigie.scanner.notify import Systemd
from vigie.scanner.operation.meter import Meter
from vigie.scanner.operation.outlook import Outlook
from vigie.scanner.operation.settings import OperationSettings
from vigie.scanner.pulse import Pulse
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Supervisor
from vigie.scanner.watch import Watcher

LOG = logging.getLogger(__name__)

STOP_S = 8.0
"""For the current commands; whatever is not done then is taken up by the next start, as after a kill (I-53)."""
S = TypeVar("S", bound="Setup")
LATE = timedelta(minutes=2)
"""A scan that is late, because the machine is busy, is no deafness yet."""


class Setup(Protocol):
    """What the service needs of a configuration."""

    @property
    def judge(self) -> JudgeSettings:
        """How to judge."""
        ...

    @property
    def ledger(self) -> str:
        """The ledger's URL."""
        ...

    @property
    def retention(self) -> RetentionSettings:
        """How long the ledger remembers."""
        ...

    @property
    def accounts(self) -> tuple[AccountSettings, ...]:
        """The mailboxes."""
        ...

    @property
    def operation(self) -> OperationSettings:
        """Metrics, alerts and digests."""
        ...

    @property
    def refused(self) -> Mapping[str, str]:
        """Accounts that go on as they were, or were not begun, because what is new about them is wrong; and why."""
        ...


class Service:
    """The accounts of one setup at work, from `start` to `stop`."""

    def __init__(self, setup: Setup, meter: Meter) -> None:
        """`meter` counts what happens. Raises LedgerError, and ValueError for a `cron` that is none."""
        self.setup = setup
        triggers = [trigger(account) for account in setup.accounts]
        with ExitStack() as stack:
            self._ledger = Ledger(setup.ledger, "service")
            stack.callback(self._ledger.close)
            self._pool = stack.enter_context(WorkerPool(setup.judge, told=meter.case))
            self._open = stack.pop_all()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_listener(_missed, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        limit = setup.judge.limits.message_bytes
        self._supervisors = [
            Supervisor(account, self._ledger, self._pool, limit=limit, connect=imap.connect, meter=meter)
            for account in setup.accounts
        ]
        for one, when in zip(self._supervisors, triggers, strict=True):
            # One job an account, never dropped, never doubled: a late one runs late, many late ones run once.
            self._scheduler.add_job(
                one.request, when, id=one.account.name, coalesce=True, max_instances=1, misfire_grace_time=None
            )
        self._scheduler.add_job(
            upkeep.run,
            IntervalTrigger(hours=upkeep.EVERY_H, jitter=600),
            (self._ledger, setup.retention, meter),
            id="upkeep",
            next_run_time=datetime.now(UTC) + timedelta(seconds=upkeep.FIRST_AFTER_S),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        if setup.operation.digest.on:
            post = Post(self._ledger, setup.accounts, setup.operation, meter)
            self._scheduler.add_job(
                post.run,
                IntervalTrigger(seconds=LOOK_S),
                id="digest",
                next_run_time=datetime.now(UTC),
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self._pulse = Pulse(self._supervisors, Systemd())
        self._errands = Errands(self._ledger)
        self._watchers = [
            watcher for supervisor in self._supervisors if supervisor.account.idle for watcher in _watchers(supervisor)
        ]

    @property
    def ledger(self) -> Ledger:
        """Where it remembers."""
        return self._ledger

    @property
    def accounts(self) -> Sequence[AccountSettings]:
        """Its mailboxes."""
        return self.setup.accounts

    @property
    def judging(self) -> int:
        """Messages being judged, or waiting for it."""
        return self._pool.under_way

    def start(self) -> None:
        """Returns at once; every folder is looked at right away."""
        for one in self._supervisors:
            one.request()
            one.start()
        for watcher in self._watchers:
            watcher.start()
        self._scheduler.start()
        self._pulse.start()
        self._errands.start()

    def stop(self) -> bool:
        """Ends the current commands; False where one did not end in time."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for one in self._supervisors:
            one.stop()
        self._pulse.stop()
        self._errands.stop()
        done = supervisor.ended([*self._supervisors, *self._watchers, self._pulse, self._errands], STOP_S)
        self._pool.close()
        if done:
            self._open.close()
        return done


def trigger(account: AccountSettings) -> CronTrigger | IntervalTrigger:
    """The account's `cron`, else its `schedule`, with jitter: forty mailboxes of one server do not come at once."""
    if account.cron is not None:
        return CronTrigger.from_crontab(account.cron)
    return IntervalTrigger(seconds=account.schedule_s, jitter=min(account.schedule_s // 10, 30) or None)


def serve(load: Callable[[S | None], S], *, refused: type[Exception]) -> bool:
    """Runs until SIGTERM or SIGINT; True after an orderly end. Call it from the main thread.

    `load` reads the configuration, given the one at work, and raises `refused` with one line: at the start it goes to the
    caller, at a SIGHUP the old one is kept. Raises LedgerError.
    """
    news = _Signals()
    outlook = Outlook()
    setup = load(None)
    service = Service(setup, outlook.meter)
    service.start()
    LOG.info("at work on %s", _names(service.accounts))
    outlook.use(service, service.setup.operation)
    orderly = True
    systemd = Systemd()
    while news.wait() == signal.SIGHUP:
        # MONOTONIC_USEC as Type=notify-reload wants it
        systemd.tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")
        try:
            # Built before the old one ends: what is wrong shows while there is still something to keep.
            new = load(setup)
            fresh = Service(new, outlook.meter)
        except (refused, LedgerError, ValueError) as error:
            LOG.error(
                "not reloaded, the old configuration stays: %s; still at work on %s", error, _names(service.accounts)
            )
            outlook.refused(str(error))
            systemd.tell("READY=1")
            continue
        outlook.use(fresh, new.operation, new.refused)
        orderly = service.stop() and orderly
        changes = _changes(service.accounts, fresh.accounts)
        for name, why in new.refused.items():
            here = any(name == account.name for account in service.accounts)
            LOG.error("%s: not reloaded, %s: %s", name, "it goes on as before" if here else "it is not begun", why)
        setup, service = new, fresh
        service.start()
        outlook.meter.reloaded("partly" if new.refused else "done")
        LOG.info("reloaded; at work on %s (%s)", _names(service.accounts), changes)
    systemd.tell("STOPPING=1")
    outlook.close()
    orderly = service.stop() and orderly
    LOG.info("stopped")
    return orderly


class _Signals:
    """Signals as values: the handlers write to a pipe and nothing else."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_CLOEXEC)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._note)

    def wait(self) -> int:
        """The next signal's number."""
        return os.read(self._read, 1)[0]

    def _note(self, number: int, _: FrameType | None) -> None:
        os.write(self._write, bytes((number,)))


def _watchers(one: Supervisor) -> Sequence[Watcher]:
    def wake(folder: str, uidnext: int, idling: bool) -> None:
        one.request((folder,), uidnext=uidnext, idling=idling)

    return [
        Watcher(one.account, folder, wake, one.stopping, connect=imap.connect, gate=one.gate)
        for folder in one.account.folders
    ]


def patience(account: AccountSettings, since: datetime) -> timedelta:
    """How long after `since` the server is to be heard again, by the account's schedule; then nobody knows the lag."""
    if account.cron is None:
        return timedelta(seconds=account.schedule_s) + LATE
    due = trigger(account).get_next_fire_time(None, since)
    return (due - since if due is not None else timedelta(days=366)) + LATE


def _missed(event: JobExecutionEvent) -> None:
    LOG.error("%s: a scheduled scan was missed or failed (%s)", event.job_id, type(event.exception).__name__)


def _names(accounts: Sequence[AccountSettings]) -> str:
    return ", ".join(account.name for account in accounts) or "no account"


def _changes(before: Sequence[AccountSettings], after: Sequence[AccountSettings]) -> str:
    """Which accounts are new, gone, changed."""
    old, new = {one.name: one for one in before}, {one.name: one for one in after}
    told = {
        "new": [name for name in new if name not in old],
        "gone": [name for name in old if name not in new],
        "changed": [name for name in new if name in old and new[name] != old[name]],
    }
    return "; ".join(f"{word}: {', '.join(names)}" for word, names in told.items() if names) or "no account changed"
