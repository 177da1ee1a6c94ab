"""`[ledger]` and `[retention]`: where Vigie remembers, and for how long."""

from __future__ import annotations

from pydantic import Field

from vigie.auth_checks.settings import Settings


class LedgerSettings(Settings):
    """`[ledger]`: where Vigie remembers what it judged and did."""

    url: str = Field(
        default="sqlite:///vigie.db",
        pattern=r"^(sqlite:///.|postgresql\+psycopg://.)",
        description="sqlite:///FILE, or postgresql+psycopg://...",
    )


class RetentionSettings(Settings):
    """`[retention]`: days after which the ledger forgets. Messages themselves are never deleted."""

    days: int = Field(default=180, ge=1, le=3650, description="what is remembered of a judged message")
    decided_days: int = Field(
        default=30, ge=1, le=3650, description="a case stays that long after somebody has decided about it, at least"
    )
    audit_days: int = Field(default=365, ge=30, le=3650, description="who did what and when (CNIL: 6 to 12 months)")
