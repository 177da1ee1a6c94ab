"""The tables of reporting, see migrations/0012_reports.sql."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from vigie.ledger.schema import METADATA

REPORTS = Table(
    "reports",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("record_id", Text, ForeignKey("records.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("fraud", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("approved_by", Text),
    Column("dry_run", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("tried_at", Text),
    Column("ended_at", Text),
    Column("receipt", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("sealed", LargeBinary),
)

STOPS = Table(
    "stops",
    METADATA,
    Column("channel", Text, primary_key=True),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
)
