"""The table of the API, see migrations/0013_api.sql."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from vigie.ledger.schema import METADATA

TOKENS = Table(
    "api_tokens",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("uses", Text, nullable=False),
    Column("accounts", Text),
    Column("by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("used_at", Text),
)
