"""Signatures that were seen, as rows: statements on an open connection. `store.Ledger` is the door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, exists, literal, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant_text, storable
from vigie.ledger.schema import RECORDS, SIGNATURES, SIGNED
from vigie.ledger.types import Place, Sighting


def write(connection: Connection, sightings: Iterable[Sighting]) -> None:
    """Each once an account: the first instant stays. The records of their places have to stand already."""
    seen_now = tuple(sightings)
    rows = [
        {
            "signature_id": storable(seen.signature_id),
            "account": storable(seen.account),
            "first_seen": instant_text(seen.at),
        }
        for seen in seen_now
    ]
    if rows:
        connection.execute(insert(SIGNATURES).on_conflict_do_nothing(), rows)
    for seen in seen_now:
        if seen.place is not None:
            _link(connection, storable(seen.signature_id), seen.place)


def elsewhere(connection: Connection, signature_ids: Collection[str], account: str) -> Mapping[str, frozenset[str]]:
    """The accounts other than `account` in which each was seen."""
    query = select(SIGNATURES.c.signature_id, SIGNATURES.c.account).where(
        SIGNATURES.c.signature_id.in_([storable(name) for name in signature_ids]),
        SIGNATURES.c.account != storable(account),
    )
    found: dict[str, set[str]] = defaultdict(set)
    for signature_id, other in connection.execute(query):
        found[signature_id].add(other)
    return {signature_id: frozenset(others) for signature_id, others in found.items()}


def forget(connection: Connection, record_ids: Collection[str]) -> int:
    """What these records carried and no other record of the same account does; gives how many. The records still stand."""
    carried = (
        select(SIGNED.c.signature_id, RECORDS.c.account)
        .join(RECORDS, RECORDS.c.id == SIGNED.c.record_id)
        .where(SIGNED.c.record_id.in_(record_ids))
        .distinct()
    )
    pairs = connection.execute(carried).all()
    unlink(connection, record_ids)
    others = exists().where(
        SIGNED.c.signature_id == SIGNATURES.c.signature_id,
        RECORDS.c.id == SIGNED.c.record_id,
        RECORDS.c.account == SIGNATURES.c.account,
    )
    count = 0
    for signature_id, account in pairs:
        its = (SIGNATURES.c.signature_id == signature_id, SIGNATURES.c.account == account)
        count += connection.execute(delete(SIGNATURES).where(*its, ~others)).rowcount
    return count


def unlink(connection: Connection, record_ids: Collection[str]) -> None:
    """Which signatures these records carried is forgotten; that they were seen is not."""
    connection.execute(delete(SIGNED).where(SIGNED.c.record_id.in_(record_ids)))


def _link(connection: Connection, signature_id: str, place: Place) -> None:
    its = select(RECORDS.c.id, literal(signature_id)).where(
        RECORDS.c.account == storable(place.account),
        RECORDS.c.folder == storable(place.folder),
        RECORDS.c.uidvalidity == place.uidvalidity,
        RECORDS.c.uid == place.uid,
    )
    new = insert(SIGNED).from_select(["record_id", "signature_id"], its)
    connection.execute(new.prefix_with("OR IGNORE"))
