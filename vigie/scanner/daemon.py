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
from apscheduler.triggers.interval import IntervalTrigger

from vigie.judge.edition import edition
from vigie.judge.settings import JudgeSettings
from vigie.judge.workers import WorkerPool
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger, LedgerError
from vigie.scanner import supervisor, upkeep
from vigie.scanner.attended import Attended
from vigie.scanner.digest.post import LOOK_S, Post
from vigie.scanner.errands import Errands
from vigie.scanner.mailboxes import imap
from vigie.scanner.notify import Systemd
from vigie.scanner.operation.meter import Meter
from vigie.scanner.operation.outlook import Outlook
from vigie.scanner.operation.settings import OperationSettings
from vigie.scanner.pulse import Pulse
from vigie.scanner.reporting import dispatch
from vigie.scanner.reporting.dispatch import Dispatch
from vigie.scanner.reporting.known import switched_on
from vigie.scanner.reporting.settings import ChannelsSettings
from vigie.scanner.room import Room
from vigie.scanner.settings import AccountSettings
from vigie.scanner.supervisor import Bench, Supervisor

LOG = logging.getLogger(__name__)

STOP_S = 8.0
"""For the current commands; whatever is not done then is taken up by the next start, as after a kill (I-53)."""
S = TypeVar("S", bound="Setup")


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
    def channels(self) -> ChannelsSettings:
        """To whom frauds may be reported."""
        ...

    @property
    def refused(self) -> Mapping[str, str]:
        """Accounts that go on as they were, or were not begun, because what is new about them is wrong; and why."""
        ...


