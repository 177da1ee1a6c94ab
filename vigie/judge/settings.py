"""What every program needs to judge: DNS, trust, limits, brands."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from vigie.auth_checks.settings import DnsSettings, Settings, TrustSettings
from vigie.rules import brand


class LimitSettings(Settings):
    """`[limits]`: bounds on the work that one message can cause."""

    message_bytes: int = Field(
        default=30 * 1024 * 1024, ge=64 * 1024, description="above it only the beginning is judged"
    )
    fetched_bytes: int = Field(
        default=128 * 1024 * 1024,
        ge=4 * 1024 * 1024,
        description="of all mailboxes together: fetched and not judged yet; then a mailbox waits, a huge message first",
    )
    wall_s: float = Field(default=8.0, gt=0, le=120, description="seconds for one message, then the worker is killed")
    cpu_s: int = Field(default=10, ge=1, le=120)
    memory_bytes: int = Field(default=512 * 1024 * 1024, ge=128 * 1024 * 1024)
    ocr: bool = Field(default=True, description="read text in pictures, where tesseract and its French are installed")
    workers: int = Field(default=0, ge=0, le=64, description="judging processes; 0: one a core")


class BrandSettings(Settings):
    """`[brands]`: the protected senders."""

    folder: Path | None = Field(default=None, description="packs of your own, one NAME.toml each (docs/brands.md)")
    enabled: tuple[str, ...] = Field(default=("ameli", "franceconnect"), min_length=1, max_length=brand.MAX_PACKS)

    @field_validator("folder")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        brand.names(value)
        return value

    @field_validator("enabled")
    @classmethod
    def _usable(cls, value: tuple[str, ...], others: ValidationInfo) -> tuple[str, ...]:
        folder: Path | None = others.data.get("folder")
        known = brand.names(folder)
        unknown = sorted(set(value) - set(known))
        if unknown:
            raise ValueError(f"no such brand: {', '.join(unknown)}; there are: {', '.join(known)}")
        for name in value:
            brand.load(name, folder)
        return value

    def packs(self) -> tuple[brand.Brand, ...]:
        """The brands that are enabled, in that order."""
        return tuple(brand.load(name, self.folder) for name in self.enabled)


class JudgeSettings(Settings):
    """The part of vigie.toml that decides verdicts."""

    dns: DnsSettings = DnsSettings()
    trust: TrustSettings = TrustSettings()
    limits: LimitSettings = LimitSettings()
    brands: BrandSettings = BrandSettings()
