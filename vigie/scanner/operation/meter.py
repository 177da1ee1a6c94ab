"""Every figure that the service publishes, with its name: docs/operation.md lists them, the dashboard draws them."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

import vigie
from vigie.ledger.store import Ledger, LedgerError
from vigie.ledger.types import ActionKind, State
from vigie.rules.types import Case, Label
from vigie.scanner.operation.folders import STATES, account_state, folders
from vigie.scanner.settings import AccountSettings
from vigie.scanner.summary import Progress, Summary

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody draws

PASS_SECONDS = (0.1, 0.5, 1, 5, 15, 60, 300, 1800)
RELOADS = ("done", "partly", "refused")
REPORTS = ("sent", "refused", "put-off")
ACTIONS = ("quarantined", "tagged", "released", "failed", "gone")


class Watched(Protocol):
    """What the service works on at the moment."""

    @property
    def ledger(self) -> Ledger:
        """Its ledger."""
        ...

    @property
    def accounts(self) -> Sequence[AccountSettings]:
        """Its mailboxes."""
        ...

    @property
    def judging(self) -> int:
        """Messages that are being judged, or wait for it."""
        ...


class Meter:
    """Counts what happens in this process; the rest is read from the ledger when somebody asks. Thread-safe."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        one = self.registry
        build = Gauge("vigie_build", "The version that runs; always 1.", ["version"], registry=one)
        build.labels(vigie.__version__).set(1)
        self._judged = Counter("vigie_messages_judged", "Messages judged.", ["account", "verdict"], registry=one)
        self._acted = Counter(
            "vigie_actions", "Actions on messages that ended, by how they ended.", ["account", "result"], registry=one
        )
        self._passes = Counter("vigie_passes", "Passes over a folder.", ["account", "result"], registry=one)
        self._seconds = Histogram(
            "vigie_pass_seconds", "How long a pass took.", ["account"], buckets=PASS_SECONDS, registry=one
        )
        self._kills = Counter(
            "vigie_worker_kills",
            "Judging processes that a message ended or that were ended over one.",
            ["cause"],
            registry=one,
        )
        self._dns = Counter("vigie_dns_errors", "Names whose look-up was in error.", registry=one)
        self._reloads = Counter("vigie_reloads", "SIGHUPs.", ["result"], registry=one)
        self._sent = Counter("vigie_alerts_sent", "Alert messages.", ["way", "result"], registry=one)
        self._digests = Counter("vigie_digests_sent", "Digests by mail.", ["result"], registry=one)
        self._reports = Counter(
            "vigie_reports_sent", "Tries to hand a report to a channel.", ["channel", "result"], registry=one
        )
        self._alerts = Gauge("vigie_alerts_active", "What is wrong now, by kind.", ["kind"], registry=one)
        for cause in ("timeout", "memory", "crash"):
            self._kills.labels(cause)
        for result in ("done", "failed"):
            self._digests.labels(result)
        for result in RELOADS:
            self._reloads.labels(result)
        self._lock = threading.Lock()
        self._live: dict[str, Tally[str]] = {}
        self._broken: dict[str, int] = {}
        self._audit_breaks: int | None = None
        self._channels: Sequence[str] = ()
        self._of_ledger = _OfLedger(self)
        self.registry.register(self._of_ledger)

    def use(self, watched: Watched) -> None:
        """From here on the figures of the ledger are those of `watched`; every counter of its accounts begins at 0."""
        for account in watched.accounts:
            for label in Label:
                self._judged.labels(account.name, label.value)
            for result in ACTIONS:
                self._acted.labels(account.name, result)
            for result in ("done", "broken"):
                self._passes.labels(account.name, result)
        with self._lock:
            self._audit_breaks = None  # another ledger, or the same one mended
        self._of_ledger.watched = watched

    # -- what happens ------------------------------------------------------------------------------------------------

    def case(self, case: Case) -> None:
        """A message was judged, or no judgement of it survived."""
        if case.error is not None:
            self._kills.labels(case.error.kind).inc()
        if case.evidence is not None and case.evidence.dns_failed:
            self._dns.inc(len(case.evidence.dns_failed))

    def progress(self, account: str, progress: Progress) -> None:
        """A message is settled."""
        self._judged.labels(account, progress.record.verdict).inc()
        if progress.action is not None and progress.outcome is not None:
            name = _result(progress.action, progress.outcome.state)
            with self._lock:
                self._live.setdefault(account, Tally())[name] += 1
            self._acted.labels(account, name).inc()

    def passed(self, summary: Summary) -> None:
        """A pass ended well: what it took up of earlier ones is counted now."""
        with self._lock:
            counted = self._live.pop(summary.account, Tally())
            self._broken[summary.account] = self._broken.get(summary.account, 0) + summary.failed + summary.homeless
        for name in ACTIONS:
            self._acted.labels(summary.account, name).inc(max(getattr(summary, name) - counted[name], 0))
        self._passes.labels(summary.account, "done").inc()
        self._seconds.labels(summary.account).observe(summary.elapsed_s)

    def broke(self, account: str) -> None:
        """A pass ended with a fault."""
        with self._lock:
            self._live.pop(account, None)
        self._passes.labels(account, "broken").inc()

    def reloaded(self, result: str) -> None:
        """A SIGHUP was answered: one of RELOADS."""
        self._reloads.labels(result).inc()

    def digest(self, *, done: bool) -> None:
        """A digest was handed to the mail server, or was not."""
        self._digests.labels("done" if done else "failed").inc()

    def reports_to(self, channels: Iterable[str]) -> None:
        """From here on there are those channels: their counters begin at 0."""
        with self._lock:
            self._channels = tuple(channels)
        for channel in self._channels:
            for result in REPORTS:
                self._reports.labels(channel, result)

    def reported(self, channel: str, result: str) -> None:
        """A channel took a report, refused it, or could not be asked: one of REPORTS."""
        self._reports.labels(channel, result).inc()

    def sent(self, way: str, *, done: bool) -> None:
        """An alert message went out, or could not."""
        self._sent.labels(way, "done" if done else "failed").inc()

    def wrong(self, kinds: dict[str, int]) -> None:
        """How many things of each kind are wrong now."""
        for kind, count in kinds.items():
            self._alerts.labels(kind).set(count)

    def audited(self, breaks: int) -> None:
        """The audit log was computed again: in so many places the chain does not hold."""
        with self._lock:
            self._audit_breaks = breaks

    @property
    def channels(self) -> Sequence[str]:
        """What `reports_to` said last."""
        with self._lock:
            return self._channels

    @property
    def audit_breaks(self) -> int | None:
        """What was found last; None: nobody has looked since `use`."""
        with self._lock:
            return self._audit_breaks

    def quarantine_failures(self, account: str) -> int:
        """How many moves were refused for good, or had no folder to go to, since the start."""
        with self._lock:
            return self._broken.get(account, 0)


