"""Cases as the scanner leaves them: golden mails judged through the one door, and where the scanner has put them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.ledger.made import NOON, intent, outcome, place
from tests.test_samples import GOLDEN, golden
from tests.web.served import Served
from vigie.judge.export import case_object
from vigie.ledger.handed_in_types import Source
from vigie.ledger.report_types import Draft, Report
from vigie.ledger.review_types import Done
from vigie.ledger.store import Ledger
from vigie.ledger.types import Decision, Place, Record
from vigie.rules.types import Case
from vigie.scanner import journal

SAMPLES = {folder.name[:3]: folder for folder in GOLDEN}
FORM = "155"
"""A fraud with a form as attachment."""
LOOKALIKE = "130"
GENUINE = "110"
DISGUISED = "132"
FOLDER = Source.of_folder("accueil", "Signaler une fraude")


def message(sample: str) -> bytes:
    return (SAMPLES[sample] / "message.eml").read_bytes()


@cache
def judged(folder: Path) -> Case:
    return golden(folder)


def case(sample: str, uid: int = 1, *, account: str = "accueil", **changes: Any) -> Record:
    """The record of a golden mail."""
    raw = message(sample)
    found = judged(SAMPLES[sample])
    record = journal.judged(found, place(uid, account=account), found.sha256, at=NOON, partial=False, size=len(raw))
    return replace(record, **changes)


def held(ledger: Ledger, record: Record) -> Record:
    """The record, with its message in quarantine."""
    move = intent(record, f"q-{record.id}")
    ledger.add_records([record], None, [move])
    lies = Place(record.place.account, "Quarantaine", 3, 100 + record.place.uid)
    ledger.close_intent(outcome(move, destination=lies, kept_keywords=("$Phishing",)))
    return record


def handed_in(ledger: Ledger, sample: str, *, source: Source = FOLDER) -> str:
    """The id of the case of a golden mail that somebody has reported."""
    found = judged(SAMPLES[sample])
    return ledger.handed_in.add(found, case_object(found), message(sample), source, at=datetime.now(UTC))[0]


DRAFT = Draft(
    ("abuse@example.net",), "message/rfc822", b"Subject: Abuse report\r\n\r\nIt leads to x.example", redacted=True
)


def confirmed(pages: Served, record: Record, *, by: str = "web:Racine") -> Record:
    """The case, called a fraud."""
    told = pages.ledger.desk(by).decide(record.id, Decision.CONFIRMED, seen=version(pages, record), at=pages.clock())
    assert isinstance(told, Done)
    return record


def version(pages: Served, record: Record) -> int:
    """Of the case as it is now."""
    now = pages.ledger.record(record.id)
    assert now is not None
    return now.version


def reported(pages: Served, record_id: str, channel: str = "folder") -> Report:
    """What somebody has asked for, not written yet."""
    told = pages.ledger.desk("web:Racine").reports.ask(record_id, channel, at=pages.clock())
    assert isinstance(told, Report)
    return told


def drafted(pages: Served, report_id: str, draft: Draft = DRAFT) -> None:
    """As the service does it."""
    pages.ledger.outbox.fetched(report_id, b"raw")
    pages.ledger.outbox.drafted(report_id, draft, at=pages.clock())


def left(ledger: Ledger, record: Record) -> Record:
    """The record, with its message where it was."""
    ledger.add_records([record], None)
    return record
