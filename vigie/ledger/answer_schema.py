"""The table of replies, see migrations/0015_answers.sql."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from vigie.ledger.schema import METADATA

ANSWERS = Table(
    "answers",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("intent", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("always", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("sealed", LargeBinary),
)
