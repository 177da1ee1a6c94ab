"""The tables of the API, see migrations/0013_api.sql."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text, UniqueConstraint

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

REPORTS = Table(
    "api_reports",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("token_id", Text, nullable=False),
    Column("token_name", Text, nullable=False),
    Column("accounts", Text),
    Column("at", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("case_json", Text, nullable=False),
    Column("message", LargeBinary, nullable=False),
    UniqueConstraint("token_id", "sha256"),
)
