"""What was reported where and what came back: each report once, under what became of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.ledger.made import NOON
from tests.ledger.test_reports import FREE, LEASE, asked, confirmed, reports, waiting
from vigie.ledger.report_types import Report, ReportState, Taken
from vigie.ledger.store import Ledger


@pytest.fixture
def ledger(tmp_path: Path):
    with Ledger(f"sqlite:///{tmp_path / 'vigie.db'}") as opened:
        yield opened


def taken(ledger: Ledger, report: Report) -> Taken:
    found = ledger.outbox.take(FREE, at=NOON, lease=LEASE, only=report.id)
    assert found is not None
    return found


def test_each_report_stands_under_what_became_of_it(ledger: Ledger) -> None:
    for uid, minutes in ((1, 2), (2, 1)):  # the later row was sent earlier
        one = taken(ledger, waiting(ledger, uid))
        ledger.outbox.sent(one.report, f"uuid-{uid}", at=NOON + timedelta(minutes=minutes))
    for uid in (3, 4):
        ledger.outbox.refused(taken(ledger, waiting(ledger, uid)).report, "refused (HTTP 422)", at=NOON)
    ledger.outbox.put_off(taken(ledger, waiting(ledger, 5)).report, "away", until=NOON, others=False)
    ledger.outbox.unfetched(asked(ledger, confirmed(ledger, 6), "webhook").id, "gone", at=NOON)
    folder, webhook = reports(ledger).statistics()
    assert (folder.channel, folder.asked, folder.sent, folder.waiting, folder.lost) == ("folder", 5, 2, 1, 2)
    assert (folder.last_receipt, folder.last_sent_at) == ("uuid-1", NOON + timedelta(minutes=2))
    assert [(one.text, one.count) for one in folder.answers] == [("refused (HTTP 422)", 2), ("away", 1)]
    assert (webhook.sent, webhook.lost, webhook.last_sent_at, webhook.last_receipt) == (0, 1, None, "")
    assert set(webhook.by_state) == set(ReportState)


def test_only_what_was_asked_for_since_and_in_ones_own_mailboxes(ledger: Ledger) -> None:
    waiting(ledger)
    assert [one.waiting for one in reports(ledger).statistics(NOON)] == [1]
    assert reports(ledger).statistics(NOON + timedelta(seconds=1)) == []
    assert ledger.desk("web:paul", frozenset({"elsewhere"})).reports.statistics() == []


def test_a_rehearsal_is_not_counted_and_a_stop_is_told_even_of_a_channel_without_reports(ledger: Ledger) -> None:
    reports(ledger).ask(confirmed(ledger), "folder", at=NOON, dry_run=True)
    assert reports(ledger).statistics() == []
    reports(ledger).stop("webhook", at=NOON)
    (only,) = reports(ledger).statistics()
    assert (only.channel, only.stopped, only.asked) == ("webhook", True, 0)
