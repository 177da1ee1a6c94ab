"""The outbox of reports: only what a person confirmed, each fraud once per channel, exactly what was shown, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.ledger.made import NOON, place, record
from tests.web.review.seeded import held
from vigie.ledger import report_rows
from vigie.ledger.desk import Desk
from vigie.ledger.report_rows import LOOKED_AT, PATIENCE
from vigie.ledger.report_types import Draft, Report, ReportState
from vigie.ledger.reports import DISPUTED, Reports
from vigie.ledger.review import Refusal
from vigie.ledger.review_types import Done, Unknown
from vigie.ledger.sealing import key_path
from vigie.ledger.settings import RetentionSettings
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision

RAW = b"From: x@example.net\r\n\r\nbody of the fraud"
DRAFT = Draft(("abuse@example.net",), "message/rfc822", b"line\nof the draft", redacted=True)
LEASE = timedelta(minutes=15)
FREE = {"folder": 10, "webhook": 10}


def confirmed(ledger: Ledger, uid: int = 1) -> str:
    """A case that a person has called a fraud."""
    ledger.add_records([record(uid)], None)
    ledger.set_decision(record(uid).id, Decision.CONFIRMED, NOON)
    return record(uid).id


def reports(ledger: Ledger, who: str = "web:marie") -> Reports:
    return ledger.desk(who).reports


def asked(ledger: Ledger, record_id: str, channel: str = "folder", *, approved: bool = False) -> Report:
    told = reports(ledger).ask(record_id, channel, at=NOON, approved=approved)
    assert isinstance(told, Report)
    return told


def written(ledger: Ledger, report: Report) -> None:
    """As the service does it."""
    ledger.outbox.fetched(report.id, RAW)
    (fraud,) = [fraud for fraud in ledger.outbox.unwritten() if fraud.report.id == report.id]
    assert fraud.raw == RAW
    ledger.outbox.drafted(report.id, DRAFT, at=NOON)


def test_what_somebody_wants_back_is_not_reported(ledger: Ledger) -> None:
    """W-17. Once it is confirmed anew the wish is over."""
    one = held(ledger, record(1)).id
    marie, paul = (ledger.desk(f"web:{name}", second_reviewer=True) for name in ("marie", "paul"))

    def decide(desk: Desk, decision: Decision | None) -> object:
        found = desk.case(one)
        assert found is not None
        return desk.decide(one, decision, seen=found.record.version, at=NOON)

    assert isinstance(decide(marie, Decision.CONFIRMED), Done)
    drafted = marie.reports.ask(one, "folder", at=NOON)
    assert isinstance(drafted, Report)
    written(ledger, drafted)
    assert isinstance(decide(paul, Decision.RELEASED), Refusal)
    assert marie.reports.ask(one, "webhook", at=NOON) == marie.reports.approve(drafted.id, at=NOON) == DISPUTED
    assert isinstance(decide(marie, None), Done)
    assert isinstance(decide(marie, Decision.CONFIRMED), Done)
    assert isinstance(marie.reports.approve(drafted.id, at=NOON), Report)


def test_the_list_is_the_newest_first_and_of_one_s_own_accounts(ledger: Ledger) -> None:
    ids = [asked(ledger, confirmed(ledger, uid)).id for uid in range(1, 5)]
    mine = reports(ledger)
    assert [line.report.id for line in mine.newest(limit=3)] == ids[:0:-1]
    assert [line.report.id for line in mine.newest(before=mine.newest(limit=3)[-1].number)] == ids[:1]
    assert [line.report.id for line in mine.every()] == ids[::-1]
    assert mine.newest()[0].subject == record(4).subject
    assert not ledger.desk("web:zoe", frozenset({"compta"})).reports.newest()


def state(ledger: Ledger, report: Report) -> ReportState:
    found = reports(ledger).report(report.id)
    assert found is not None
    return found.state


def steps(ledger: Ledger) -> list[str]:
    return [str(entry.detail["step"]) for entry in ledger.audit_entries() if entry.what == "report"]


def test_what_was_shown_is_what_goes(ledger: Ledger) -> None:
    report = asked(ledger, confirmed(ledger))
    assert [wanted.id for wanted in ledger.outbox.wanted("accueil", at=NOON)] == [report.id]
    written(ledger, report)
    assert ledger.outbox.take(FREE, at=NOON, lease=LEASE) is None  # nobody has let it go
    assert reports(ledger).draft(report.id) == DRAFT
    assert isinstance(reports(ledger).approve(report.id, at=NOON), Report)
    taken = ledger.outbox.take(FREE, at=NOON, lease=LEASE)
    assert taken is not None
    assert (taken.draft, taken.report.tries) == (DRAFT, 1)
    ledger.outbox.sent(taken.report, "1.eml", at=NOON)
    ended = reports(ledger).report(report.id)
    assert ended is not None
    assert (ended.state, ended.receipt, ended.approved_by) == (ReportState.SENT, "1.eml", "web:marie")
    assert reports(ledger).draft(report.id) is None
    assert steps(ledger) == ["asked", "looked-at", "approved", "sent"]


def test_only_confirmed_frauds_that_one_may_see(ledger: Ledger) -> None:
    ledger.add_records([record(1)], None)
    told = reports(ledger).ask(record(1).id, "folder", at=NOON)
    assert isinstance(told, Refusal)
    assert told.code == "not-confirmed"
    record_id = confirmed(ledger, 2)
    strange = ledger.desk("web:paul", frozenset({"elsewhere"})).reports
    assert isinstance(strange.ask(record_id, "folder", at=NOON), Unknown)
    report = asked(ledger, record_id)
    assert strange.report(report.id) is None
    assert strange.draft(report.id) is None
    assert isinstance(strange.approve(report.id, at=NOON), Unknown)
    assert not strange.drop(report.id, at=NOON)


def test_the_same_fraud_goes_once_to_a_channel_whatever_mailbox_it_lies_in(ledger: Ledger) -> None:
    first = confirmed(ledger)
    twin = replace(record(place(9, account="direction")), sha256=record(1).sha256)
    ledger.add_records([twin], None)
    ledger.set_decision(twin.id, Decision.CONFIRMED, NOON)
    report = asked(ledger, first)
    assert asked(ledger, first) == report  # the same, not another one
    assert asked(ledger, twin.id, "webhook").id != report.id
    written(ledger, report)
    reports(ledger).approve(report.id, at=NOON)
    other = reports(ledger).ask(twin.id, "folder", at=NOON)
    assert isinstance(other, Refusal)
    assert (other.code, other.settled) == ("report-under-way", True)
    taken = ledger.outbox.take(FREE, at=NOON, lease=LEASE)
    assert taken is not None
    ledger.outbox.sent(taken.report, "", at=NOON)
    again = reports(ledger).ask(twin.id, "folder", at=NOON)
    assert isinstance(again, Refusal)
    assert (again.code, again.settled) == ("reported", True)


def test_a_rehearsal_never_goes_and_stands_in_nobodys_way(ledger: Ledger) -> None:
    record_id = confirmed(ledger)
    told = reports(ledger).ask(record_id, "folder", at=NOON, approved=True, dry_run=True)
    assert isinstance(told, Report)
    written(ledger, told)
    assert reports(ledger).draft(told.id) == DRAFT
    refused = reports(ledger).approve(told.id, at=NOON)
    assert isinstance(refused, Refusal)
    assert refused.code == "dry-run"
    assert asked(ledger, record_id).id != told.id
    assert ledger.outbox.take(FREE, at=NOON, lease=LEASE) is None


@pytest.mark.parametrize("step", ["asked", "drafted", "waiting"])
def test_what_nobody_calls_a_fraud_any_more_does_not_go(ledger: Ledger, step: str) -> None:
    record_id = confirmed(ledger)
    report = asked(ledger, record_id, approved=step == "waiting")
    if step != "asked":
        written(ledger, report)
    ledger.set_decision(record_id, None, NOON)
    if step == "drafted":
        assert isinstance(reports(ledger).approve(report.id, at=NOON), Refusal)
    assert ledger.outbox.take(FREE, at=NOON, lease=LEASE) is None
    ledger.outbox.expire(at=NOON)
    assert state(ledger, report) is ReportState.DROPPED
    assert reports(ledger).draft(report.id) is None


def waiting(ledger: Ledger, uid: int = 1, channel: str = "folder") -> Report:
    report = asked(ledger, confirmed(ledger, uid), channel, approved=True)
    written(ledger, report)
    return report


def test_what_is_too_large_to_be_reported_leaves_room_for_the_others(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_rows, "MOST", 1)
    ledger.add_records([replace(record(1), case_json='{"partial": true}')], None)
    ledger.set_decision(record(1).id, Decision.CONFIRMED, NOON)
    confirmed(ledger, 2)
    assert ledger.outbox.ask_by_itself("folder", at=NOON) == 1


def took(ledger: Ledger, at: datetime = NOON, per_hour: dict[str, int] | None = None) -> Report | None:
    taken = ledger.outbox.take(per_hour or FREE, at=at, lease=LEASE)
    return None if taken is None else taken.report


def test_a_program_that_died_over_it_loses_it_after_its_lease(ledger: Ledger) -> None:
    waiting(ledger)
    first = took(ledger)
    assert first is not None
    assert took(ledger) is None
    second = took(ledger, NOON + LEASE)
    assert second is not None
    assert second.tries == 2
    ledger.outbox.refused(first, "too late to say so", at=NOON)
    assert state(ledger, second) is ReportState.SENDING
    ledger.outbox.sent(second, "", at=NOON)
    assert state(ledger, second) is ReportState.SENT


def test_a_channel_that_is_away_delays_its_own_alone(ledger: Ledger) -> None:
    for uid, channel in ((1, "folder"), (2, "folder"), (3, "webhook")):
        waiting(ledger, uid, channel)
    first = took(ledger)
    assert first is not None
    later = NOON + timedelta(minutes=2)
    ledger.outbox.put_off(first, "away", until=later, others=True)
    other = took(ledger)
    assert other is not None
    assert other.channel == "webhook"
    assert took(ledger) is None
    assert {report.channel for report in (took(ledger, later), took(ledger, later)) if report} == {"folder"}


def test_a_channel_takes_so_many_in_an_hour(ledger: Ledger) -> None:
    for uid in (1, 2, 3):
        waiting(ledger, uid)
    assert [took(ledger, per_hour={"folder": 2}) is not None for _ in range(3)] == [True, True, False]
    assert took(ledger, NOON + timedelta(hours=1, seconds=1), {"folder": 2}) is not None


@pytest.mark.parametrize("channel", ["", "folder"])
def test_the_stop_switch_holds_what_waits(ledger: Ledger, channel: str) -> None:
    report = waiting(ledger)
    assert reports(ledger).stop(channel, at=NOON)
    assert not reports(ledger).stop(channel, at=NOON)
    assert took(ledger) is None
    assert state(ledger, report) is ReportState.WAITING
    assert [told.stopped for told in reports(ledger).statistics()] == [True]
    assert reports(ledger).go_on(channel)
    assert not reports(ledger).go_on(channel)
    assert took(ledger) is not None
    assert [step for step in steps(ledger) if step in {"stopped", "goes-on"}] == ["stopped", "goes-on"]


def test_nothing_waits_for_ever(ledger: Ledger) -> None:
    looked_at, sent_off = asked(ledger, confirmed(ledger)), waiting(ledger, 2)
    assert ledger.outbox.expire(at=NOON + LOOKED_AT - timedelta(seconds=1)) == 0
    assert ledger.outbox.expire(at=NOON + LOOKED_AT) == 1
    assert state(ledger, looked_at) is ReportState.DROPPED
    assert ledger.outbox.expire(at=NOON + PATIENCE) == 1
    assert state(ledger, sent_off) is ReportState.GIVEN_UP
    assert asked(ledger, looked_at.record_id).id != looked_at.id  # asked for again


def test_message_and_draft_are_on_the_disk_only_encrypted_and_go_with_their_case(
    ledger: Ledger, tmp_path: Path
) -> None:
    report = asked(ledger, confirmed(ledger))
    ledger.outbox.fetched(report.id, RAW)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if "key" not in path.name)
    assert b"body of the fraud" not in everything
    ledger.outbox.drafted(report.id, DRAFT, at=NOON)
    everything = b"".join(path.read_bytes() for path in tmp_path.iterdir() if "key" not in path.name)
    assert b"of the draft" not in everything
    (told,) = ledger.exported([report.record_id])
    assert "sealed" not in told["reports"][0]
    assert ledger.forget_records([report.record_id]).records == 1
    assert reports(ledger).report(report.id) is None


def test_a_case_is_not_forgotten_by_age_while_its_report_is_on_its_way(ledger: Ledger) -> None:
    report = waiting(ledger)
    much_later = NOON + timedelta(days=400)
    assert ledger.expire(RetentionSettings(), much_later).records == 0
    ledger.outbox.expire(at=much_later)
    assert ledger.expire(RetentionSettings(), much_later).records == 1
    assert reports(ledger).report(report.id) is None


@pytest.mark.parametrize("by_itself", [False, True])
def test_what_was_let_go_waits_while_somebody_wants_it_back(ledger: Ledger, *, by_itself: bool) -> None:
    """W-17: a wish that comes after the word to send, or before the settings would send by themselves, holds it."""
    one = held(ledger, record(1)).id
    marie, paul = (ledger.desk(f"web:{name}", second_reviewer=True) for name in ("marie", "paul"))

    def decide(desk: Desk, decision: Decision | None) -> object:
        found = desk.case(one)
        assert found is not None
        return desk.decide(one, decision, seen=found.record.version, at=NOON)

    assert isinstance(decide(marie, Decision.CONFIRMED), Done)
    if by_itself:
        assert isinstance(decide(paul, Decision.RELEASED), Refusal)
        assert ledger.outbox.ask_by_itself("folder", at=NOON) == 0
        return
    asked_for = marie.reports.ask(one, "folder", at=NOON, approved=True)
    assert isinstance(asked_for, Report)
    written(ledger, asked_for)
    assert isinstance(decide(paul, Decision.RELEASED), Refusal)
    assert took(ledger) is None
    assert state(ledger, asked_for) is ReportState.WAITING
    assert isinstance(decide(marie, None), Done)
    assert took(ledger) is None
    assert state(ledger, asked_for) is ReportState.DROPPED


def test_what_does_not_open_holds_no_other_report_up(ledger: Ledger, tmp_path: Path) -> None:
    """The key beside the ledger was lost: what was fetched is fetched again, what was shown never goes, the rest goes on."""
    fetched = asked(ledger, confirmed(ledger, 2))
    ledger.outbox.fetched(fetched.id, RAW)
    shown = asked(ledger, confirmed(ledger, 1), approved=True)
    written(ledger, shown)
    key_path(next(tmp_path.glob("*.db"))).unlink()
    after = waiting(ledger, 3)
    assert reports(ledger).draft(shown.id) is None
    assert [fraud.report.id for fraud in ledger.outbox.unwritten()] == []
    assert state(ledger, fetched) is ReportState.ASKED
    taken = took(ledger)
    assert taken is not None
    assert taken.id == after.id
    assert state(ledger, shown) is ReportState.UNFETCHED
    assert isinstance(reports(ledger).ask(shown.record_id, "folder", at=NOON), Report)


def test_a_clock_that_ran_ahead_holds_no_channel_up(ledger: Ledger) -> None:
    waiting(ledger)
    assert took(ledger, NOON + timedelta(days=6), {"folder": 1}) is not None
    waiting(ledger, 2)
    assert took(ledger, NOON, {"folder": 1}) is not None
