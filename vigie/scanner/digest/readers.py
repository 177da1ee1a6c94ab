"""To whom digests go, and when: from the settings and the ledger, at each look anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from vigie.ledger.digest_types import OWNER, PERSON, Period, Reader
from vigie.ledger.people_types import Role, User
from vigie.scanner.operation.settings import DigestSettings
from vigie.scanner.settings import AccountSettings


def readers(settings: DigestSettings, people: Sequence[User], accounts: Sequence[AccountSettings]) -> Iterator[Reader]:
    """People who decide and have said where to; owners at the mailbox's own first address. Whoever would read nothing is left out."""
    names = frozenset(account.name for account in accounts)
    if "reviewers" in settings.to:
        for person in people:
            seen = names if person.rights.accounts is None else names & person.rights.accounts
            if person.address and seen and person.rights.role.includes(Role.REVIEWER):
                yield Reader(f"{PERSON}{person.id}", person.address, seen, person.language)
    if "owners" in settings.to:
        for account in accounts:
            if account.recipients:
                mine = frozenset((account.name,))
                yield Reader(f"{OWNER}{account.name}", account.recipients[0], mine, settings.language)


def period(at: str, now: datetime) -> Period:
    """The one that ended last: at `at` (HH:MM) of today or of yesterday, where this machine stands."""
    hour, minute = (int(part) for part in at.split(":"))
    today = now.astimezone().date()
    for day in (today, today - timedelta(days=1)):
        until = datetime(day.year, day.month, day.day, hour, minute).astimezone()  # a local time, on purpose
        if until <= now:
            break
    return Period(day.isoformat(), until)