class Service:
    """The accounts of one setup at work, from `start` to `stop`. `reload` changes what is new, and nothing else."""

    def __init__(self, setup: Setup, meter: Meter) -> None:
        """`meter` counts what happens. Raises LedgerError, and ValueError for a `cron` that is none."""
        self.setup = setup
        self._meter = meter
        self._reports: Dispatch | None = None
        self._room = Room(setup.judge.limits.fetched_bytes)
        with ExitStack() as stack:
            self._ledger = Ledger(setup.ledger, "service")
            stack.callback(self._ledger.close)
            self._pool = stack.enter_context(WorkerPool(setup.judge, told=meter.case))
            self._attended = self._begun(setup, setup.accounts, self._pool)
            stack.pop_all()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_listener(_missed, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        for one in self._attended:
            self._schedule(one)
        self._schedule_housework()
        self._pulse = Pulse(self._supervisors, Systemd())
        self._errands = Errands(self._ledger)

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
        for one in self._attended:
            one.start()
        self._scheduler.start()
        self._pulse.start()
        self._errands.start()

    def reload(self, setup: Setup) -> bool:
        """Takes another setup of the same ledger. A mailbox that is as it was, and sound, keeps its connections and its watch.

        Where something of [dns], [trust], [limits] or [brands] is new, a pass under way begins anew where it is. Raises
        LedgerError and ValueError before anything has changed. False where something did not end in time.
        """
        wanted = {account.name: account for account in setup.accounts}
        kept = [one for one in self._attended if one.account.name in wanted and one.is_as(wanted[one.account.name])]
        here = {one.account.name for one in kept}
        with ExitStack() as stack:
            old, pool = self._pool, self._pool
            if not _judge_alike(self.setup.judge, setup.judge, old):
                pool = stack.enter_context(WorkerPool(setup.judge, told=self._meter.case))
            fresh = self._begun(setup, [account for account in setup.accounts if account.name not in here], pool)
            stack.pop_all()
        ending = [one for one in self._attended if one not in kept]
        done = self._end(ending)
        done = self._hand_to(kept, pool, setup, old) and done
        self.setup, self._pool = setup, pool
        self._attended = [*kept, *fresh]
        for one in fresh:
            self._schedule(one)
            one.start()
        self._schedule_housework()
        self._pulse.stop()
        self._pulse.join(STOP_S)
        self._pulse = Pulse(self._supervisors, Systemd())
        self._pulse.start()
        return done

    def stop(self) -> bool:
        """Ends the current commands; False where one did not end in time."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        for one in self._attended:
            one.stop()
        self._pulse.stop()
        self._errands.stop()
        threads = [thread for one in self._attended for thread in one.threads]
        done = supervisor.ended([*threads, self._pulse, self._errands], STOP_S)
        self._pool.close()
        if done:
            self._ledger.close()
        return done

    @property
    def _supervisors(self) -> Sequence[Supervisor]:
        return [one.supervisor for one in self._attended]

    def _begun(self, setup: Setup, accounts: Sequence[AccountSettings], pool: WorkerPool) -> list[Attended]:
        limit = setup.judge.limits.message_bytes

        def made(account: AccountSettings) -> Supervisor:
            bench = Bench(pool, limit, self._room)
            return Supervisor(account, self._ledger, bench, connect=imap.connect, meter=self._meter)

        return [Attended(account, made) for account in accounts]

    def _end(self, ending: Sequence[Attended]) -> bool:
        for one in ending:
            self._scheduler.remove_job(_job(one))
            one.stop()
        return supervisor.ended([thread for one in ending for thread in one.threads], STOP_S)

    def _hand_to(self, kept: Sequence[Attended], pool: WorkerPool, setup: Setup, old: WorkerPool) -> bool:
        """What changes for those that stay; the old pool ends once nobody judges with it."""
        self._room.resize(setup.judge.limits.fetched_bytes)
        for one in kept:
            if one.account.name not in setup.refused:
                one.supervisor.file_was_read()
            if pool is not old:
                one.supervisor.use(Bench(pool, setup.judge.limits.message_bytes, self._room))
        if pool is old:
            return True
        deadline = time.monotonic() + STOP_S
        free = [one.supervisor.lets_go(old, max(deadline - time.monotonic(), 0.0)) for one in kept]
        old.close()
        return all(free)

    def _schedule(self, one: Attended) -> None:
        """One job an account, never dropped, never doubled: a late one runs late, many late ones run once."""
        self._scheduler.add_job(
            one.supervisor.request, one.trigger, id=_job(one), coalesce=True, max_instances=1, misfire_grace_time=None
        )

    def _schedule_housework(self) -> None:
        """What concerns no mailbox, by the settings that are in force; begun anew after a reload."""
        soon = datetime.now(UTC)
        post = Post(self._ledger, self.setup.accounts, self.setup.operation, self._meter)
        channels = self.setup.channels
        server = channels.mail or self.setup.operation.alerts.mail
        reports = Dispatch(self._ledger, channels, server, counted=self._meter.reported, accounts=self.setup.accounts)
        if self._reports is not None:
            self._reports.retire()
        self._reports = reports
        self._meter.reports_to(switched_on(channels))
        daily = (self._ledger, self.setup.retention, self._meter)
        hours = IntervalTrigger(hours=upkeep.EVERY_H, jitter=600)
        jobs: list[tuple[str, Callable[..., None], IntervalTrigger, tuple[object, ...], datetime]] = [
            ("upkeep", upkeep.run, hours, daily, soon + timedelta(seconds=upkeep.FIRST_AFTER_S)),
            ("reports", reports.run, IntervalTrigger(seconds=dispatch.LOOK_S), (), soon),
        ]
        if self.setup.operation.digest.on:
            jobs.append(("digest", post.run, IntervalTrigger(seconds=LOOK_S), (), soon))
        elif self._scheduler.get_job("digest") is not None:
            self._scheduler.remove_job("digest")
        for name, work, when, arguments, first in jobs:
            self._scheduler.add_job(
                work,
                when,
                arguments,
                id=name,
                next_run_time=first,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                replace_existing=True,
            )


def _job(one: Attended) -> str:
    """With a blank, which no account's name has: one may be called "digest"."""
    return f"mailbox {one.account.name}"


def _judge_alike(before: JudgeSettings, after: JudgeSettings, pool: WorkerPool) -> bool:
    """Whether the processes that judge may stay. Own packs and a zone file are read when one starts, whatever their names."""
    return before == after and after.dns.zone_file is None and edition(after) == pool.edition


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
            fresh = service if new.ledger == setup.ledger else Service(new, outlook.meter)
            before = service.accounts
            if fresh is service:
                orderly = service.reload(new) and orderly
        except (refused, LedgerError, ValueError) as error:
            LOG.error(
                "not reloaded, the old configuration stays: %s; still at work on %s", error, _names(service.accounts)
            )
            outlook.refused(str(error))
            systemd.tell("READY=1")
            continue
        outlook.use(fresh, new.operation, new.refused)
        changes = _changes(before, fresh.accounts)
        for name, why in new.refused.items():
            here = any(name == account.name for account in before)
            LOG.error("%s: not reloaded, %s: %s", name, "it goes on as before" if here else "it is not begun", why)
        if fresh is not service:
            orderly = service.stop() and orderly
            fresh.start()
        setup, service = new, fresh
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
