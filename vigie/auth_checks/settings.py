"""What an admin says about DNS and about his own border MTA."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of every settings model: unknown keys are errors, instances are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DnsSettings(Settings):
    """`[dns]`: whom to ask. Left out: the system's resolver."""

    nameservers: tuple[str, ...] = Field(default=(), description="IP addresses; empty: those of the system")
    port: int = Field(default=53, ge=1, le=65535)
    timeout_s: float = Field(default=2.0, gt=0, le=30, description="for one question")
    budget_s: float = Field(default=5.0, gt=0, le=60, description="for all questions of one message")
    max_queries: int = Field(default=30, ge=1, le=200, description="for one message")
    ask: Literal["claimed", "always"] = Field(
        default="claimed",
        description="about mail that claims to come from a protected sender only, or about every mail",
    )
    cache_entries: int = Field(default=2000, ge=0)
    zone_file: Path | None = Field(
        default=None, description="answers from this TOML file and from nowhere else (demo, tests, replay)"
    )


class TrustSettings(Settings):
    """`[trust]`: which header fields our own servers wrote. Empty: none is believed, and SPF is unavailable."""

    border_hosts: tuple[str, ...] = Field(
        default=(), description="by-host that our own MX writes in Received; .example.org for any host below"
    )
    relays: tuple[str, ...] = Field(
        default=(), description="networks (CIDR) of our own hops that come after the border"
    )
    authserv_ids: tuple[str, ...] = Field(default=(), description="whose Authentication-Results we believe")
    results_below: bool = Field(
        default=False,
        description="our border writes them right below its Received field (rspamd): not believed, and no forgery",
    )
    provider: (
        Literal[
            "microsoft365",
            "gmail",
            "ovh",
            "orange",
            "infomaniak",
            "gandi",
            "ionos",
            "o2switch",
            "alwaysdata",
            "free",
            "mailo",
            "yahoo",
        ]
        | None
    ) = Field(default=None, description="presets for large hosts, instead of the three lists")
    arc_sealers: tuple[str, ...] = Field(
        default=(), description="d= of forwarders whose ARC chain is shown as a hint; it never proves anything"
    )
    subject_tags: tuple[str, ...] = Field(
        default=(),
        description='what our own gateway puts before Subject, such as "[EXTERNE]"; signatures are tried without',
    )
