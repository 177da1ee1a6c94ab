"""One decision about many cases: counted and made durable first, then worked off case by case in short transactions.

Whoever works it off (the page's process, the mailbox service, both) may die at any point: what is left waits in its rows, each
case is decided about in the transaction that ticks it off, and never twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from vigie.ledger import audit, bulk_rows, campaign_rows, deciding
from vigie.ledger.audit import What
from vigie.ledger.bulk_rows import Item, Job
from vigie.ledger.database import Database
from vigie.ledger.identity import fresh_id
from vigie.ledger.review import Conflict, Refusal
from vigie.ledger.review_types import MANY, AskAgain, Bulk, Changed, Done, Of, Scope, Unknown
from vigie.ledger.types import Decision

STEP = 25
"""Cases of one transaction: the scanner's writes, and other people's, wait for it."""
_DECISIONS = {Of.RELEASE: Decision.RELEASED, Of.CONFIRM: Decision.CONFIRMED, Of.UNDO: None}
_OF = {Decision.RELEASED: Of.RELEASE, Decision.CONFIRMED: Of.CONFIRM}
_SEVERAL = Refusal(
    "several-senders",
    "Messages of several senders look alike here, and a fraud may be a copy of a harmless letter: release them one by one.",
)
_NOTHING = Refusal("nothing-waits", "No case of it waits for a decision.", settled=True)
_UNDONE = Refusal("undone", "It was taken back already.", settled=True)
_EMPTY = Refusal("nothing-to-undo", "It has decided about no case.", settled=True)


def about_campaign(
    connection: Connection,
    campaign_id: str,
    decision: Decision,
    within: Scope,
    *,
    who: str,
    at: datetime,
    seen: int,
    confirmed: int | None,
) -> Bulk | AskAgain | Changed | Refusal | Unknown:
    """See Desk.decide_campaign. It is about cases that nobody has decided about: no second reviewer is asked for."""
    known = campaign_rows.told(connection, (campaign_id,), within)
    if not known:
        return Unknown()
    count, senders = campaign_rows.count(connection, campaign_id, within)
    refused = _not_now(decision, count, senders, seen=seen, confirmed=confirmed)
    if refused is not None:
        return refused
    job = Job(_OF[decision], who, at)
    bulk_id = fresh_id()
    bulk_rows.open_bulk(connection, bulk_id, job, campaign=campaign_id)
    bulk_rows.add_waiting(connection, bulk_id, campaign_id, within)
    return _begun(connection, bulk_id, job, count)


def _not_now(
    decision: Decision, count: int, senders: int, *, seen: int, confirmed: int | None
) -> AskAgain | Changed | Refusal | None:
    """What keeps it from beginning. The number that counts is the ledger's, not the page's (W-17)."""
    if not count:
        return _NOTHING
    if count != seen:
        return Changed(count)
    if decision is Decision.RELEASED and senders > 1:
        return _SEVERAL
    return AskAgain(count) if count > MANY and confirmed != count else None


def undo(
    connection: Connection,
    bulk_id: str,
    *,
    who: str,
    at: datetime,
    confirmed: int | None,
    second_reviewer: bool,
) -> Bulk | AskAgain | Refusal | Unknown:
    """See Desk.undo_bulk. What that job has not got to yet is withdrawn with it."""
    if bulk_rows.undone_by(connection, bulk_id):
        return _UNDONE
    count = bulk_rows.done_count(connection, bulk_id)
    if count > MANY and confirmed != count:
        return AskAgain(count)
    bulk_rows.withdraw(connection, bulk_id)
    if not count:
        return _EMPTY
    (before,) = bulk_rows.progress(connection, (bulk_id,))
    job = Job(Of.UNDO, who, at, second_reviewer)
    new = fresh_id()
    bulk_rows.open_bulk(connection, new, job, campaign=before.campaign, undoes=bulk_id)
    bulk_rows.add_done(connection, new, bulk_id)
    return _begun(connection, new, job, count)


def work_off(database: Database, bulk_id: str) -> None:
    """Decides about every case that waits; what is just being moved goes on waiting. Raises LedgerError."""
    after = ""
    while True:
        with database.writing() as connection:
            job = bulk_rows.job(connection, bulk_id)
            items = bulk_rows.next_items(connection, bulk_id, after=after, limit=STEP) if job else ()
            if job is None or not items:
                return
            for item in items:
                _one(connection, bulk_id, job, item)
        after = items[-1].record_id


def _one(connection: Connection, bulk_id: str, job: Job, item: Item) -> None:
    told = deciding.decide(
        connection,
        item.record_id,
        _DECISIONS[job.what],
        seen=item.version,
        at=job.at,
        who=job.who,
        second_reviewer=job.second_reviewer,
    )
    if isinstance(told, Done):
        intent = None if told.intent is None else told.intent.id
        bulk_rows.settle(connection, bulk_id, item, bulk_rows.DONE, version=told.version, intent=intent)
    elif isinstance(told, Conflict):
        bulk_rows.settle(connection, bulk_id, item, bulk_rows.CONFLICT)
    elif isinstance(told, Refusal) and (told.code != "under-way" or told.settled):
        bulk_rows.settle(connection, bulk_id, item, told.code)


def _begun(connection: Connection, bulk_id: str, job: Job, count: int) -> Bulk:
    told = {"bulk": bulk_id, "what": job.what.value, "cases": str(count)}
    audit.note(connection, What.BULK, who=job.who, detail=told)
    (begun,) = bulk_rows.progress(connection, (bulk_id,))
    return begun
