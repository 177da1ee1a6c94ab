"""What the scanner writes into the ledger: the record of a judged message, and the intent."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from vigie.judge.edition import Edition
from vigie.judge.export import case_object
from vigie.ledger.casefile import record_from_case
from vigie.ledger.freezing import frozen_from_case
from vigie.ledger.identity import fresh_id
from vigie.ledger.types import ActionKind, Frozen, Intent, Place, Record, State
from vigie.rules.types import Case, ExaminationError, Label, Verdict
from vigie.scanner.decide import Plan
from vigie.scanner.judging import Job
from vigie.scanner.mailboxes.base import Summary

MOST_ATTEMPTS = 3
"""Scans that may die over one message; then it stays undecided (I-50)."""
RETRY_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=35))
"""Row 7: from one judgement to the next; three retries, 55 minutes in all."""


def judged(
    case: Case,
    place: Place,
    sha256: str,
    *,
    at: datetime,
    partial: bool,
    size: int,
    judgement: int = 1,
    consented: bool = False,
) -> Record:
    """The record of a case. `sha256` and `size` are of the bytes as they were fetched; `judgement` counts from 1 (row 7).

    `consented`: somebody has handed it in, to be read.
    """
    told = {**case_object(case), "sha256": sha256, "proven": case.verdict.proven, "partial": partial}
    again = next_retry(judgement, at) if case.verdict.retry else None
    record = record_from_case(case, place, told, judged_at=at, retry_at=again, attempts=judgement, consented=consented)
    return replace(record, sha256=sha256, size=size)


def frozen(job: Job, case: Case, edition: Edition, *, at: datetime) -> Frozen | None:
    """What the verdict rests on, for the record of the job's place; None for unrelated mail."""
    made_with = (edition.program, edition.settings)
    return frozen_from_case(case, job.place, edition=made_with, received=job.received, delivery=job.delivery, at=at)


def next_retry(attempts: int, at: datetime) -> datetime | None:
    """When to judge again after so many judgements; None: no more."""
    return at + RETRY_AFTER[attempts - 1] if 1 <= attempts <= len(RETRY_AFTER) else None


def given_up(place: Place, attempts: int, at: datetime) -> Record:
    """The record of a message over which the scan died too often: undecided, left where it is, judged again later.

    Later, because it may be innocent: a machine that is cut off three times in a row dies over whatever comes first.
    It has no SHA-256: it is nothing that a later message could be matched with.
    """
    detail = f"the scan was cut off {attempts} times while this message was judged"
    case = Case(
        sha256="",
        message_id="",
        subject="",
        author="",
        verdict=Verdict(label=Label.UNDECIDED, brand=None, decided_by=0, findings=()),
        evidence=None,
        links=(),
        explanation={
            "fr": "Ce message n'a pas pu être examiné : l'analyse s'est interrompue à chaque fois.",
            "en": "This message could not be examined: the scan was cut off each time.",
        },
        advice={"fr": ("Restez prudent : rien n'a été vérifié.",), "en": ("Be careful: nothing was verified.",)},
        elapsed_ms=0.0,
        error=ExaminationError("crash", detail),
    )
    return record_from_case(case, place, case_object(case), judged_at=at, retry_at=next_retry(1, at))


def may_be_moved(record: Record) -> bool:
    """True for a durable verdict "impersonation" about a whole message whose proof is not complete. In doubt False."""
    case = told(record)
    return (
        record.verdict == Label.IMPERSONATION.value
        and case.get("verdict") == Label.IMPERSONATION.value
        and case.get("proven") is False
        and case.get("partial") is False
    )


def is_partial(record: Record) -> bool:
    """True where only the message's beginning was judged, since it was over the size limit."""
    return told(record).get("partial") is True


def intent_for(record: Record, plan: Plan, summary: Summary, destination: str, at: datetime) -> Intent:
    """A fresh intent. Message-ID, size, flags and date are the server's own words, to be compared with its later ones."""
    assert plan.kind is not None
    return Intent(
        id=fresh_id(),
        record_id=record.id,
        kind=plan.kind,
        source=record.place,
        destination=destination,
        keywords=plan.keywords,
        state=State.PENDING,
        message_id=summary.message_id,
        sha256=record.sha256,
        size=summary.size,
        created_at=at,
        flags=summary.flags,
        internaldate=summary.internaldate,
    )


def unread(record: Record, at: datetime) -> Intent:
    """An ANSWER of words alone, about a message that nobody has read: nothing of it is known, and it is not touched."""
    return Intent(
        id=fresh_id(),
        record_id=record.id,
        kind=ActionKind.ANSWER,
        source=record.place,
        destination="",
        keywords=(),
        state=State.PENDING,
        message_id="",
        sha256="",
        size=0,
        created_at=at,
    )


def told(record: Record) -> dict[str, Any]:
    """The case as it was written down; {} where nobody can read it."""
    try:
        found = json.loads(record.case_json)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