class _OfLedger(Collector):
    """What stands in the ledger, read at each question."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.watched: Watched | None = None

    def describe(self) -> Iterator[Metric]:
        """Nothing is asked when it is registered: there is no ledger yet."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Heartbeats, open intents, the audit log, room on the disk."""
        watched = self.watched
        if watched is None:
            return
        up = GaugeMetricFamily("vigie_ledger_up", "1: the ledger can be read and written.")
        judging = GaugeMetricFamily("vigie_judging_queue", "Messages being judged, or waiting for it.")
        judging.add_metric([], watched.judging)
        free = GaugeMetricFamily("vigie_disk_free_bytes", "Room where the ledger lies.")
        with contextlib.suppress(OSError):
            free.add_metric([], shutil.disk_usage(watched.ledger.path.parent).free)
        try:
            watched.ledger.check()
            told = [*_families(watched), _reports(watched, self._meter.channels)]
            up.add_metric([], 1)
        except LedgerError:
            told = []
            up.add_metric([], 0)
        breaks = GaugeMetricFamily("vigie_audit_breaks", "Places where the chain of the audit log does not hold.")
        if (found := self._meter.audit_breaks) is not None:
            breaks.add_metric([], found)
        yield from (up, judging, free, breaks, *told)


def _families(watched: Watched) -> Iterator[Metric]:
    lag = GaugeMetricFamily("vigie_lag_messages", "Messages not settled yet.", labels=["account", "folder"])
    age = GaugeMetricFamily(
        "vigie_lag_seconds",
        "The greatest age of a message that is not judged; absent: unknown.",
        labels=["account", "folder"],
    )
    beat = GaugeMetricFamily(
        "vigie_heartbeat_timestamp_seconds", "When a folder was last heard of.", labels=["account", "folder"]
    )
    state = GaugeMetricFamily("vigie_account_state", "1 for the state it is in.", labels=["account", "state"])
    queue = GaugeMetricFamily("vigie_intents_open", "Actions that wait to be carried out.", labels=["account", "kind"])
    known = folders(watched.ledger, watched.accounts)
    for folder in known:
        if folder.at is not None:
            lag.add_metric([folder.account, folder.name], folder.lag)
            beat.add_metric([folder.account, folder.name], folder.at.timestamp())
        if folder.lag_seconds is not None:
            age.add_metric([folder.account, folder.name], folder.lag_seconds)
    for account in watched.accounts:
        now = account_state(folder for folder in known if folder.account == account.name)
        for name in STATES:
            state.add_metric([account.name, name], name == now)
        waiting = Tally(intent.kind for intent in watched.ledger.open_intents(account.name))
        for kind in ActionKind:
            queue.add_metric([account.name, kind.value], waiting[kind])
    yield from (lag, age, beat, state, queue)


def _reports(watched: Watched, channels: Sequence[str]) -> Metric:
    """Of the channels that are switched on, and of those that are not any more and had something open."""
    reports = GaugeMetricFamily(
        "vigie_reports_open", "Reports on their way to a channel, or waiting for a person.", labels=["channel"]
    )
    waiting = {told.channel: told.waiting for told in watched.ledger.desk("metrics").reports.statistics()}
    for channel in sorted({*channels, *waiting}):
        reports.add_metric([channel], waiting.get(channel, 0))
    return reports


def _result(action: ActionKind, state: State) -> str:
    if state is State.DONE:
        return {
            ActionKind.QUARANTINE: "quarantined",
            ActionKind.TAG: "tagged",
            ActionKind.RELEASE: "released",
            ActionKind.ANSWER: "answered",
        }[action]
    return "gone" if state is State.GONE else "failed"
