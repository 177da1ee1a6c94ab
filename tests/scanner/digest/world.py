"""Held messages, people who are told of them, and a clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.ledger.made import intent, outcome, place, record
from tests.servers.hooks import Smtp
from vigie.ledger.people_types import ALL_RIGHTS, By, Rights, Role, User
from vigie.ledger.review_types import Scope
from vigie.ledger.store import Ledger
from vigie.ledger.types import Place, Record
from vigie.scanner.digest.post import Post
from vigie.scanner.operation.meter import Meter
from vigie.scanner.operation.settings import OperationSettings
from vigie.scanner.settings import AccountSettings

MORNING = datetime(2026, 11, 23, 7, 30).astimezone()
NOW = MORNING + timedelta(minutes=5)
PAGES = "https://vigie.example.org"


class Clock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


def account(name: str = "accueil", **changes: Any) -> AccountSettings:
    told = {"name": name, "host": "127.0.0.1", "username": f"{name}@example.org", "password_env": "VIGIE_TEST"}
    return AccountSettings.model_validate(told | changes)


ACCOUNTS = (account(), account("compta"))


def settings(smtp: Smtp, **changes: Any) -> OperationSettings:
    server = {
        "host": "127.0.0.1", "port": smtp.port, "ca_file": smtp.ca, "username": "vigie", "timeout_s": 30,
        "password_file": smtp.password_file, "sender": "vigie@example.org",
    }  # fmt: skip
    told = {"on": True, "at": "07:30", "to": ["reviewers", "owners"], "mail": server} | changes
    return OperationSettings.model_validate({"digest": told, "pages": PAGES})


def post(ledger: Ledger, smtp: Smtp, clock: Clock, meter: Meter | None = None, **changes: Any) -> Post:
    return Post(ledger, ACCOUNTS, settings(smtp, **changes), meter or Meter(), clock)


def person(
    ledger: Ledger, name: str = "Marie", role: Role = Role.REVIEWER, accounts: Scope = None, **changes: Any
) -> User:
    told: dict[str, Any] = {"language": "fr", "created_at": NOW, "address": f"{name.lower()}@revue.example"} | changes
    user = User(id=f"id-{name}", name=name, rights=Rights(role, accounts), **told)
    ledger.people.add(user, By("cli:root", ALL_RIGHTS), at=NOW)
    return user


def hold(
    ledger: Ledger, uid: int = 1, *, to: str = "accueil", at: datetime = MORNING - timedelta(hours=3), **fields: Any
) -> Record:
    """A message that was judged false and moved to quarantine at that instant."""
    judged = record(place(uid, account=to), **{"judged_at": at, "decided_by": 6, **fields})
    move = intent(judged, f"q-{judged.id}")
    ledger.add_records([judged], None, [move])
    ledger.close_intent(outcome(move, at=at, destination=Place(to, "Quarantaine", 3, 100 + uid)))
    return judged
