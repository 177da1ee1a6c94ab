"""The tables of people, see migrations/0008_people.sql."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from vigie.ledger.schema import METADATA

USERS = Table(
    "users",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("accounts", Text),
    Column("language", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("disabled", Integer, nullable=False, server_default="0"),
    Column("password", Text),
    Column("totp", LargeBinary),
    Column("totp_used", Integer, nullable=False, server_default="0"),
    Column("address", Text, nullable=False, server_default=""),
)

RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", Text, primary_key=True),
)

SESSIONS = Table(
    "sessions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("began_at", Text, nullable=False),
    Column("seen_at", Text, nullable=False),
    Column("agent", Text, nullable=False),
)

INVITATIONS = Table(
    "invitations",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("token", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("accounts", Text),
    Column("by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE")),
    Column("note", Text, nullable=False),
)

OIDC_LINKS = Table(
    "oidc_links",
    METADATA,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
)

KNOWN_BROWSERS = Table(
    "known_browsers",
    METADATA,
    Column("token", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Text, nullable=False),
)

REFUSED_SIGN_INS = Table(
    "refused_sign_ins",
    METADATA,
    Column("counted", Text, nullable=False),
    Column("at", Text, nullable=False),
)
