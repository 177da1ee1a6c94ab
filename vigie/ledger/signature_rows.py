"""Signatures that were seen, as rows: statements on an open connection. `store.Ledger` is the door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from vigie.ledger.columns import instant_text, storable
from vigie.ledger.schema import SIGNATURES
from vigie.ledger.types import Sighting


def write(connection: Connection, sightings: Iterable[Sighting]) -> None:
    """Each once an account: the first instant stays."""
    rows = [
        {
            "signature_id": storable(seen.signature_id),
            "account": storable(seen.account),
            "first_seen": instant_text(seen.at),
        }
        for seen in sightings
    ]
    if rows:
        connection.execute(insert(SIGNATURES).on_conflict_do_nothing(), rows)


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
