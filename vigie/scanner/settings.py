"""`[[accounts]]`: the mailboxes. Secrets come from files, the environment or a command, never from the TOML."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator

from vigie.auth_checks.settings import Settings
from vigie.scanner.credentials.faults import SecretError
from vigie.scanner.credentials.secret import Source
from vigie.scanner.credentials.settings import OAuthSettings

__all__ = ["AccountSettings", "SecretError"]

UNITS = {"s": 1, "m": 60, "h": 3600}
ACCOUNT_NAME = r"[A-Za-z0-9._@+-]{1,64}"
LOOPBACK = ("localhost", "127.", "::1")
SOURCES = ("password_file", "password_env", "password_command", "oauth")


def _same(folder: str) -> str:
    """INBOX alone is the same in any case (RFC 9051 section 5.1)."""
    return folder.upper() if folder.upper() == "INBOX" else folder


class AccountSettings(Settings):
    """One mailbox."""

    name: str = Field(pattern=f"^{ACCOUNT_NAME}$", description="what the commands and logs call it")
    host: str
    port: int = Field(default=993, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca_file: Path | None = Field(default=None, description="trust this certificate authority only")
    username: str
    addresses: tuple[str, ...] = Field(
        default=(),
        description="the mailbox's addresses beside username, if that is one: tells mail that was sent again to others",
    )
    password_file: Path | None = None
    password_env: str | None = None
    password_command: tuple[str, ...] | None = Field(default=None, min_length=1)
    oauth: OAuthSettings | None = None
    folders: tuple[str, ...] = Field(default=("INBOX",), min_length=1)
    mode: Literal["observe", "tag", "enforce"] = "observe"
    quarantine_folder: str = "Quarantaine"
    check_folder: str | None = Field(
        default=None,
        min_length=1,
        description="a mail moved there is judged and comes back with the answer; left out: none",
    )
    report_folder: str | None = Field(
        default=None, min_length=1, description="a mail moved there is reported as a fraud; left out: none"
    )
    reports_per_hour: int = Field(
        default=100,
        ge=1,
        le=10_000,
        description="messages of report_folder of which a copy is kept; more are noted without one",
    )
    answers: Literal["keyword", "reply"] = Field(
        default="keyword",
        description="keyword: a reply only where no keyword can be kept; reply: always one, as phones need",
    )
    language: Literal["fr", "en"] = Field(default="fr", description="of the replies")
    schedule: str = Field(default="5m", pattern=r"^[1-9][0-9]*[smh]$", description="how often to look: 30s, 5m, 1h")
    cron: str | None = Field(default=None, description="instead of schedule: five fields of cron")
    idle: bool = True
    timeout_s: float = Field(default=30.0, gt=0, le=300)

    @model_validator(mode="after")
    def _coherent(self) -> AccountSettings:
        sources = [name for name in SOURCES if getattr(self, name) is not None]
        if len(sources) != 1:
            raise ValueError("exactly one of password_file, password_env, password_command, [accounts.oauth] is needed")
        if self.tls == "none" and not self.host.startswith(LOOPBACK):
            raise ValueError('tls = "none" is refused off loopback: use "implicit" or "starttls"')
        if _same(self.quarantine_folder) in map(_same, self.folders):
            raise ValueError("quarantine_folder cannot be one of the scanned folders")
        others = [_same(folder) for folder in (*self.folders, self.quarantine_folder)]
        for key, folder in (("check_folder", self.check_folder), ("report_folder", self.report_folder)):
            if folder is not None and _same(folder) in [*others, "INBOX"]:
                raise ValueError(f"{key} needs a folder of its own: it is INBOX, or named elsewhere in this account")
            others += [] if folder is None else [_same(folder)]
        return self

    @property
    def buttons(self) -> tuple[str, ...]:
        """The folders into which people move a mail to ask or to report."""
        return tuple(folder for folder in (self.check_folder, self.report_folder) if folder is not None)

    @property
    def watched(self) -> tuple[str, ...]:
        """Every folder that is read."""
        return (*self.folders, *self.buttons)

    @property
    def schedule_s(self) -> int:
        """`schedule` in seconds."""
        return int(self.schedule[:-1]) * UNITS[self.schedule[-1]]

    @property
    def recipients(self) -> tuple[str, ...]:
        """The addresses of the mailbox, as far as they are known here."""
        own = (self.username,) if "@" in self.username else ()
        return tuple(dict.fromkeys((*own, *self.addresses)))

    def secret_source(self) -> Source:
        """Where the password comes from; of an account without `oauth`."""
        return Source(self.name, "password", self.password_file, self.password_env, self.password_command)

    def password(self) -> SecretStr:
        """The secret, read anew at each call. Raises SecretError."""
        return SecretStr(self.secret_source().read())
