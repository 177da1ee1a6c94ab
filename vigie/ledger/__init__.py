"""What happened, and what people said about it. SQLAlchemy Core: SQLite by default."""
