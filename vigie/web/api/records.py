"""What became of a message that Vigie has judged in a mailbox, so that a mail program need not send it (W-32)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from vigie.ledger.token_types import Token
from vigie.ledger.types import Record
from vigie.rules.types import Label
from vigie.web import site
from vigie.web.api import schemas
from vigie.web.api.bearer import SCHEME, AsksRecords
from vigie.web.api.check import answer

router = APIRouter(prefix="/api/v1", dependencies=[SCHEME], tags=["api"])
MOST: Final = 20
"""Records, the newest first."""
MOST_LOOKED_AT: Final = 200
_ONE: Final[dict[str, Any]] = {
    "title": "Record",
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "account": {"type": "string"},
        "sha256": {"type": "string"},
        "message_id": {"type": "string"},
        "verdict": schemas.CASE["properties"]["verdict"],
        "brand": {"type": ["string", "null"]},
        "judged_at": {"type": "string", "format": "date-time"},
        "decision": {"enum": ["released", "confirmed", None]},
    },
    "required": ["id", "account", "sha256", "message_id", "verdict", "brand", "judged_at", "decision"],
}
_RECORD: Final[dict[str, Any]] = {
    "title": "Records",
    "type": "object",
    "properties": {
        "records": {"type": "array", "items": _ONE},
    },
    "required": ["records"],
}
_EXAMPLE: Final = {
    "records": [
        {
            "id": "yxm2ssvc24ht",
            "account": "accueil",
            "sha256": "5e0c…",
            "message_id": "<1@fraude.example>",
            "verdict": "impersonation",
            "brand": "ameli",
            "judged_at": "2026-11-22T12:00:00+00:00",
            "decision": None,
        }
    ]
}


@router.get("/records", summary="What became of it?", responses=schemas.answers(200, _RECORD, _EXAMPLE))
def records(
    request: Request,
    token: AsksRecords,
    message_id: Annotated[str, Query(min_length=1, max_length=998)],
    sha256: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$")] = None,
) -> Response:
    """Those of the token's mailboxes, the newest first.

    Anybody can write the Message-ID of a genuine mail into a false one: without the hash of the very message nothing is
    called genuine, such records are left out.
    """
    ledger, found = site.of(request).ledger, []
    for record_id in list(reversed(ledger.named(message_id)))[:MOST_LOOKED_AT]:
        record = ledger.record(record_id)
        if record is not None and _may_be_told(record, token, sha256):
            found.append(_told(record))
    return answer({"records": found[:MOST]})


def _may_be_told(record: Record, token: Token, sha256: str | None) -> bool:
    if token.accounts is not None and record.place.account not in token.accounts:
        return False  # W-12
    return record.sha256 == sha256 if sha256 is not None else record.verdict != Label.GENUINE


def _told(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "account": record.place.account,
        "sha256": record.sha256,
        "message_id": record.message_id,
        "verdict": record.verdict,
        "brand": record.brand,
        "judged_at": record.judged_at.isoformat(),
        "decision": None if record.decision is None else record.decision.value,
    }
