"""The lag: never below the truth as far as it can be known, and never invented; what the ledger and `vigie status` show of it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scanner.test_supervisor import until
from tests.scanner.world import ScriptedPool, bench, mail
from tests.servers.dovecot import Dovecot, append
from vigie.ledger.store import Ledger
from vigie.ledger.types import Heartbeat
from vigie.scanner import attended
from vigie.scanner.lag import Lag, lag_now
from vigie.scanner.mailboxes import imap
from vigie.scanner.supervisor import Supervisor

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def lag(known: datetime | None = None) -> Lag:
    before = None if known is None else Heartbeat("a", "INBOX", known, 0, "", known)
    return Lag("a", "INBOX", before=before, now=START)


def seconds(one: Lag, now: float) -> float | None:
    return one.heartbeat(at(now)).lag_seconds(at(now))


def test_nothing_is_known_before_the_server_was_heard() -> None:
    assert seconds(lag(), 10) is None


def test_what_came_while_the_server_was_telling_came_just_now() -> None:
    one = lag()
    one.settled(5, 4, at(0), at(1))
    assert seconds(one, 100) == 0
    one.told(6, at(100), idling=True)
    assert seconds(one, 130) == 30
    one.begin()
    one.settled(6, 5, at(130), at(131))
    assert seconds(one, 131) == 0


def test_what_is_found_after_an_outage_may_be_as_old_as_the_outage() -> None:
    one = lag()
    one.settled(5, 4, at(0), at(1))
    one.told(6, at(600), idling=False)
    assert seconds(one, 600) == 600


def test_after_a_restart_the_lag_reaches_back_to_what_was_known_before() -> None:
    one = lag(known=at(-7200))
    one.begin()
    one.progress(3, at(-3600), at(1))  # INTERNALDATE of the last judged: those behind it came later
    assert seconds(one, 1) == 3601
    assert one.heartbeat(at(1)).lag_uids == 3


@pytest.mark.parametrize("received", [datetime(2019, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC), None])
def test_dates_that_somebody_chose_make_it_neither_older_than_it_can_be_nor_negative(received: datetime | None) -> None:
    one = lag(known=at(-60))
    one.begin()
    one.progress(3, received, at(1))
    told = seconds(one, 1)
    assert told is not None
    assert 0 <= told <= 61


def test_a_uidvalidity_change_does_not_leave_it_behind_for_ever() -> None:
    one = lag()
    one.settled(90_000, 89_999, at(0), at(1))
    one.told(90_001, at(2), idling=True)
    one.begin()
    one.settled(4, 3, at(3), at(4))
    assert (one.heartbeat(at(5)).lag_uids, seconds(one, 5)) == (0, 0)


def test_what_comes_during_a_pass_is_behind_after_it() -> None:
    one = lag()
    one.settled(5, 4, at(0), at(1))
    one.begin()
    one.told(7, at(11), idling=True)
    one.settled(6, 5, at(10), at(12))
    assert one.heartbeat(at(12)).lag_uids == 1
    assert seconds(one, 12) == 2


@given(st.lists(st.tuples(st.sampled_from(["arrives", "told", "pass"]), st.floats(0.1, 1000)), max_size=30))
def test_it_is_never_below_the_age_of_what_the_server_was_heard_to_have(steps: list[tuple[str, float]]) -> None:
    """A model of a server: each message has its UID and the instant at which it came."""
    one, now, came, judged, heard = lag(), 0.0, [0.0], 0, 0
    one.settled(1, 0, at(0), at(0))
    for step, pause in steps:
        now += pause
        if step == "arrives":
            came.append(now)
        elif step == "told":
            heard = len(came) - 1
            one.told(heard + 1, at(now), idling=False)
        else:
            one.begin()
            judged = heard = len(came) - 1
            one.settled(judged + 1, judged, at(now), at(now))
    waiting = [instant for uid, instant in enumerate(came) if judged < uid <= heard]
    known = seconds(one, now)
    if waiting:
        assert known is not None
        assert known >= now - min(waiting) - 1e-3


def test_it_is_unknown_where_the_service_was_not_heard_for_longer_than_its_schedule() -> None:
    beat = Heartbeat("a", "INBOX", at(0), 0, "", at(0))
    assert lag_now(beat, at(100), timedelta(seconds=200)) == 0
    assert lag_now(beat, at(300), timedelta(seconds=200)) is None
    assert lag_now(None, at(0), timedelta(seconds=200)) is None
    assert Heartbeat("a", "INBOX", at(0), 0, "server away", at(0)).lag_seconds(at(1)) is None
    assert Heartbeat("a", "INBOX", at(0), 1, "server away", at(0), at(-9)).lag_seconds(at(1)) == 10


def test_how_long_the_server_may_be_silent(dovecot: Dovecot) -> None:
    assert attended.patience(dovecot.account(schedule="1h"), START) == timedelta(hours=1) + attended.LATE
    nightly = dovecot.account(cron="0 3 * * *")
    assert attended.patience(nightly, START) == timedelta(hours=18) + attended.LATE


class Slow(ScriptedPool):
    """Judges nothing before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()

    def submit(self, raw: bytes, *, key: str, **more: object):
        assert self.go.wait(60)
        return super().submit(raw, key=key, **more)


def test_mail_that_waits_is_seen_in_the_ledger_while_the_scan_is_stuck(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account()
    pool = Slow()
    pool.go.set()
    supervisor = Supervisor(account, ledger, bench(pool), connect=imap.connect)
    supervisor.request()
    supervisor.start()
    try:
        assert until(lambda: [beat.lag_seconds(beat.at) for beat in ledger.heartbeats()] == [0.0])
        pool.go.clear()
        append(account, mail("a"), mail("b"))
        supervisor.request(("INBOX",), uidnext=3, idling=False)
        (beat,) = supervisor.heartbeats()
        assert beat.lag_uids == 2
        assert beat.behind_since is not None
        later = datetime.now(UTC) + timedelta(seconds=30)
        told = beat.lag_seconds(later)
        assert told is not None
        assert told >= 30
        pool.go.set()
        assert until(lambda: [beat.lag_uids for beat in supervisor.heartbeats()] == [0])
        assert until(lambda: [beat.behind_since for beat in ledger.heartbeats()] == [None])
    finally:
        pool.go.set()
        supervisor.stop()
        supervisor.join(60)


def test_a_server_that_is_away_makes_the_lag_unknown_and_says_why(dovecot: Dovecot, ledger: Ledger) -> None:
    account = dovecot.account().model_copy(update={"port": 1})
    supervisor = Supervisor(account, ledger, bench(), connect=imap.connect)
    assert not supervisor.is_known
    supervisor.request()
    supervisor.start()
    assert until(lambda: bool(ledger.heartbeats()))
    supervisor.stop()
    supervisor.join(60)
    (beat,) = ledger.heartbeats()
    assert beat.lag_seconds(beat.at) is None
    assert "connection refused" in beat.error
    assert supervisor.is_known
