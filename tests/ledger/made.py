"""Made-up entries of a ledger."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from vigie.ledger.identity import record_id
from vigie.ledger.types import ActionKind, Intent, Outcome, Place, Record, State

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def place(uid: int = 1, *, folder: str = "INBOX", account: str = "accueil", uidvalidity: int = 7) -> Place:
    return Place(account, folder, uidvalidity, uid)


def record(where: Place | int = 1, **fields: Any) -> Record:
    if isinstance(where, int):
        where = place(where)
    plain = Record(
        id=record_id(where),
        place=where,
        sha256=f"{where.uid:064x}",
        message_id=f"<{where.uid}@example.org>",
        subject=f"Votre carte Vitale n° {where.uid}",
        author="ameli <contact@example.net>",
        verdict="impersonation",
        brand="ameli",
        decided_by=4,
        case_json='{"verdict":"impersonation"}',
        judged_at=NOON + timedelta(seconds=where.uid),
        elapsed_ms=1.25,
        size=2048,
    )
    return replace(plain, **fields)


def intent(of: Record, name: str = "q1", kind: ActionKind = ActionKind.QUARANTINE, **fields: Any) -> Intent:
    plain = Intent(
        id=name,
        record_id=of.id,
        kind=kind,
        source=of.place,
        destination="Quarantaine",
        keywords=("$Phishing", "$Junk"),
        state=State.PENDING,
        message_id=of.message_id,
        sha256=of.sha256,
        size=of.size,
        created_at=NOON,
        flags=("\\Flagged", "rendez-vous"),
        internaldate=NOON - timedelta(days=1),
    )
    return replace(plain, **fields)


def outcome(of: Intent, state: State = State.DONE, **fields: Any) -> Outcome:
    return replace(Outcome(intent_id=of.id, state=state, at=NOON), **fields)
