"""What every handler works with: the ledger, the settings, and what the configuration says of the mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from fastapi import Request

from vigie.judge.settings import BrandSettings, JudgeSettings, LimitSettings
from vigie.ledger.store import Ledger
from vigie.rules.brand import Brand
from vigie.web.judging import Judging
from vigie.web.pace import Pace
from vigie.web.review.opening import Opener
from vigie.web.settings import WebSettings


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A configured mailbox account, without what opens it."""

    name: str
    host: str
    username: str
    folders: tuple[str, ...]
    mode: str
    """What vigie.toml says; the ledger may hold a newer word."""
    quarantine_folder: str
    rhythm: str
    """How often it is looked at: "5m", a cron line."""
    addresses: tuple[str, ...] = ()
    """Of its owner, beside `username`."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A configured channel for reports, without what opens it."""

    id: str
    redacted: bool
    """It gets nothing that names the recipient."""
    automatic: bool = False
    """What is confirmed goes there by itself."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the configuration, as it may be shown."""

    key: str
    value: str
    usual: bool
    """Nobody has changed it."""
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the configuration."""

    title: str
    settings: tuple[Setting, ...]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that a handler needs. Made once, by `vigie web`."""

    ledger: Ledger
    settings: WebSettings
    mailboxes: tuple[Mailbox, ...] = ()
    sections: tuple[Section, ...] = ()
    client_secret: str | None = field(default=None, repr=False)
    """Of the identity provider."""
    now: Callable[[], datetime] = _now
    release_on_request: bool = False
    """A recipient's request releases at once, where that is allowed: `[digest] release_on_request`."""
    brands: tuple[Brand, ...] = field(default_factory=lambda: BrandSettings().packs())
    """The protected senders, for what they say of themselves."""
    opener: Opener = field(default_factory=lambda: Opener(LimitSettings()))
    """Opens a message that is looked at."""
    judging: Judging = field(default_factory=lambda: Judging(JudgeSettings()))
    """Judges what is asked over HTTP; who makes the site closes it."""
    channels: tuple[Channel, ...] = ()
    """To whom frauds may be reported."""
    reporting_stopped: bool = False
    """Nothing is sent anywhere: `[channels] stop`."""
    pace: Pace = field(init=False)
    """Of the API's tokens."""
    reports: Pace = field(init=False)
    """Of the same, for messages that are kept."""
    visits: Pace = field(init=False)
    """Of those who ask on /verifier."""

    def __post_init__(self) -> None:
        """The paces that the settings say."""
        object.__setattr__(self, "pace", Pace(self.settings.api.per_minute, timedelta(minutes=1)))
        object.__setattr__(self, "reports", Pace(self.settings.api.reports_per_hour, timedelta(hours=1)))
        object.__setattr__(self, "visits", Pace(self.settings.verifier_per_hour, timedelta(hours=1)))

    def addresses(self, account: str) -> tuple[str, ...]:
        """Of the mailbox of that name."""
        named = (mailbox for mailbox in self.mailboxes if mailbox.name == account)
        return tuple(address for mailbox in named for address in (mailbox.username, *mailbox.addresses))

    def brand(self, name: str | None) -> Brand | None:
        """The protected sender of that name, where it is still in the configuration."""
        return next((brand for brand in self.brands if brand.name == name), None)


def of(request: Request) -> Site:
    """The site that answers this request."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site
