"""DNS as evidence: answers, absences and faults are three different things.

A faulty answer raises DnsFault (temperror), never looks like an absence: nobody is accused because a name server slept.
"""

from __future__ import annotations

from typing import Protocol


class DnsFault(Exception):
    """No usable answer: SERVFAIL, time-out, lame server, CNAME loop, budget spent. Always temporary. `name` is what was asked."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class NoSuchName(Exception):
    """NXDOMAIN: the name does not exist at all (RFC 9989 `np` needs the difference to an empty answer)."""


class Resolver(Protocol):
    """Answers questions for one message. Names are A-labels without trailing dot; no search list is ever applied."""

    def txt(self, name: str) -> tuple[bytes, ...]:
        """The TXT records, each with its strings joined. Empty: the name exists, without TXT. Raises NoSuchName, DnsFault."""
        ...

    def addresses(self, name: str) -> tuple[str, ...]:
        """A and AAAA records in text form. Raises NoSuchName, DnsFault."""
        ...

    def mx(self, name: str) -> tuple[str, ...]:
        """MX hosts by preference. Raises NoSuchName, DnsFault."""
        ...

    def ptr(self, ip: str) -> tuple[str, ...]:
        """Reverse names. Raises NoSuchName, DnsFault."""
        ...
