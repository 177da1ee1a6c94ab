"""How often a password may be tried: counted by account, address and browser, within a window that always ends (W-06).

Refused tries beyond the limit are not counted, so nobody is kept out for ever; and a browser in which somebody signed in before
has its own count, so that strangers who guess at his name do not keep him out of it.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from vigie.ledger.people import People
from vigie.ledger.people_types import User

WINDOW: Final = timedelta(minutes=15)
BY_ACCOUNT: Final = 10
BY_BROWSER: Final = 10
CODE_WINDOW: Final = timedelta(days=1)
BY_CODE: Final = 20
"""Codes of six digits behind the right password, from wherever: at 10 in a quarter of an hour, of which three fit at a time, somebody
who knows the password would be in within a year or so."""
BY_ADDRESS: Final = 50
"""An office shares one address, and so does everybody behind a proxy that is not in trusted_proxies."""


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt to sign in."""

    name: str
    address: str
    browser: str | None
    """The cookie of a browser that somebody signed in with before."""
    at: datetime


class Guesses:
    """The counts, in the ledger: a restart forgets none."""

    def __init__(self, people: People) -> None:
        self._people = people

    def begin(self, attempt: Try, user: User | None) -> bool:
        """Counts this try before anybody looks at its password; False: it is refused without a look.

        Looking takes a while: tries that are sent at once would all find the count as it was before them.
        """
        return self._people.count_try(self._counted(attempt, user), since=attempt.at - WINDOW, at=attempt.at)

    def begin_code(self, attempt: Try, user: User) -> bool:
        """The same for a code, behind a right password; False: it is refused as a wrong one is, for the password was right."""
        return self._people.count_try([self._code(attempt, user)], since=attempt.at - CODE_WINDOW, at=attempt.at)

    def withdraw_code(self, attempt: Try, user: User) -> None:
        """It was right."""
        self._people.forget_try([self._code(attempt, user)[0]], at=attempt.at)

    def wrong(self, attempt: Try, user: User | None) -> None:
        """It stays counted."""
        since, counted = attempt.at - WINDOW, self._counted(attempt, user)
        if user is not None and any(self._people.refused(key, since=since) >= most for key, most in counted):
            self._people.note_guessing(user.name, at=attempt.at)

    def withdraw(self, attempt: Try, user: User | None) -> None:
        """It was right, or nobody has looked: as if it had not been."""
        self._people.forget_try([key for key, _ in self._counted(attempt, user)], at=attempt.at)

    def right(self, attempt: Try, user: User, browser: str) -> None:
        """It was the right person: the count of her browser begins anew; the account's own stays, strangers may be at it."""
        self.withdraw(attempt, user)
        self._people.know_browser(browser, user.id, at=attempt.at)
        self._people.forget_refused([_key("browser", browser, user.id)])

    def _code(self, attempt: Try, user: User) -> tuple[str, int]:
        known = attempt.browser if attempt.browser and self._people.knows_browser(attempt.browser, user.id) else ""
        return _key("code", known, user.id), BY_CODE

    def _counted(self, attempt: Try, user: User | None) -> list[tuple[str, int]]:
        if user is not None and attempt.browser and self._people.knows_browser(attempt.browser, user.id):
            return [(_key("browser", attempt.browser, user.id), BY_BROWSER)]
        # The name as it was typed where nobody has it: an answer must not tell which names there are.
        account = user.id if user is not None else attempt.name.casefold()
        return [(_key("account", account), BY_ACCOUNT), (_key("address", network(attempt.address)), BY_ADDRESS)]


def _key(*parts: str) -> str:
    """Hashed: what people type into the field of the name may be a password."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def network(address: str) -> str:
    """Whoever has an IPv6 address has 2^64 of them."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address
