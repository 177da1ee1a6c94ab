"""The tables of the digest, see migrations/0010_digest.sql."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, UniqueConstraint

from vigie.ledger.schema import METADATA

DIGESTS = Table(
    "digests",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("since", Text, nullable=False),
    Column("until", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("planned_at", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    UniqueConstraint("recipient", "period"),
)

DIGEST_ITEMS = Table(
    "digest_items",
    METADATA,
    Column("digest_id", Text, ForeignKey("digests.id", ondelete="CASCADE"), primary_key=True),
    Column("record_id", Text, ForeignKey("records.id"), primary_key=True),
)

ASKS = Table(
    "asks",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("record_id", Text, ForeignKey("records.id"), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("used_at", Text),
)
