"""What somebody has confirmed as fraud goes back once two people want it (W-17): statements on an open connection.

Who confirmed it may take that back alone: it was her own word. Anybody else's wish is noted, and the second one is carried out;
so neither a person who was talked into it nor a stolen session alone puts a known fraud into a mailbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger import audit
from vigie.ledger.audit import What
from vigie.ledger.columns import instant_text, storable
from vigie.ledger.review import Decided, History, Refusal, Standing, standing
from vigie.ledger.schema import WISHES
from vigie.ledger.types import Decision, Record

SECOND: Final = Refusal(
    "second-reviewer",
    "Somebody else has confirmed it as fraud: your wish is noted, and is carried out once a second person asks for the same.",
)


def lacks_second(
    connection: Connection, record: Record, history: History, taken: Sequence[Decided], *, who: str, at: datetime
) -> bool:
    """True where nobody else wants it back yet; then this wish is noted. Of what lies in quarantine only."""
    if record.decision is not Decision.CONFIRMED or standing(history) is not Standing.HELD:
        return False
    if taken and taken[-1].who == who:
        return False
    known = of(connection, record)
    if any(name != who for name in known):
        return False
    if who not in known:
        _note(connection, record, who=who, at=at)
    return True


def of(connection: Connection, record: Record) -> Sequence[str]:
    """Who wants it back, as it stands now."""
    same = (WISHES.c.record_id == record.id, WISHES.c.version == record.version)
    return connection.execute(select(WISHES.c.who).where(*same).order_by(WISHES.c.at)).scalars().all()


def _note(connection: Connection, record: Record, *, who: str, at: datetime) -> None:
    row = {"record_id": record.id, "who": storable(who), "version": record.version, "at": instant_text(at)}
    new = insert(WISHES).values(row)
    again = new.on_conflict_do_update(
        index_elements=("record_id", "who"), set_={"version": record.version, "at": row["at"]}
    )
    connection.execute(again)
    told = {"decision": "wants-back"}
    audit.note(connection, What.DECIDED, who=who, account=record.place.account, about=record.id, detail=told)
