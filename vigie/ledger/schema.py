"""The tables, and the way from any older schema to the newest one (threat I-54)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib import resources

from sqlalchemy import (
    Column,
    Connection,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from vigie.ledger.faults import LedgerError

METADATA = MetaData()

RECORDS = Table(
    "records",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("brand", Text),
    Column("decided_by", Integer, nullable=False),
    Column("case_json", Text, nullable=False),
    Column("judged_at", Text, nullable=False),
    Column("elapsed_ms", Double, nullable=False),
    Column("size", Integer, nullable=False),
    Column("decision", Text),
    Column("retry_at", Text),
    Column("attempts", Integer, nullable=False),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("theme", Text, nullable=False, server_default=""),
    Column("campaign", Text, nullable=False, server_default=""),
    Column("sender", Text, nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("words", Text, nullable=False, server_default=""),
    Column("requested", Text),
    UniqueConstraint("account", "folder", "uidvalidity", "uid"),
)

CURSORS = Table(
    "cursors",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", Integer, nullable=False),
    Column("last_uid", Integer, nullable=False),
)

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("record_id", Text, ForeignKey("records.id"), nullable=False),
    Column("decision", Text),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False, server_default=""),
)

INTENTS = Table(
    "intents",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("record_id", Text, ForeignKey("records.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("folder", Text, nullable=False),
    Column("uidvalidity", Integer, nullable=False),
    Column("uid", Integer, nullable=False),
    Column("destination", Text, nullable=False),
    Column("keywords", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("flags", Text, nullable=False),
    Column("internaldate", Text),
)

OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("intent_id", Text, ForeignKey("intents.id"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("account", Text),
    Column("folder", Text),
    Column("uidvalidity", Integer),
    Column("uid", Integer),
    Column("detail", Text, nullable=False),
    Column("kept_keywords", Text, nullable=False),
)

HEARTBEATS = Table(
    "heartbeats",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("lag_uids", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("known_at", Text),
    Column("behind_since", Text),
)

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("folder", Text, primary_key=True),
    Column("uidvalidity", Integer, primary_key=True, autoincrement=False),
    Column("uid", Integer, primary_key=True, autoincrement=False),
    Column("count", Integer, nullable=False),
)

EDITIONS = Table(
    "editions",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("program", Text, nullable=False),
    Column("settings", Text, nullable=False),
)

FROZEN = Table(
    "frozen",
    METADATA,
    Column("record_id", Text, ForeignKey("records.id"), primary_key=True),
    Column("edition_id", Text, ForeignKey("editions.id"), nullable=False),
    Column("examined_at", Text, nullable=False),
    Column("received", Text),
    Column("mailbox", Text, nullable=False),
    Column("elsewhere", Integer, nullable=False),
    Column("answers", Text, nullable=False),
    Column("lacking", Text, nullable=False),
)

SIGNATURES = Table(
    "signatures",
    METADATA,
    Column("signature_id", Text, primary_key=True),
    Column("account", Text, primary_key=True),
    Column("first_seen", Text, nullable=False),
)

SIGNED = Table(
    "signed",
    METADATA,
    Column("record_id", Text, ForeignKey("records.id"), primary_key=True),
    Column("signature_id", Text, primary_key=True),
)

SENDINGS = Table(
    "sendings",
    METADATA,
    Column("intent_id", Text, ForeignKey("intents.id", ondelete="CASCADE"), primary_key=True),
    Column("folder", Text),
    Column("uidvalidity", Integer),
    Column("uidnext", Integer),
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("retry_at", Text),
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

AUDIT_ENDS = Table(
    "audit_ends",
    METADATA,
    Column("side", Text, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)

MODES = Table(
    "modes",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("file_mode", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
)

ALLOWED = Table(
    "allowed",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("at", Text, nullable=False),
)

BULKS = Table(
    "bulks",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("what", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("undoes", Text),
    Column("second_reviewer", Integer, nullable=False, server_default="0"),
)

BULK_ITEMS = Table(
    "bulk_items",
    METADATA,
    Column("bulk_id", Text, ForeignKey("bulks.id"), primary_key=True),
    Column("record_id", Text, ForeignKey("records.id"), primary_key=True),
    Column("account", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("intent_id", Text),
)

WISHES = Table(
    "wishes",
    METADATA,
    Column("record_id", Text, ForeignKey("records.id"), primary_key=True),
    Column("who", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", Text, nullable=False),
)

VIEWS = Table(
    "views",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("record_id", Text, ForeignKey("records.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("sealed", LargeBinary),
)

HANDED_IN = Table(
    "handed_in",
    METADATA,
    Column("record_id", Text, ForeignKey("records.id"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("dismissed_at", Text),
    Column("dismissed_by", Text, nullable=False, server_default=""),
    Column("message", LargeBinary),
    UniqueConstraint("source", "source_id", "sha256"),
)


def migrations() -> tuple[tuple[int, str], ...]:
    """Every step as (version that it leads to, SQL), in order, without gaps."""
    folder = resources.files("vigie.ledger") / "migrations"
    steps = sorted(
        (int(file.name[:4]), file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".sql")
    )
    if [number for number, _ in steps] != list(range(1, len(steps) + 1)):
        raise LedgerError("the installation of Vigie is incomplete: a ledger migration is missing", temporary=False)
    return tuple(steps)


def migrate(connection: Connection, name: str) -> None:
    """Brings the schema to the newest version inside the caller's write transaction.

    Raises LedgerError for a schema newer than this program, and for a database that is not Vigie's.
    """
    steps = migrations()
    version = _version(connection, name)
    if version > len(steps):
        raise LedgerError(
            f"ledger {name}: it was written by a newer Vigie (schema {version}, this one knows {len(steps)}): "
            "install that version again",
            temporary=False,
        )
    for number, sql in steps[version:]:
        for statement in _statements(sql):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE schema_version SET version = ?", (number,))


def _version(connection: Connection, name: str) -> int:
    """The schema's version; 0 in an empty database, which gets its version table."""
    tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "schema_version" in tables:
        return int(connection.exec_driver_sql("SELECT version FROM schema_version").scalar_one())
    if tables:
        raise LedgerError(f"ledger {name}: this is the database of another program", temporary=False)
    connection.exec_driver_sql("CREATE TABLE schema_version (version INTEGER NOT NULL)")
    connection.exec_driver_sql("INSERT INTO schema_version (version) VALUES (0)")
    return 0


def _statements(sql: str) -> Iterator[str]:
    """One statement at a time: sqlite3's executescript would commit the transaction that a migration runs in."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
